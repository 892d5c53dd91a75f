// What was on the page before something took its place: offered when the page is loaded again, and then in the menu.
import { useEffect } from 'react'
import { offerBefore } from '../session/bring-before.ts'
import type { StayingNotice } from '../session/notices.ts'
import type { Session } from '../session/session.ts'

export function useBefores(session: Session): void {
  useEffect(() => {
    let isOver = false
    let offered: StayingNotice | undefined
    offerBefore(session)
      .then((made) => {
        offered = made
        if (isOver) made?.close()
      })
      // A browser that keeps nothing has nothing to offer, which the page says elsewhere.
      .catch(() => undefined)
    return () => {
      isOver = true
      offered?.close()
    }
  }, [session])
}
