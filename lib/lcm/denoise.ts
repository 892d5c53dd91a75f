// The loop over the timesteps: the U-Net, then a step of the schedule's sampler. The latents come back after every step,
// or stay where the U-Net runs until somebody needs them: to show them, to share a U-Net call, to decode them.
import type { HeldLatents, Models, PredictInput, PromptEmbedding } from './models.ts'
import { samplerStep } from './sampler.ts'
import type { Schedule } from './schedule.ts'
import { expectLength } from './shape.ts'
import { isLinear, linearStep, renoised, type StepOutput } from './step.ts'

export interface StepReport {
  /** Counts from 1. */
  readonly step: number
  /** Steps that run in all; below the job's under 'generic' semantics. */
  readonly steps: number
  readonly timestep: number
  /** [1,C,h,w] float32 scaled: the picture so far. Do not write to it. */
  readonly denoised: Float32Array
  /** [1,C,h,w] float32 scaled: what the next step starts from; at the last step `denoised` itself. Do not write to it. */
  readonly latents: Float32Array
}

/** A step whose latents did not come back. */
export type HeldStepReport = Omit<StepReport, 'denoised' | 'latents'>

/** Lets latents stay where the U-Net runs, with models and schedules that can: such a step is not waited for. */
export interface Holding {
  /** Asked before each step but the last: does nobody but the next step need what it gives? */
  mayStay(step: HeldStepReport): boolean
  /** In place of `onStep`, after a step whose latents stayed. */
  onStep(report: HeldStepReport): void | Promise<void>
}

export interface DenoiseOptions {
  /** An AbortSignal, or anything with its `aborted`; read at the start, before each step and before decoding. What a
   * model throws while it is aborted counts as cancelled. */
  readonly signal?: { readonly aborted: boolean }
  /** A returned promise is awaited before the next step; what it throws ends the job. */
  readonly onStep?: (report: StepReport) => void | Promise<void>
  /** Without it the latents come back after every step. */
  readonly holding?: Holding
}

/** The signal was aborted; `stepsDone` U-Net calls had finished. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError'
  readonly stepsDone: number

  constructor(stepsDone: number) {
    super(`cancelled after ${stepsDone} steps`)
    this.stepsDone = stepsDone
  }
}

export function throwIfAborted({ signal }: DenoiseOptions, stepsDone: number): void {
  if (signal?.aborted === true) throw new CancelledError(stepsDone)
}

/** What is the same at every step of a job. */
export interface Denoising {
  readonly models: Models
  readonly schedule: Schedule
  readonly timesteps: readonly number[]
  readonly conditions: Pick<PredictInput, 'size' | 'timestepCond'>
  readonly guided: Guided
  /** [1,C,h,w] float32 scaled: the image's clean latents; undefined without an image. */
  readonly imageLatents: Float32Array | undefined
  /** Each [1,C,h,w] float32, unit normal: the initial noise, then one per non-final step. */
  readonly noises: readonly Float32Array[]
  readonly options: DenoiseOptions
}

export interface Guided {
  readonly prompt: PromptEmbedding
  readonly negative: PromptEmbedding | undefined
  readonly guidanceScale: number
}

/**
 * @param start [1,C,h,w] float32 scaled: what the first step starts from.
 * @returns [1,C,h,w] float32 scaled: what the last step denoised.
 */
export async function denoise(start: Float32Array, work: Denoising): Promise<Float32Array> {
  const { timesteps, options } = work
  const held = await placeFor(work)
  let latents: Latents = start
  let denoised = start
  try {
    for (const [at, timestep] of timesteps.entries()) {
      throwIfAborted(options, at)
      const report = { step: at + 1, steps: timesteps.length, timestep }
      const stays = at + 1 < timesteps.length && options.holding?.mayStay(report) === true
      const place = stays ? held : undefined
      const output: StepOutput | HeldLatents = await runStep(latents, { at, place, work }).catch(
        (error: unknown) => {
          // Who runs the rows of many pictures together withdraws those of a cancelled one: that is no failure.
          throwIfAborted(options, at)
          throw error
        },
      )
      if ('denoised' in output) {
        latents = output.prev
        denoised = output.denoised
        await options.onStep?.({ ...report, denoised, latents })
      } else {
        latents = output
        await options.holding?.onStep(report)
      }
    }
    return denoised
  } finally {
    held?.release()
  }
}

/** What a step starts from: at hand, or held where the U-Net runs. */
type Latents = Float32Array | HeldLatents

/** None where a step is no single sum: two passes of guidance are mixed, x0 is limited. A single step holds nothing. */
async function placeFor(work: Denoising): Promise<HeldLatents | undefined> {
  const { models, schedule, guided, conditions, timesteps, options } = work
  const isOfUse = timesteps.length > 1 && guided.negative === undefined && isLinear(schedule)
  return isOfUse && options.holding !== undefined ? models.hold?.(conditions.size) : undefined
}

interface OfStep {
  /** Index of the step. */
  readonly at: number
  /** Where what it gives stays; undefined where it comes back. */
  readonly place: HeldLatents | undefined
  readonly work: Denoising
}

/** @returns `place`, or what came back. */
async function runStep(latents: Latents, { at, place, work }: OfStep): Promise<StepOutput | HeldLatents> {
  const { models, schedule, timesteps, noises, imageLatents, guided } = work
  const timestep = timesteps[at] ?? 0
  const step = { schedule, timestep, nextTimestep: timesteps[at + 1], noise: noises[at + 1] }
  const sample = latents instanceof Float32Array ? unetSample(models, latents, imageLatents) : undefined
  const input = { ...work.conditions, channels: unetChannels(models), timestep, prompt: guided.prompt }
  if (place !== undefined && step.noise !== undefined) {
    await place.advance({ ...input, sample }, linearStep(step), step.noise)
    return place
  }
  if (!(latents instanceof Float32Array)) {
    const denoised = await latents.handBack(input, linearStep({ ...step, nextTimestep: undefined }))
    expectLength('handBack output', denoised, noises[0]?.length ?? 0)
    return renoised(denoised, step)
  }
  const modelOutput = await predict(models, { ...input, sample: sample ?? latents }, guided)
  expectLength('predict output', modelOutput, latents.length)
  return samplerStep({ ...step, modelOutput, sample: latents })
}

/** negative + scale * (prompt - negative), Ho & Salimans, arXiv 2207.12598. Both at once: they may share a U-Net call. */
async function predict(
  models: Models,
  input: PredictInput,
  { negative, guidanceScale }: Guided,
): Promise<Float32Array> {
  if (negative === undefined) return models.predict(input)
  const [towards, away] = await Promise.all([
    models.predict(input),
    models.predict({ ...input, prompt: negative }),
  ])
  expectLength('predict output', away, towards.length)
  return away.map((value, i) => value + guidanceScale * ((towards[i] ?? 0) - value))
}

function unetChannels({ imageLatents, latentChannels }: Models): number {
  return imageLatents === 'concat' ? 2 * latentChannels : latentChannels
}

/** In 'concat' mode without an image the image channels are zeros, as where training dropped the image. */
function unetSample(
  models: Models,
  latents: Float32Array,
  imageLatents: Float32Array | undefined,
): Float32Array {
  if (models.imageLatents === 'none') return latents
  const joined = new Float32Array(latents.length * 2)
  joined.set(latents)
  if (imageLatents !== undefined) joined.set(imageLatents, latents.length)
  return joined
}
