import type { EngineTimings } from './engine.ts'
import type { Stage } from './onnx/timed.ts'

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
  /** Steps that nothing has waited for yet. */
  #unwaited = 0

  /** A graph ran for this job alone. */
  add(stage: Stage, ms: number): void {
    if (stage === 'unet') this.addPass(ms, ms)
    else this.#totals.set(stage, this.#total(stage) + ms)
  }

  /** A U-Net call ran for this job and others: `ms` of its time, of which this job's part is `ownMs`. */
  addPass(ms: number, ownMs: number): void {
    this.#passes = { ms: this.#passes.ms + ms, ownMs: this.#passes.ownMs + ownMs }
  }

  /**
   * All passes of a step have run.
   * @param stays its result stays on the device, and nothing waited for it: the next that is waited for is timed with it.
   */
  endStep(stays = false): void {
    this.#steps.push(this.#passes)
    this.#passes = NOTHING
    this.#unwaited = stays ? this.#unwaited + 1 : this.#share(this.#unwaited + 1)
  }

  /** Of steps that were waited for together, each took as long as the other. None is left. */
  #share(count: number): 0 {
    const steps = this.#steps.splice(-count)
    const total = (pick: keyof StepTime) => steps.reduce((sum, step) => sum + step[pick], 0) / count
    const each = { ms: total('ms'), ownMs: total('ownMs') }
    this.#steps.push(...(count === 1 ? steps : steps.map(() => each)))
    return 0
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
