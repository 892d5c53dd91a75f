// The best picture of the drawing as it is now: the larger, refined one where the model has such a size. Whether it is
// still to be had, and the wait for it.
import { refinedParams } from '../../lib/client/draft-params.ts'
import type { ClientState, PaintedFrame } from '../../lib/client/types.ts'
import type { Size } from '../../lib/std/size.ts'
import type { Session } from '../session/session.ts'
import { paintOnce } from './paint-once.ts'

export type Painting = Pick<Session, 'client' | 'shown'>

/** How often a pass that came to nothing is asked for again while the drawing stays as it is. */
const MOST_ASKS = 3

/** The next larger size of the same shape that the model has; `undefined` when there is none. */
export function largerSize({ params, model }: Pick<ClientState, 'params' | 'model'>): Size | undefined {
  return params && model ? refinedParams(params, model) : undefined
}

/** The size that is still to be had; `undefined` when the picture on the screen is the best of the drawing of now. */
export function awaitedSize({ client, shown }: Painting): Size | undefined {
  const state = client.store.getState()
  const { current } = shown.store.getState()
  if (current && state.refined) return undefined
  return largerSize(state) ?? (current ? undefined : state.params)
}

export interface Wait {
  readonly signal: AbortSignal
  /** The server was asked several times and gave no such picture. */
  readonly onNone: () => void
}

/**
 * Asks for the best picture of the drawing as it is now and waits for it, however long that takes: a pass that gave way
 * to other people's pens, or to a lost connection, is asked for again. Settles never once `signal` is aborted.
 */
export function largerPicture(painting: Painting, { signal, onNone }: Wait): Promise<PaintedFrame> {
  const { client, shown } = painting
  return new Promise((resolve) => {
    let asks = 0
    const look = () => {
      const frame = client.lastFrame()
      if (!frame || awaitedSize(painting)) return
      stop()
      resolve(frame)
    }
    const ask = () => {
      asks += 1
      if (asks > MOST_ASKS) onNone()
      // The larger one goes on from a picture of the same drawing.
      else if (shown.store.getState().current) client.refine()
      else paintOnce(client)
    }
    const stops = [
      client.onFrame((frame) => {
        if (frame.meta.mode === 'live' || !shown.isCurrent(frame)) asks = 0
        look()
      }),
      shown.store.subscribe(look),
      client.store.subscribe(({ activity }, before) => {
        if (activity !== before.activity && (activity === 'up-to-date' || activity === 'paused')) ask()
      }),
    ]
    const stop = () => stops.forEach((end) => end())
    signal.addEventListener('abort', stop)
    ask()
    look()
  })
}
