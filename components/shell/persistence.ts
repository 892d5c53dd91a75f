import { useEffect } from 'react'
import { askToPersist } from '../session/persist.ts'
import type { Session } from '../session/session.ts'

/** Asks the browser to keep what is drawn, once something is. */
export function usePersistence({ surface }: Session): void {
  useEffect(() => {
    const stop = surface.onChange(({ own }) => {
      if (!own) return
      stop()
      void askToPersist()
    })
    return stop
  }, [surface])
}
