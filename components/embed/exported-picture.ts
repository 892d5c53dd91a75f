import type { PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { awaitedSize, largerPicture } from '../result/larger-picture.ts'
import { shownPicture } from '../result/picture-to-keep.ts'

/** How long a page that asks for the picture waits for the refined, larger one before it gets the one on the screen. */
const REFINE_WAIT_MS = 8000

/** The largest picture to be had in time. Throws AppError `not_found` before the first one. */
export function exportedPicture(client: SketchClient): Promise<PaintedFrame> {
  const shown = shownPicture(client)
  const state = client.store.getState()
  if (!awaitedSize(state) || state.status.name !== 'live') return Promise.resolve(shown)
  return new Promise((resolve) => {
    const wait = new AbortController()
    const end = (frame: PaintedFrame) => {
      clearTimeout(timer)
      wait.abort()
      resolve(frame)
    }
    const giveUp = () => end(client.lastFrame() ?? shown)
    const timer = setTimeout(giveUp, REFINE_WAIT_MS)
    void largerPicture(client, { signal: wait.signal, onNone: giveUp }).then(end)
  })
}
