import type { EngineTimings } from './engine.ts'
import type { Stage } from './onnx/models.ts'

/** Where the time of one job goes. */
export class StageTimes {
  readonly #startedMs = performance.now()
  readonly #runs: { stage: Stage; ms: number }[] = []
  #lastStepMs = 0

  /** A graph ran for this job alone. */
  add(stage: Stage, ms: number): void {
    this.#runs.push({ stage, ms })
    if (stage === 'unet') this.#lastStepMs = ms
  }

  /** A U-Net call ran for this job and others: `ms` of its time, of which this job's part is `ownMs`. */
  addStep(ms: number, ownMs: number): void {
    this.add('unet', ms)
    this.#lastStepMs = ownMs
  }

  /** Since the job began. */
  get elapsedMs(): number {
    return performance.now() - this.#startedMs
  }

  /** What the last step cost the device for this job. */
  get lastStepMs(): number {
    return this.#lastStepMs
  }

  /** The stages inside the model, beside those measured around it. */
  timings(around: Pick<EngineTimings, 'decodeMs' | 'encodeMs' | 'previewMs'>): EngineTimings {
    return {
      ...around,
      textEncodeMs: this.#total('textEncode'),
      vaeEncodeMs: this.#total('vaeEncode'),
      unetMs: this.#of('unet'),
      vaeDecodeMs: this.#total('vaeDecode'),
      engineMs: this.elapsedMs,
    }
  }

  #of(stage: Stage): number[] {
    return this.#runs.filter((run) => run.stage === stage).map((run) => run.ms)
  }

  #total(stage: Stage): number {
    return this.#of(stage).reduce((sum, ms) => sum + ms, 0)
  }
}
