import type { EngineTimings } from './engine.ts'
import type { Stage } from './onnx/models.ts'

interface StepTime {
  readonly ms: number
  /** What it cost the device for this job: of a call shared with others its part. */
  readonly ownMs: number
}

const NOTHING: StepTime = { ms: 0, ownMs: 0 }

/** Where the time of one job goes. */
export class StageTimes {
  readonly #startedMs = performance.now()
  readonly #totals = new Map<Stage, number>()
  readonly #steps: StepTime[] = []
  /** Of the step that runs: two-pass guidance is two passes. */
  #passes = NOTHING

  /** A graph ran for this job alone. */
  add(stage: Stage, ms: number): void {
    if (stage === 'unet') this.addPass(ms, ms)
    else this.#totals.set(stage, this.#total(stage) + ms)
  }

  /** A U-Net call ran for this job and others: `ms` of its time, of which this job's part is `ownMs`. */
  addPass(ms: number, ownMs: number): void {
    this.#passes = { ms: this.#passes.ms + ms, ownMs: this.#passes.ownMs + ownMs }
  }

  /** All passes of a step have run. */
  endStep(): void {
    this.#steps.push(this.#passes)
    this.#passes = NOTHING
  }

  /** Since the job began. */
  get elapsedMs(): number {
    return performance.now() - this.#startedMs
  }

  /** What the last step cost the device for this job. */
  get lastStepMs(): number {
    return (this.#steps.at(-1) ?? NOTHING).ownMs
  }

  /** The stages inside the model, beside those measured around it. */
  timings(around: Pick<EngineTimings, 'decodeMs' | 'encodeMs' | 'previewMs'>): EngineTimings {
    return {
      ...around,
      textEncodeMs: this.#total('textEncode'),
      vaeEncodeMs: this.#total('vaeEncode'),
      unetMs: this.#steps.map(({ ms }) => ms),
      vaeDecodeMs: this.#total('vaeDecode'),
      engineMs: this.elapsedMs,
    }
  }

  #total(stage: Stage): number {
    return this.#totals.get(stage) ?? 0
  }
}
