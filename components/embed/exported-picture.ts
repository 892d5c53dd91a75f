import type { PaintedFrame } from '../../lib/client/types.ts'
import { AppError } from '../../lib/std/errors.ts'
import { awaitedSize, largerPicture, type Painting } from '../result/larger-picture.ts'

/** How long a page that asks for the picture waits for the best one before it gets the one on the screen. */
const REFINE_WAIT_MS = 8000
/** And for the first one. It gives up by itself after half a minute. */
const FIRST_WAIT_MS = 20_000

/**
 * The largest picture of the drawing and the settings of now that is to be had in time. Throws AppError `not_found`
 * when there is none at all.
 */
export function exportedPicture(painting: Painting): Promise<PaintedFrame> {
  const { client } = painting
  return new Promise((resolve, reject) => {
    const wait = new AbortController()
    const end = (frame: PaintedFrame | undefined) => {
      clearTimeout(timer)
      unfollow()
      wait.abort()
      if (frame) resolve(frame)
      else reject(new AppError('not_found', NONE))
    }
    const giveUp = () => end(client.lastFrame())
    const shown = client.lastFrame()
    const timer = setTimeout(giveUp, shown ? REFINE_WAIT_MS : FIRST_WAIT_MS)
    const unfollow = client.store.subscribe(() => {
      if (!client.lastFrame() && !isComing(painting)) giveUp()
    })
    if (isComing(painting)) void largerPicture(painting, { signal: wait.signal, onNone: giveUp }).then(end)
    else giveUp()
  })
}

const NONE = 'there is no picture yet; the status of the canvas says why. Ask again after a frame event'

function isComing({ client, shown }: Painting): boolean {
  const { status } = client.store.getState()
  if (status.name === 'live') return !client.lastFrame() || awaitedSize({ client, shown }) !== undefined
  return status.name === 'connecting' && !client.lastFrame()
}
