import { useEffect, useState } from 'react'
import type { TLStoreWithStatus } from 'tldraw'
import { browserEnvironment } from '../../../lib/client/environment.ts'
import type { TldrawSurface } from '../tldraw-surface.ts'
import { openKeptStore } from './kept-store.ts'
import { plainToTake } from './took-plain.ts'

/** The store of `drawing`, loading until what was kept of it is there. */
export function useKeptStore(drawing: string, surface: TldrawSurface): TLStoreWithStatus {
  const [found, setFound] = useState<TLStoreWithStatus>(LOADING)
  useEffect(() => {
    let isOpen = true
    const onKept = (kept: boolean) => surface.store.setState({ kept })
    const opening = openKeptStore({ drawing, clock: browserEnvironment().clock, onKept })
    const begun = opening.then(async (kept) => {
      if (surface.start === 'blank') surface.start = (await plainToTake(kept, drawing)) ?? 'blank'
      return kept.store
    })
    begun.then(
      (store) => isOpen && setFound({ status: 'synced-local', store }),
      (error: unknown) =>
        isOpen &&
        setFound({ status: 'error', error: error instanceof Error ? error : new Error(String(error)) }),
    )
    return () => {
      isOpen = false
      setFound(LOADING)
      // Of one that does not open, the error is told above, and there is nothing to close.
      void opening.then(
        ({ close }) => close(),
        () => undefined,
      )
    }
  }, [drawing, surface])
  return found
}

const LOADING: TLStoreWithStatus = { status: 'loading' }
