// An engine for tests only: the same picture for the same job, and slowness and failures on demand.
// Never a default anywhere: the program a person starts has the local engine or says why not.
import { isErrorCode, type ErrorCode } from '../../lib/protocol/errors.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { Clock } from '../../lib/std/clock.ts'
import { nearestBucket } from './buckets.ts'
import { checkJob } from './check-job.ts'
import { encodeImage, type PixelSize } from './codec.ts'
import {
  EngineError,
  type Engine,
  type EngineState,
  type GenerateOptions,
  type Job,
  type JobResult,
} from './engine.ts'
import { fakePicture, paintFake } from './fake-picture.ts'
import { closedError, FreeSlots } from './free-slots.ts'
import { Listeners } from './listeners.ts'
import { StateCell } from './state-cell.ts'
import { StepPreviews } from './step-previews.ts'
import { systemClock } from './system-clock.ts'

export const FAKE_MODEL: ModelInfo = {
  id: 'fake',
  name: 'Fake',
  provider: 'none',
  sizes: [
    { width: 256, height: 256 },
    { width: 384, height: 256 },
    { width: 256, height: 384 },
    { width: 512, height: 512 },
  ],
  limits: { steps: [1, 8], strength: [0.16, 1], guidanceScale: [1, 8] },
  originalInferenceSteps: 50,
  strengthSemantics: 'lcm',
  defaults: {
    prompt: 'a house',
    strength: 0.7,
    seed: 1,
    steps: 4,
    guidanceScale: 4,
    width: 256,
    height: 256,
  },
  refine: { width: 512, height: 512, steps: 8 },
  words: { time: ['day', 'night'], subject: ['house', 'boat'] },
}

export interface FakeEngineOptions {
  /** Laid over `FAKE_MODEL`. */
  readonly info?: Partial<ModelInfo>
  /** Default 1. */
  readonly slots?: number
  /** Default 1. */
  readonly abreast?: number
  /** Milliseconds of `clock` each step takes; default 0. */
  readonly stepMs?: number
  readonly clock?: Clock
  /** Codes the first jobs fail with, in order. */
  readonly faults?: readonly ErrorCode[]
  /** Starts paused: no step runs until `resume` or `step`. */
  readonly paused?: boolean
  /** Default 'ready'. */
  readonly state?: EngineState
  /** Bytes of a finished picture; tests that run thousands of jobs give a cheap one. */
  readonly picture?: (job: Job, size: PixelSize) => Promise<Uint8Array>
}

/** What only tests may do to an engine. */
export interface FakeControls {
  /** Every job given to `generate` so far, the refused ones included. */
  readonly jobs: readonly Job[]
  /** Jobs that run now. */
  readonly running: number
  /** Jobs that ended, by outcome. */
  readonly ended: { readonly done: number; readonly failed: number }
  /** What previews have cost so far: steps decoded, forms encoded. */
  readonly previewWork: { readonly decoded: number; readonly encoded: number }
  stepMs: number
  /** The next job that begins fails with this code, before its first step. */
  failNext(code: ErrorCode, message?: string): void
  /** Holds every job before its next step. */
  pause(): void
  resume(): void
  /** While paused: lets every held job do one step. Returns how many it moved. */
  step(): number
  /** As after `kill -9`: running jobs fail with `engine_crashed`, the state is `degraded` until `recover`. */
  crash(detail?: string): void
  recover(): void
  setState(state: EngineState): void
  /** As when another model was loaded. */
  setInfo(info: Partial<ModelInfo>): void
}

export function createFakeEngine(options: FakeEngineOptions = {}): Engine & FakeControls {
  return new FakeEngine(options)
}

/** Of a rough picture, as latents would give it: one pixel per cell. */
const ROUGH_SIDE = 32

const READY: EngineState = { name: 'ready', detail: undefined }

interface Running {
  /** Injected, or set by `crash`; read where the job wakes up. */
  failure: EngineError | undefined
  wake: (() => void) | undefined
  wants: readonly PreviewWant[]
}

class FakeEngine implements Engine, FakeControls {
  info: ModelInfo
  readonly slots: number
  readonly abreast: number
  readonly jobs: Job[] = []
  readonly ended = { done: 0, failed: 0 }
  readonly previewWork = { decoded: 0, encoded: 0 }
  stepMs: number
  readonly #clock: Clock
  readonly #isCheap: boolean
  readonly #picture: (job: Job, size: PixelSize) => Promise<Uint8Array>
  readonly #faults: EngineError[]
  readonly #state: StateCell
  readonly #infoListeners = new Listeners<ModelInfo>()
  readonly #free = new FreeSlots(() => this.#state.get().name === 'ready' && this.running < this.slots)
  readonly #running = new Set<Running>()
  readonly #held = new Set<() => void>()
  #paused: boolean

  constructor(options: FakeEngineOptions) {
    this.info = { ...FAKE_MODEL, ...options.info }
    this.slots = options.slots ?? 1
    this.abreast = options.abreast ?? 1
    this.stepMs = options.stepMs ?? 0
    this.#clock = options.clock ?? systemClock
    this.#isCheap = options.picture !== undefined
    this.#picture = options.picture ?? fakePicture
    this.#faults = (options.faults ?? []).map((code) => injected(code))
    this.#paused = options.paused ?? false
    this.#state = new StateCell(options.state ?? READY)
  }

  get running(): number {
    return this.#running.size
  }

  state(): EngineState {
    return this.#state.get()
  }

  onState(listener: (state: EngineState) => void): () => void {
    return this.#state.onChange(listener)
  }

  onInfo(listener: (info: ModelInfo) => void): () => void {
    return this.#infoListeners.add(listener)
  }

  whenFree(signal: AbortSignal): Promise<void> {
    return this.#free.wait(signal)
  }

  async generate(job: Job, options: GenerateOptions): Promise<JobResult> {
    this.jobs.push(job)
    this.#admit(job, options.signal)
    const running: Running = { failure: this.#faults.shift(), wake: undefined, wants: job.previews }
    const stopWatching = options.previews?.onChange((wants) => (running.wants = wants))
    this.#running.add(running)
    try {
      const result = await this.#run(job, options, running)
      this.ended.done += 1
      return result
    } catch (error) {
      this.ended.failed += 1
      throw error
    } finally {
      stopWatching?.()
      this.#running.delete(running)
      this.#free.changed()
    }
  }

  #admit(job: Job, signal: AbortSignal): void {
    const { name, detail } = this.#state.get()
    if (name === 'closed') throw closedError()
    if (name === 'loading') throw new EngineError('engine_loading', detail ?? 'The model is being loaded')
    if (name === 'degraded') throw new EngineError('engine_crashed', detail ?? 'The engine is restarting')
    if (this.running >= this.slots)
      throw new EngineError('busy', 'Every engine slot is taken; wait for whenFree')
    checkJob(job, this.info)
    if (signal.aborted) throw cancelled(0)
  }

  async #run(job: Job, options: GenerateOptions, running: Running): Promise<JobResult> {
    const startedMs = this.#clock.now()
    const { width, height } = job
    const rendered = nearestBucket(this.info.sizes, job)
    const unetMs: number[] = []
    const shower = this.#shower(job)
    for (let step = 1; step <= job.steps; step++) {
      await this.#gate(options.signal)
      throwIfEnded(running, options.signal, step - 1)
      unetMs.push(await this.#step(running))
      throwIfEnded(running, undefined, step)
      const shown = { step, steps: job.steps, stepMs: Infinity, size: job, decode: () => this.#rough(job) }
      const previews = await shower.of(shown, running.wants)
      callListener(() => options.onStep?.({ step, steps: job.steps, previews }))
    }
    const image = await this.#picture(job, { width, height })
    throwIfEnded(running, options.signal, job.steps)
    const engineMs = this.#clock.now() - startedMs
    const others = { decodeMs: 0, textEncodeMs: 0, vaeEncodeMs: 0, vaeDecodeMs: 0, encodeMs: 0 }
    return {
      image,
      codec: job.output.codec,
      width,
      height,
      renderedWidth: rendered.width,
      renderedHeight: rendered.height,
      timings: { ...others, unetMs, engineMs },
    }
  }

  async #rough(job: Job) {
    this.previewWork.decoded += 1
    const size = { width: ROUGH_SIDE, height: ROUGH_SIDE }
    return { rgb: this.#isCheap ? new Uint8Array() : await paintFake(job, size), ...size }
  }

  #shower(job: Job): StepPreviews {
    const encode: typeof encodeImage = async (image, options) => {
      this.previewWork.encoded += 1
      return this.#isCheap ? this.#picture(job, options.size ?? image) : encodeImage(image, options)
    }
    return new StepPreviews({ encode, nowMs: () => this.#clock.now() })
  }

  /** Takes `stepMs`, or less when crashed meanwhile; returns the time it took. */
  async #step(running: Running): Promise<number> {
    const startedMs = this.#clock.now()
    if (this.stepMs > 0) await this.#sleep(running)
    return this.#clock.now() - startedMs
  }

  /** Waits while paused. An abort ends the wait: it is read between steps, and this is between steps. */
  #gate(signal: AbortSignal): Promise<void> {
    if (!this.#paused || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const pass = () => {
        this.#held.delete(pass)
        signal.removeEventListener('abort', pass)
        resolve()
      }
      this.#held.add(pass)
      signal.addEventListener('abort', pass, { once: true })
    })
  }

  #sleep(running: Running): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimer = this.#clock.setTimer(resolve, this.stepMs)
      running.wake = () => {
        cancelTimer()
        resolve()
      }
    })
  }

  failNext(code: ErrorCode, message?: string): void {
    this.#faults.push(injected(code, message))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.step()
  }

  step(): number {
    const held = [...this.#held]
    for (const pass of held) pass()
    return held.length
  }

  crash(detail = 'The engine process ended (SIGKILL); restarting'): void {
    this.#state.set({ name: 'degraded', detail })
    for (const running of this.#running) {
      running.failure = injected(
        'engine_crashed',
        'The engine process ended while it worked on this frame; send it again',
      )
      running.wake?.()
    }
    this.step()
  }

  recover(): void {
    this.setState(READY)
  }

  setState(state: EngineState): void {
    this.#state.set(state)
    this.#free.changed()
  }

  setInfo(info: Partial<ModelInfo>): void {
    this.info = { ...this.info, ...info }
    this.#infoListeners.tell(this.info)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state.set({ name: 'closed', detail: 'The engine has been closed' })
    this.#free.close()
    for (const running of this.#running) {
      running.failure = closedError()
      running.wake?.()
    }
    this.step()
  }
}

function injected(code: ErrorCode, message?: string): EngineError {
  if (!isErrorCode(code)) throw new RangeError(`${String(code)} is not a code of lib/protocol/errors.ts`)
  return new EngineError(code, message ?? `Injected failure: ${code}`)
}

function cancelled(stepsDone: number): EngineError {
  return new EngineError('cancelled', `Cancelled after ${stepsDone} steps`)
}

function throwIfEnded(running: Running, signal: AbortSignal | undefined, stepsDone: number): void {
  if (running.failure !== undefined) throw running.failure
  if (signal?.aborted === true) throw cancelled(stepsDone)
}

/** A caller's listener must not end the job of its own engine. */
function callListener(call: () => void): void {
  try {
    call()
  } catch {
    // Its owner's business: the engine has nothing to do differently.
  }
}
