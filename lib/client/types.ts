import type { StoreApi } from 'zustand/vanilla'
import type { EngineStateName, ImageCodec, ImageMeta, Timings } from '../protocol/control.ts'
import type { WireError } from '../protocol/errors.ts'
import type { DrawParams, ModelInfo } from '../protocol/params.ts'

/** One picture of the drawing, at the size that will be sent. */
export interface Snapshot {
  readonly bytes: Uint8Array
  readonly codec: ImageCodec
  readonly width: number
  readonly height: number
  /** Equal hash: equal pixels. A snapshot equal to the last one sent is not sent again unless the parameters changed. */
  readonly hash: string
  readonly snapshotMs: number
  /** The part of `snapshotMs` that compressing took, where it was measured. */
  readonly encodeMs?: number
}

/** Gives the drawing as it is now at exactly `size`; called off the pointer path and never twice at once. */
export type TakeSnapshot = (size: { width: number; height: number }) => Promise<Snapshot>

export type ConnectionStatus =
  | { readonly name: 'connecting'; readonly attempt: number }
  | { readonly name: 'live' }
  /** `retryAtMs`: wall-clock time of the next attempt, as `Date.now()` counts. */
  | { readonly name: 'waiting'; readonly retryAtMs: number; readonly reason: string }
  | { readonly name: 'reload'; readonly reason: string }
  /** The server wants a key, or another one; `retry()` once there is. */
  | { readonly name: 'locked'; readonly reason: string }
  | { readonly name: 'closed' }

/** What is happening to the drawing, in the words the page shows. */
export type Activity = 'paused' | 'offline' | 'loading' | 'queued' | 'generating' | 'refining' | 'up-to-date'

export interface ClientStats {
  /** Painted live frames per second over the last two seconds. */
  readonly fps: number
  /** Change of the drawing to the paint of the first picture that contains it; latest value. */
  readonly penToPaintMs: number | undefined
  readonly roundTripMs: number | undefined
  readonly timings: Timings | undefined
  readonly painted: number
  readonly superseded: number
  readonly bytesUp: number
  readonly bytesDown: number
}

export interface ClientState {
  readonly status: ConnectionStatus
  readonly activity: Activity
  readonly step: { readonly step: number; readonly steps: number } | undefined
  /** The engine behind the server, and its own words while something is the matter with it. */
  readonly engine: { readonly name: EngineStateName; readonly detail: string | undefined }
  /** Step previews of a slow picture are on the canvas, over the last whole one. */
  readonly forming: boolean
  readonly model: ModelInfo | undefined
  readonly params: DrawParams | undefined
  /** What was set before the first `welcome`, whose model fills in the rest: until then all that is known of `params`. */
  readonly given: Partial<DrawParams>
  readonly live: boolean
  /** Keep rendering while the tab is hidden. Off: a hidden tab asks for nothing. */
  readonly background: boolean
  /** Better pass after the pen rests. */
  readonly autoRefine: boolean
  /** The painted picture is a refined one. */
  readonly refined: boolean
  /** The server's safety checker made the painted picture black. */
  readonly blanked: boolean
  readonly error: WireError | undefined
  readonly stats: ClientStats
}

/** A painted picture; `blob` holds its encoded bytes as they came. */
export interface PaintedFrame {
  readonly seq: number
  readonly params: DrawParams
  readonly meta: ImageMeta
  readonly width: number
  readonly height: number
  readonly blob: Blob
  /** What it was made of. */
  readonly snapshot: Snapshot
  /** When its snapshot was begun, on `performance.now()`: every change made before is in the picture. */
  readonly snapshotAtMs: number
  /** The model that painted it; the one of now may be another (M1). */
  readonly model: ModelInfo
}

export interface SketchClientOptions {
  /**
   * `ws:` or `wss:` URL of the native door (`/api/live`), or what makes one for each dial, a single-use ticket in it.
   * Throws AppError `unauthorized` when the key is refused.
   */
  readonly url: string | (() => Promise<string>)
  readonly takeSnapshot: TakeSnapshot
  /** First parameters; whatever is missing comes from the model's defaults in `welcome`. */
  readonly params?: Partial<DrawParams>
  readonly live?: boolean
  readonly autoRefine?: boolean
  readonly background?: boolean
  /** Rest of the pen before the refinement pass, in ms. */
  readonly refineAfterMs?: number
}

/** Connection, pump and painter as one thing that owns and disposes them. */
export interface SketchClient {
  readonly store: StoreApi<ClientState>
  /** The drawing changed. A flag, not a queue: cheap enough for every pointer event. */
  markDirty(): void
  /** Merges, checks against the model, applies from the next frame on. Errors land in `store.error`. */
  setParams(patch: Partial<DrawParams>): void
  setLive(live: boolean): void
  setBackground(background: boolean): void
  setAutoRefine(autoRefine: boolean): void
  /** Refines now, without waiting for the rest; nothing where the model has no larger size of the shape. */
  refine(): void
  /** Paints into `canvas` from now on (and the last picture at once); returns the detach. Several may be attached. */
  attach(canvas: HTMLCanvasElement): () => void
  /** The last painted picture, kept through errors and reconnects. */
  lastFrame(): PaintedFrame | undefined
  onFrame(listener: (frame: PaintedFrame) => void): () => void
  dismissError(): void
  /** Dials now: after a new key, or for someone who does not want to wait for the next attempt. */
  retry(): void
  /** Add to `performance.now()` to get the server's clock, in ms; `undefined` before the first answered ping. */
  clockOffsetMs(): number | undefined
  dispose(): void
}
