import type { EngineState, EngineTimings, Preview } from '../engine/engine.ts'
import type { FrameMode, ImageCodec, Timings } from '../../lib/protocol/control.ts'
import { ERROR_TABLE, isErrorCode } from '../../lib/protocol/errors.ts'
import type { ErrorCode, WireError } from '../../lib/protocol/errors.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import { AppError } from '../../lib/std/errors.ts'

/** Which frame of the session, and the revision of the parameters it named (SPEC F5). */
export interface FrameRef {
  readonly seq: number
  readonly rev: number
}

/** Encoded picture on its way out; compressed bytes, never pixels. */
export interface Picture {
  readonly image: Uint8Array
  readonly codec: ImageCodec
  readonly width: number
  readonly height: number
}

/** Of a request that asked for several pictures: how many have not ended yet. Absent when this was the last. */
interface RequestRest {
  readonly rest?: number
}

export function restOf(frame: { readonly rest?: () => number }): RequestRest {
  const rest = frame.rest?.() ?? 0
  return rest > 0 ? { rest } : {}
}

export type ImageEvent = FrameRef &
  RequestRest &
  Picture & {
    readonly type: 'image'
    readonly mode: FrameMode
    readonly renderedWidth: number
    readonly renderedHeight: number
    readonly steps: number
    readonly seed: number
    /** What was used, of the model that painted it: not always the one of when it was asked for. */
    readonly params: DrawParams
    readonly model: Pick<ModelInfo, 'id' | 'name' | 'sampler'>
    /** True: the safety checker made it black. Absent where none looked. */
    readonly nsfwDetected?: boolean
    readonly timings: Timings
  }

/** Exactly one of these ends every frame while its connection lives (SPEC F1). */
export type TerminalEvent =
  | ImageEvent
  | (FrameRef & { readonly type: 'superseded'; readonly by: number })
  | (FrameRef & { readonly type: 'refused'; readonly error: WireError })
  | (FrameRef &
      RequestRest & { readonly type: 'failed'; readonly error: WireError; readonly retryable: boolean })

/** Everything a session says. It leaves through the sink handed over at opening; the session knows no wire. */
export type SessionEvent =
  | {
      readonly type: 'opened'
      readonly session: string
      readonly credit: number
      readonly model: ModelInfo
      readonly engine: EngineState
    }
  | { readonly type: 'engine'; readonly engine: EngineState }
  /** From now on frames begin on this model. */
  | { readonly type: 'model'; readonly model: ModelInfo }
  /** About a message that was no frame; never terminal. */
  | { readonly type: 'problem'; readonly error: WireError }
  | (FrameRef & { readonly type: 'started'; readonly steps: number })
  | (FrameRef & {
      readonly type: 'step'
      readonly step: number
      readonly steps: number
      /** What was made for all who watch; `previewFor` finds one's own. */
      readonly previews: readonly Preview[]
    })
  | TerminalEvent

export type SessionSink = (event: SessionEvent) => void

export function isTerminal(event: SessionEvent): event is TerminalEvent {
  return (
    event.type === 'image' ||
    event.type === 'superseded' ||
    event.type === 'refused' ||
    event.type === 'failed'
  )
}

/** What a job's failure says on the wire. The words of an error that is not ours never leave the process. */
export function toWireError(error: unknown): WireError {
  if (error instanceof AppError && isErrorCode(error.code) && error.code !== 'internal')
    return { code: error.code, message: error.message, ...error.place }
  return { code: 'internal', message: 'The server failed on this frame; its log says why. Try again.' }
}

export function isRetryable(code: ErrorCode): boolean {
  return ERROR_TABLE[code].retryable
}

export interface FrameClock {
  readonly receivedMs: number
  readonly startedMs: number
  readonly nowMs: number
}

/** Adds the waiting outside the engine to what the engine measured inside. */
export function toTimings(engine: EngineTimings, clock: FrameClock): Timings {
  return {
    ...engine,
    unetMs: [...engine.unetMs],
    waitMs: clock.startedMs - clock.receivedMs,
    totalMs: clock.nowMs - clock.receivedMs,
    receivedAtMs: clock.receivedMs,
  }
}
