// One step of LCM multistep sampling, on flat float32 buffers of any shape (batch 1).
// Port of diffusers `LCMScheduler.step` and `add_noise` (Apache-2.0). Noise is an argument, so a step is a
// pure function; arithmetic is float64 and is rounded once, on store.
import { alphaCumprodAt, samplerOf, type Schedule } from './schedule.ts'
import { expectLength, ShapeError } from './shape.ts'

/** Standard deviation of the data the boundary condition assumes; fixed in the paper and in diffusers. */
const SIGMA_DATA = 0.5

export interface BoundaryScalings {
  readonly cSkip: number
  readonly cOut: number
}

export interface PredictionInput {
  readonly schedule: Schedule
  /** An integer from 0 to numTrainTimesteps - 1. */
  readonly timestep: number
  /** U-Net output, meaning per `schedule.config.predictionType`. Same length as `sample`. */
  readonly modelOutput: Float32Array
  /** x_t, scaled (SD1.5: x0.18215), on the variance-preserving scale: the latents the U-Net saw, without an image's. */
  readonly sample: Float32Array
}

export interface StepInput extends PredictionInput {
  /** The timestep after this one; undefined marks the last step, which adds no noise. */
  readonly nextTimestep: number | undefined
  /** z ~ N(0, 1), as long as `sample`; undefined is allowed at the last step only. */
  readonly noise: Float32Array | undefined
}

export interface StepOutput {
  /** Input of the next step. At the last step this is the very buffer `denoised`. */
  readonly prev: Float32Array
  /** The model's current estimate of the clean latents: what to preview, and at the last step to decode. */
  readonly denoised: Float32Array
}

/**
 * c_skip = sd^2 / (s^2 + sd^2), c_out = s / sqrt(s^2 + sd^2), with s = timestepScaling * t and sd = 0.5.
 * Source: LCM paper, appendix; diffusers `get_scalings_for_boundary_condition_discrete`.
 */
export function boundaryScalings(timestep: number, timestepScaling = 10): BoundaryScalings {
  const scaled = timestep * timestepScaling
  const total = scaled ** 2 + SIGMA_DATA ** 2
  return { cSkip: SIGMA_DATA ** 2 / total, cOut: scaled / Math.sqrt(total) }
}

/**
 * Recovers the predicted clean latents x0, then thresholds or clips them if the config says so.
 * epsilon: (x - sqrt(1-abar) m) / sqrt(abar); sample: m; v_prediction: sqrt(abar) x - sqrt(1-abar) m.
 * @returns a new buffer as long as `sample`.
 * @throws ShapeError when lengths differ; ScheduleError for a timestep outside the schedule.
 */
export function predictX0(input: PredictionInput): Float32Array {
  const { sample, modelOutput } = input
  expectLength('modelOutput', modelOutput, sample.length)
  const { onSample, onOutput } = x0Coefficients(input)
  return limitX0(mix(onSample, sample, onOutput, modelOutput), input.schedule)
}

/**
 * One LCM step: x_t -> (x_t', denoised).
 *   denoised = c_out * x0 + c_skip * x
 *   prev = sqrt(abar_t') * denoised + sqrt(1 - abar_t') * z, or denoised itself at the last step.
 * @throws ShapeError when lengths differ or noise is missing before the last step; ScheduleError as predictX0.
 */
export function lcmStep(input: StepInput): StepOutput {
  const { schedule, timestep, sample } = input
  // 1. Predict x0, limited as configured.
  const x0 = predictX0(input)
  // 2. Apply the boundary condition: the identity as t goes to 0.
  const { cSkip, cOut } = boundaryScalings(timestep, schedule.config.timestepScaling)
  const denoised = mix(cOut, x0, cSkip, sample)
  // 3. Re-noise to the next timestep.
  return renoised(denoised, input)
}

/** The end of an LCM step, once `denoised` is known. @throws ShapeError, ScheduleError as `lcmStep`. */
export function renoised(
  denoised: Float32Array,
  { schedule, nextTimestep, noise }: Pick<StepInput, 'schedule' | 'nextTimestep' | 'noise'>,
): StepOutput {
  if (nextTimestep === undefined) return { prev: denoised, denoised }
  if (noise === undefined)
    throw new ShapeError('noise', 'noise is missing: only the last step runs without it')
  return { prev: addNoise(schedule, nextTimestep, { latents: denoised, noise }), denoised }
}

/** A step as one sum of the latents, the U-Net's output and noise. */
export interface LinearStep {
  readonly onSample: number
  readonly onOutput: number
  readonly onNoise: number
}

/** Whether a step of this schedule is such a sum: LCM's is, unless it limits x0. */
export function isLinear(schedule: Schedule): boolean {
  const { thresholding, clipSample } = schedule.config
  return samplerOf(schedule) === 'lcm' && !thresholding && !clipSample
}

/**
 * `lcmStep` of an `isLinear` schedule in one sum, for where the latents are not at hand: prev = onSample x + onOutput m +
 * onNoise z. Without a `nextTimestep` it is `denoised`, and `onNoise` 0.
 * @throws ScheduleError for a timestep outside the schedule.
 */
export function linearStep(at: Pick<StepInput, 'schedule' | 'timestep' | 'nextTimestep'>): LinearStep {
  const { schedule, timestep, nextTimestep } = at
  const { onSample, onOutput } = x0Coefficients(at)
  const { cSkip, cOut } = boundaryScalings(timestep, schedule.config.timestepScaling)
  const { sqrtAlphaProd, sqrtOneMinusAlphaProd } =
    nextTimestep === undefined
      ? { sqrtAlphaProd: 1, sqrtOneMinusAlphaProd: 0 }
      : diffusionCoefficients(schedule, nextTimestep)
  return {
    onSample: sqrtAlphaProd * (cOut * onSample + cSkip),
    onOutput: sqrtAlphaProd * cOut * onOutput,
    onNoise: sqrtOneMinusAlphaProd,
  }
}

/**
 * Forward diffusion: sqrt(abar_t) * latents + sqrt(1 - abar_t) * noise, into a new buffer.
 * Source: DDPM (arXiv 2006.11239) eq. 4; diffusers `DDPMScheduler.add_noise`.
 * @throws ShapeError when lengths differ; ScheduleError for a timestep outside the schedule.
 */
export function addNoise(
  schedule: Schedule,
  timestep: number,
  { latents, noise }: { readonly latents: Float32Array; readonly noise: Float32Array },
): Float32Array {
  expectLength('noise', noise, latents.length)
  const { sqrtAlphaProd, sqrtOneMinusAlphaProd } = diffusionCoefficients(schedule, timestep)
  return mix(sqrtAlphaProd, latents, sqrtOneMinusAlphaProd, noise)
}

interface DiffusionCoefficients {
  /** sqrt(abar_t), on the clean latents. */
  readonly sqrtAlphaProd: number
  /** sqrt(1 - abar_t), on the noise. Euler's sigma is this over the other. */
  readonly sqrtOneMinusAlphaProd: number
}

/** What x_t is made of: x_t = sqrt(abar_t) x0 + sqrt(1 - abar_t) eps. Names as in diffusers' `add_noise`. */
function diffusionCoefficients(schedule: Schedule, timestep: number): DiffusionCoefficients {
  const alphaProd = alphaCumprodAt(schedule, timestep)
  return { sqrtAlphaProd: Math.sqrt(alphaProd), sqrtOneMinusAlphaProd: Math.sqrt(1 - alphaProd) }
}

/** a x + b y into a new buffer as long as both. A loop: a closure per element took 0.5 ms a step and more at 8 k elements. */
function mix(a: number, x: Float32Array, b: number, y: Float32Array): Float32Array {
  const sum = new Float32Array(x.length)
  for (let i = 0; i < sum.length; i++) sum[i] = a * (x[i] ?? 0) + b * (y[i] ?? 0)
  return sum
}

function x0Coefficients({ schedule, timestep }: Pick<PredictionInput, 'schedule' | 'timestep'>): {
  onSample: number
  onOutput: number
} {
  const { sqrtAlphaProd, sqrtOneMinusAlphaProd } = diffusionCoefficients(schedule, timestep)
  const type = schedule.config.predictionType
  switch (type) {
    case 'epsilon':
      return { onSample: 1 / sqrtAlphaProd, onOutput: -sqrtOneMinusAlphaProd / sqrtAlphaProd }
    case 'sample':
      return { onSample: 0, onOutput: 1 }
    case 'v_prediction':
      return { onSample: sqrtAlphaProd, onOutput: -sqrtOneMinusAlphaProd }
    default:
      return unknownPrediction(type)
  }
}

function unknownPrediction(type: never): never {
  throw new TypeError(`predictionType is ${String(type)}; use 'epsilon', 'sample' or 'v_prediction'`)
}

function limitX0(x0: Float32Array, { config }: Schedule): Float32Array {
  if (config.thresholding) return threshold(x0, config.dynamicThresholdingRatio, config.sampleMaxValue)
  if (!config.clipSample) return x0
  return x0.map((x) => Math.min(Math.max(x, -config.clipSampleRange), config.clipSampleRange))
}

// Imagen's dynamic thresholding (arXiv 2205.11487, 2.3). Clamped to at least 1 first, then to the maximum,
// which is torch.clamp's order when the maximum is below 1.
function threshold(x0: Float32Array, ratio: number, maxValue: number): Float32Array {
  const limit = Math.min(Math.max(quantile(x0.map(Math.abs), ratio), 1), maxValue)
  return x0.map((x) => Math.min(Math.max(x, -limit), limit) / limit)
}

// torch.quantile's default: linear interpolation between the two nearest ranks.
function quantile(values: Float32Array, ratio: number): number {
  const sorted = values.slice().sort()
  const rank = ratio * (sorted.length - 1)
  const low = sorted[Math.floor(rank)] ?? 0
  const high = sorted[Math.ceil(rank)] ?? 0
  return low + (high - low) * (rank - Math.floor(rank))
}
