import type { EngineStateName, FrameMode, ImageCodec } from '../../lib/protocol/control.ts'
import type { ErrorCode } from '../../lib/protocol/errors.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import type { PreviewForm, PreviewWant } from '../../lib/protocol/preview.ts'
import { AppError } from '../../lib/std/errors.ts'
import type { ErrorPlace } from '../../lib/std/errors.ts'
import type { FoundPrecision } from './precision.ts'

/**
 * How a sketch of another shape becomes one of the asked: stretched, its middle cut out, or whole with the pixels of its
 * edges drawn out to the border.
 */
export type ImageFit = 'stretch' | 'crop' | 'fill'

/** Which part of a sketch is painted anew. */
export interface JobMask {
  /** JPEG, PNG or WebP bytes, placed as the sketch is: white is painted, black stays. */
  readonly image: Uint8Array
  /** Standard deviation of the blur of its edges, in pixels of the picture. */
  readonly blurPx: number
  /** Black is painted, white stays. */
  readonly invert: boolean
}

/** One picture to make. Compressed bytes in, compressed bytes out: pixels never cross the process boundary. */
export interface Job {
  /** JPEG, PNG or WebP bytes of the sketch; `undefined` paints from the words alone (strength is 1 then). */
  readonly image: Uint8Array | undefined
  /** Stretched without it. */
  readonly fit?: ImageFit
  /** Outside of it the picture is the sketch itself, at the asked size; without a sketch it says nothing. */
  readonly mask?: JobMask
  readonly prompt: string
  /** What models guided by two passes are led away from; others ignore it. */
  readonly negativePrompt?: string
  readonly strength: number
  readonly seed: number
  readonly steps: number
  readonly guidanceScale: number
  /** Asked size in pixels. Rendered in the nearest bucket of the model, then scaled to exactly this. */
  readonly width: number
  readonly height: number
  readonly mode: FrameMode
  /**
   * Size whose noise a refinement continues, so that the larger picture keeps the layout of the smaller. Where the bucket
   * of that size does not fit a whole number of times into its own, the noise is the seed's.
   */
  readonly noiseFrom?: { readonly width: number; readonly height: number }
  readonly output: { readonly codec: ImageCodec; readonly quality: number }
  /**
   * What those who watch want to see of the steps; nobody: empty. A step is decoded once whoever asks, encoded once per
   * form, and left out where previews would take more than half of the steps' own time. Never the last step: that is
   * the picture.
   */
  readonly previews: readonly PreviewWant[]
}

/** Milliseconds per stage inside the engine, waiting excluded. */
export interface EngineTimings {
  readonly decodeMs: number
  readonly textEncodeMs: number
  readonly vaeEncodeMs: number
  readonly unetMs: readonly number[]
  readonly vaeDecodeMs: number
  readonly encodeMs: number
  /** All step previews together; absent when there were none. */
  readonly previewMs?: number
  readonly engineMs: number
}

export interface JobResult {
  readonly image: Uint8Array
  readonly codec: ImageCodec
  readonly width: number
  readonly height: number
  /** Bucket of the model it was rendered in. */
  readonly renderedWidth: number
  readonly renderedHeight: number
  /** What the safety checker said: true, and the picture is black. Absent where none looked. */
  readonly nsfwDetected?: boolean
  readonly timings: EngineTimings
}

/** A rough picture of one step, in a form that somebody asked for. */
export interface Preview extends PreviewForm {
  readonly image: Uint8Array
  readonly width: number
  readonly height: number
}

export interface StepEvent {
  /** 1-based denoising step that has just ended. */
  readonly step: number
  readonly steps: number
  /** One per form that is due at this step; `previewFor` finds one's own. */
  readonly previews: readonly Preview[]
}

/** What watchers want while a job runs: they come and go with pages and tabs. */
export interface PreviewSource {
  /** Calls `listener` with all wants, in place of those before; returns the unsubscribe. */
  onChange(listener: (wants: readonly PreviewWant[]) => void): () => void
}

export interface EngineState {
  readonly name: EngineStateName
  /** A sentence for people when the state is not `ready`. */
  readonly detail: string | undefined
}

/** A failure of one job. `code` tells the caller whether trying again helps (lib/protocol/errors.ts). */
export class EngineError extends AppError {
  override readonly name = 'EngineError'
  declare readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options: ErrorPlace & { cause?: unknown } = {}) {
    super(code, message, options)
  }
}

export interface GenerateOptions {
  /**
   * Read between denoising steps; an abort ends the job with EngineError `cancelled`. The engine has no deadline of its
   * own: whoever has one aborts.
   */
  readonly signal: AbortSignal
  readonly onStep?: (event: StepEvent) => void
  /** Changes to `job.previews`, read between denoising steps. */
  readonly previews?: PreviewSource
}

export interface Engine extends AsyncDisposable {
  readonly info: ModelInfo
  /** Why it runs where it runs, in words. */
  readonly providerReason?: string
  /** What its graphs compute in, and why; known once it was ready. */
  readonly precision?: FoundPrecision | undefined
  /** Jobs that can run at the same time. May change while it loads, or with its provider. */
  readonly slots: number
  /** Live frames of one session that it pays to run at the same time: each takes longer, and more of them come. */
  readonly abreast: number
  state(): EngineState
  /** Calls `listener` on every change of state; returns the unsubscribe. */
  onState(listener: (state: EngineState) => void): () => void
  /** Calls `listener` when `info` has become another: another model, or another provider. Returns the unsubscribe. */
  onInfo(listener: (info: ModelInfo) => void): () => void
  /** Resolves when a slot is free and the engine is ready. Capacity is asked, never guessed. */
  whenFree(signal: AbortSignal): Promise<void>
  /** Throws EngineError; a caller that did not wait for `whenFree` gets `busy`. */
  generate(job: Job, options: GenerateOptions): Promise<JobResult>
}
