// A drawing may be kept by the full editor, where this page shows the plain canvas: by its address, or because the key that
// the editor needs on a public host is gone from the server's build.
import { useEffect } from 'react'
import { surfaceHere } from '../canvas/create-surface.ts'
import { addressOf } from '../session/drawing-id.ts'
import { notify, showStaying, type NoticeAction, type StayingNotice } from '../session/notices.ts'
import type { Session } from '../session/session.ts'
import { saveKeptDrawing } from './file-commands.ts'

const UNSHOWN =
  'This drawing was drawn on in the full editor, which this page does not show. What was drawn there is kept in this browser'

/** Says it until it is dismissed, with the way there. */
export function useUnshown({ surface, id }: Session): void {
  useEffect(() => {
    let notice: StayingNotice | undefined
    const dismiss = { label: 'Dismiss', run: () => notice?.close() }
    const stop = whenUnshown(surface, () => {
      notice = showStaying('lasting', UNSHOWN, [wayThere(id), dismiss])
    })
    return () => {
      stop()
      notice?.close()
    }
  }, [surface, id])
}

/** For a small canvas in somebody else's page: said once, in passing. */
export function useUnshownInPassing({ surface }: Session): void {
  useEffect(() => whenUnshown(surface, () => notify(UNSHOWN, 'problem')), [surface])
}

function wayThere(id: string): NoticeAction {
  if (surfaceHere('auto') === 'tldraw')
    return { label: 'Open the full editor', run: () => window.location.assign(addressOf(id)) }
  // A file opens wherever that editor runs.
  return {
    label: 'Save to a file',
    run: () => void saveKeptDrawing(id, (problem) => notify(problem, 'problem')),
  }
}

function whenUnshown({ store }: Session['surface'], tell: () => void): () => void {
  if (store.getState().unshown) tell()
  return store.subscribe(({ unshown }, before) => unshown && !before.unshown && tell())
}
