import type { PaintedFrame } from '../../lib/client/types.ts'
import { awaitedSize, largerPicture, type Painting } from '../result/larger-picture.ts'
import { shownPicture } from '../result/picture-to-keep.ts'

/** How long a page that asks for the picture waits for the best one before it gets the one on the screen. */
const REFINE_WAIT_MS = 8000

/**
 * The largest picture of the drawing and the settings of now that is to be had in time. Throws AppError `not_found`
 * before the first one.
 */
export function exportedPicture(painting: Painting): Promise<PaintedFrame> {
  const { client } = painting
  const shown = shownPicture(client)
  if (!awaitedSize(painting) || client.store.getState().status.name !== 'live') return Promise.resolve(shown)
  return new Promise((resolve) => {
    const wait = new AbortController()
    const end = (frame: PaintedFrame) => {
      clearTimeout(timer)
      wait.abort()
      resolve(frame)
    }
    const giveUp = () => end(client.lastFrame() ?? shown)
    const timer = setTimeout(giveUp, REFINE_WAIT_MS)
    void largerPicture(painting, { signal: wait.signal, onNone: giveUp }).then(end)
  })
}
