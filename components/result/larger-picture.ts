// The larger, refined picture of the drawing as it is now: whether there is one to be had, and the wait for it.
import { refinedParams } from '../../lib/client/draft-params.ts'
import type { ClientState, PaintedFrame, SketchClient } from '../../lib/client/types.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** How often a pass that came to nothing is asked for again while the drawing stays as it is. */
const MOST_ASKS = 3

/** The next larger size of the same shape that the model has; `undefined` when there is none. */
export function largerSize({ params, model }: Pick<ClientState, 'params' | 'model'>): Size | undefined {
  return params && model ? refinedParams(params, model) : undefined
}

/** The size that is still to be had: the picture on the screen is not the refined one, and the model has a larger. */
export function awaitedSize(state: ClientState): Size | undefined {
  return state.refined ? undefined : largerSize(state)
}

export interface Wait {
  readonly signal: AbortSignal
  /** The server was asked several times and gave no such picture. */
  readonly onNone: () => void
}

/**
 * Asks for the refined picture and waits for it, however long that takes: a pass that gave way to other people's pens,
 * or to a lost connection, is asked for again. Settles never once `signal` is aborted.
 */
export function largerPicture(client: SketchClient, { signal, onNone }: Wait): Promise<PaintedFrame> {
  return new Promise((resolve) => {
    let asks = 1
    const stops = [
      client.onFrame((frame) => {
        if (frame.meta.mode !== 'refine') {
          asks = 0
          return
        }
        stop()
        resolve(frame)
      }),
      client.store.subscribe(({ activity }, before) => {
        if (activity === before.activity || (activity !== 'up-to-date' && activity !== 'paused')) return
        asks += 1
        if (asks <= MOST_ASKS) client.refine()
        else onNone()
      }),
    ]
    const stop = () => stops.forEach((end) => end())
    signal.addEventListener('abort', stop)
    client.refine()
  })
}
