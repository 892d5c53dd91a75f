import type { FrameMode } from '../../lib/protocol/control.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { Job } from '../engine/engine.ts'
import type { Wanted } from './fit-params.ts'
import type { FrameRef } from './session-event.ts'

/** One picture asked for. */
export interface FrameRequest extends FrameRef {
  readonly mode: FrameMode
  /** Encoded sketch; `undefined` paints from the words alone. */
  readonly image: Uint8Array | undefined
  /** Frames of one request that asked for several pictures share a number: they wait as one and give way as one. */
  readonly batch?: number
  /** Pictures of the same request that are sure to come or to end after this one; none without it. */
  readonly rest?: () => number
  /**
   * What this frame asks of any model, should it begin on another than the one its own parameters were made for: what its
   * request left out is then that model's default.
   */
  readonly wanted?: Wanted
  /** What the one who asked for this frame wants to see of its steps, beside what its session's watchers want. */
  readonly preview?: PreviewWant
  /** Of a sketch in another shape than asked for; stretched without it. */
  readonly fit?: Job['fit']
  /** Which part of the sketch is painted anew; all of it without one. */
  readonly mask?: Job['mask']
  /** Format of the picture; JPEG without it. */
  readonly output?: Job['output']
}
