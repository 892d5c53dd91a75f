// A browser that refuses to keep the drawing (a private window, a full disk) does not stop anybody from drawing. It is
// said for as long as it is so, with the way to keep the drawing all the same.
import { useEffect } from 'react'
import type { SurfaceState } from '../canvas/drawing-surface.ts'
import { notify, showStaying, type StayingNotice } from '../session/notices.ts'
import type { Session } from '../session/session.ts'
import { holdsUnkept } from '../session/unsaved.ts'
import { saveDrawing } from './file-commands.ts'

const UNKEPT =
  'This browser does not keep the drawing: its storage is full or turned off, or another tab runs a newer version of this page. Closing the page may lose it'

export function useUnkept(session: Session): void {
  useEffect(() => {
    let notice: StayingNotice | undefined
    let dismissed = false
    const close = () => {
      notice?.close()
      notice = undefined
    }
    const actions = [
      { label: 'Save to a file', run: () => void saveDrawing(session) },
      {
        label: 'Dismiss',
        run: () => {
          dismissed = true
          close()
        },
      },
    ]
    const follow = ({ kept }: SurfaceState) => {
      if (!kept && !dismissed) notice ??= showStaying('lasting', UNKEPT, actions)
      if (kept && notice) notify('The drawing is kept in this browser again')
      if (kept) close()
    }
    const onLeaving = (event: BeforeUnloadEvent) => {
      if (!session.surface.store.getState().kept || holdsUnkept()) event.preventDefault()
    }
    follow(session.surface.store.getState())
    const stop = session.surface.store.subscribe(follow)
    window.addEventListener('beforeunload', onLeaving)
    return () => {
      window.removeEventListener('beforeunload', onLeaving)
      stop()
      close()
    }
  }, [session])
}

/** For a small canvas in somebody else's page: said once, in passing. */
export function useUnkeptInPassing({ surface }: Session): void {
  useEffect(
    () =>
      surface.store.subscribe(({ kept }, before) => {
        if (!kept && before.kept) notify(UNKEPT, 'problem')
      }),
    [surface],
  )
}
