// The noise schedule and the timesteps of a Latent Consistency Model, as pure data.
// Port of diffusers `schedulers/scheduling_lcm.py` (Apache-2.0): `__init__` and `set_timesteps`, without its
// mutable step index. Tables are float64 and rounded once, where they meet float32 latents.
// Beside it the timesteps of `EulerDiscreteScheduler` with "trailing" spacing, which the Turbo models run on.
// Paper: Luo et al., "Latent Consistency Models", arXiv 2310.04378.

export type BetaSchedule = 'scaled_linear' | 'linear' | 'squaredcos_cap_v2'
export type PredictionType = 'epsilon' | 'sample' | 'v_prediction'
/** diffusers' LCMScheduler, or its EulerDiscreteScheduler and EulerAncestralDiscreteScheduler (Turbo models). */
export type Sampler = 'lcm' | 'euler' | 'euler_ancestral'

/** diffusers' LCMScheduler config, in camelCase. Names and meaning are diffusers' own. */
export interface SchedulerConfig {
  readonly numTrainTimesteps: number
  readonly betaStart: number
  readonly betaEnd: number
  readonly betaSchedule: BetaSchedule
  /** Steps of the distillation schedule the inference steps are picked from. */
  readonly originalInferenceSteps: number
  /** Factor on the timestep inside c_skip and c_out. */
  readonly timestepScaling: number
  readonly predictionType: PredictionType
  readonly clipSample: boolean
  readonly clipSampleRange: number
  /** Dynamic thresholding; takes precedence over clipSample. Not meant for latents. */
  readonly thresholding: boolean
  readonly dynamicThresholdingRatio: number
  readonly sampleMaxValue: number
  readonly setAlphaToOne: boolean
  readonly rescaleBetasZeroSnr: boolean
  /** How one step leads to the next; default 'lcm'. The Euler samplers space their timesteps "trailing". */
  readonly sampler?: Sampler
}

/** LCM_Dreamshaper_v7 (SD1.5): its scheduler_config with diffusers' class defaults for absent fields. */
export const LCM_DEFAULTS: SchedulerConfig = Object.freeze({
  numTrainTimesteps: 1000,
  betaStart: 0.00085,
  betaEnd: 0.012,
  betaSchedule: 'scaled_linear',
  originalInferenceSteps: 50,
  timestepScaling: 10,
  predictionType: 'epsilon',
  clipSample: false,
  clipSampleRange: 1,
  thresholding: false,
  dynamicThresholdingRatio: 0.995,
  sampleMaxValue: 1,
  setAlphaToOne: true,
  rescaleBetasZeroSnr: false,
})

export interface Schedule {
  readonly config: SchedulerConfig
  /** Float64, one value per training timestep: prod_{i<=t} (1 - beta_i). Typed read-only. */
  readonly alphasCumprod: ArrayLike<number>
  /** Stands in for alphasCumprod at a negative timestep; no LCM timestep list contains one. */
  readonly finalAlphaCumprod: number
}

/** Which of diffusers' two meanings `strength` has; see {@link timesteps}. */
export type StrengthSemantics = 'lcm' | 'generic'

export interface TimestepOptions {
  /** Requested inference steps: 1..originalInferenceSteps, with the Euler samplers 1..numTrainTimesteps. */
  readonly steps: number
  /** 0..1 as a double: 0.7 rounded to float32 selects another schedule. */
  readonly strength: number
  readonly semantics: StrengthSemantics
}

export type ScheduleErrorCode =
  | 'config_invalid'
  | 'timestep_out_of_range'
  | 'steps_out_of_range'
  | 'strength_out_of_range'
  | 'steps_strength_too_small'

/** A schedule parameter is unusable. `field` names it; the message gives value, range and remedy. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError'
  readonly code: ScheduleErrorCode
  readonly field: string

  constructor(code: ScheduleErrorCode, field: string, message: string) {
    super(message)
    this.code = code
    this.field = field
  }
}

/**
 * Builds the schedule of `config`; the result is frozen and may be shared by every job of a model.
 * scaled_linear: beta_i = (sqrt(b0) + i (sqrt(b1) - sqrt(b0)) / (N-1))^2.
 * @throws ScheduleError `config_invalid` for values that would only produce NaN later.
 */
export function createSchedule(config: SchedulerConfig): Schedule {
  checkConfig(config)
  const table = new Float64Array(config.numTrainTimesteps)
  let product = 1
  for (let i = 0; i < table.length; i++) {
    product *= 1 - beta(config, i)
    table[i] = product
  }
  const alphasCumprod: ArrayLike<number> = config.rescaleBetasZeroSnr
    ? rescaleZeroSnr(table, config.sampler)
    : table
  return Object.freeze({
    config: Object.freeze({ ...config }),
    alphasCumprod,
    finalAlphaCumprod: config.setAlphaToOne ? 1 : (alphasCumprod[0] ?? 1),
  })
}

/**
 * The timesteps of one job, descending, ready for the U-Net.
 *
 * 'lcm' (LatentConsistencyModelImg2ImgPipeline): strength shortens the *origin* schedule and all `steps` run.
 *   k = floor(N / orig); L = trunc(orig * strength); origin o_j = j*k - 1, j = 1..L, reversed;
 *   t_i = origin[floor(i * (L / steps))], i = 0..steps-1.
 * 'generic' (StableDiffusionImg2ImgPipeline, what LCM-LoRA users get): the strength 1 list without its first
 *   steps - trunc(steps * strength) entries, so fewer U-Net calls run at lower strength.
 *
 * The Euler samplers know 'generic' alone, over t_i = round(N - i * (N / steps)) - 1 ("trailing" spacing).
 *
 * @throws ScheduleError naming the value, its range and the remedy.
 */
export function timesteps(schedule: Schedule, options: TimestepOptions): readonly number[] {
  checkTimestepOptions(schedule, options)
  const { steps, strength } = options
  const isLcm = samplerOf(schedule) === 'lcm'
  if (isLcm && options.semantics === 'lcm') return originTimesteps(schedule, steps, strength)
  const kept = Math.min(Math.trunc(steps * strength), steps)
  if (kept < 1) throw tooSmall({ strength, of: steps, kept, needed: 1 })
  const all = isLcm ? originTimesteps(schedule, steps, 1) : trailingTimesteps(schedule, steps)
  return all.slice(steps - kept)
}

export function samplerOf({ config }: Schedule): Sampler {
  return config.sampler ?? 'lcm'
}

/** alphasCumprod at `timestep`. @throws ScheduleError unless it is an integer below numTrainTimesteps. */
export function alphaCumprodAt(schedule: Schedule, timestep: number): number {
  if (Number.isInteger(timestep) && timestep < 0) return schedule.finalAlphaCumprod
  const alpha = schedule.alphasCumprod[timestep]
  if (alpha !== undefined) return alpha
  const last = schedule.config.numTrainTimesteps - 1
  const message = `timestep is ${timestep}; it must be an integer from 0 to ${last}`
  throw new ScheduleError('timestep_out_of_range', 'timestep', message)
}

function originTimesteps(schedule: Schedule, steps: number, strength: number): number[] {
  const { numTrainTimesteps, originalInferenceSteps } = schedule.config
  const stride = Math.floor(numTrainTimesteps / originalInferenceSteps)
  // No epsilon here: 50 * 0.58 is 28.999... and Python truncates it to 28 as well.
  const length = Math.trunc(originalInferenceSteps * strength)
  if (length < steps) throw tooSmall({ strength, of: originalInferenceSteps, kept: length, needed: steps })
  // i * (L / n), not i * L / n: the two differ for four pairs below 50, and numpy.linspace does the former.
  return Array.from({ length: steps }, (_, i) => (length - Math.floor(i * (length / steps))) * stride - 1)
}

// numpy.arange(N, 0, -N / steps).round() - 1; numpy rounds halves to even.
function trailingTimesteps({ config }: Schedule, steps: number): number[] {
  const total = config.numTrainTimesteps
  return Array.from({ length: steps }, (_, i) => roundHalfToEven(total - i * (total / steps)) - 1)
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

/** Of `of` timesteps strength keeps `kept`, where `needed` must be kept. */
interface TooSmall {
  readonly strength: number
  readonly of: number
  readonly kept: number
  readonly needed: number
}

// The rule, not the least strength: in which digits that is told is the caller's (`leastStrength` of lib/protocol).
function tooSmall({ strength, of, kept, needed }: TooSmall): ScheduleError {
  const fewer = kept > 0 ? `, or lower steps to at most ${kept}` : ''
  const message =
    `strength ${strength} keeps ${kept} of ${of} timesteps, and ${needed} are needed: ` +
    `raise strength until trunc(${of} * strength) is at least ${needed}${fewer}`
  return new ScheduleError('steps_strength_too_small', 'strength', message)
}

function checkTimestepOptions(schedule: Schedule, { steps, strength }: TimestepOptions): void {
  const { originalInferenceSteps, numTrainTimesteps } = schedule.config
  const maxSteps = samplerOf(schedule) === 'lcm' ? originalInferenceSteps : numTrainTimesteps
  if (!Number.isInteger(steps) || steps < 1 || steps > maxSteps) {
    const message = `steps is ${steps}; choose an integer from 1 to ${maxSteps}`
    throw new ScheduleError('steps_out_of_range', 'steps', message)
  }
  if (!(strength >= 0 && strength <= 1)) {
    const message = `strength is ${strength}; choose a number from 0 to 1`
    throw new ScheduleError('strength_out_of_range', 'strength', message)
  }
}

function beta(config: SchedulerConfig, i: number): number {
  const { betaStart, betaEnd, betaSchedule, numTrainTimesteps } = config
  const position = numTrainTimesteps > 1 ? i / (numTrainTimesteps - 1) : 0
  switch (betaSchedule) {
    case 'linear':
      return betaStart + position * (betaEnd - betaStart)
    case 'scaled_linear':
      return (Math.sqrt(betaStart) + position * (Math.sqrt(betaEnd) - Math.sqrt(betaStart))) ** 2
    case 'squaredcos_cap_v2':
      return Math.min(
        1 - cosineAlphaBar((i + 1) / numTrainTimesteps) / cosineAlphaBar(i / numTrainTimesteps),
        0.999,
      )
    default:
      throw invalid('betaSchedule', betaSchedule, "'scaled_linear', 'linear' or 'squaredcos_cap_v2'")
  }
}

// Nichol & Dhariwal, arXiv 2102.09672, eq. 17.
function cosineAlphaBar(position: number): number {
  return Math.cos(((position + 0.008) / 1.008) * (Math.PI / 2)) ** 2
}

/** diffusers' Euler schedulers write this over an abar of 0, so that sigma = sqrt((1 - abar) / abar) is a number: 4096. */
const EULER_LEAST_ALPHA = 2 ** -24

// Lin et al., arXiv 2305.08891, algorithm 1: shift and scale sqrt(abar) so that the last value is 0.
function rescaleZeroSnr(table: Float64Array, sampler: Sampler = 'lcm'): Float64Array {
  const first = Math.sqrt(table[0] ?? 1)
  const last = Math.sqrt(table[table.length - 1] ?? 0)
  const rescaled = table.map((alpha) => ((Math.sqrt(alpha) - last) * (first / (first - last))) ** 2)
  if (sampler !== 'lcm') rescaled[rescaled.length - 1] = EULER_LEAST_ALPHA
  return rescaled
}

function checkConfig(config: SchedulerConfig): void {
  const { numTrainTimesteps: train, originalInferenceSteps: original, betaStart, betaEnd } = config
  if (!Number.isInteger(train) || train < 1) throw invalid('numTrainTimesteps', train, 'a positive integer')
  if (!Number.isInteger(original) || original < 1 || original > train) {
    throw invalid('originalInferenceSteps', original, `an integer from 1 to numTrainTimesteps (${train})`)
  }
  if (!(betaStart > 0 && betaStart < 1)) throw invalid('betaStart', betaStart, 'between 0 and 1, exclusive')
  if (!(betaEnd >= betaStart && betaEnd < 1))
    throw invalid('betaEnd', betaEnd, `from betaStart (${betaStart}) to below 1`)
  if (!(config.timestepScaling > 0)) throw invalid('timestepScaling', config.timestepScaling, 'positive')
  // At zero terminal SNR abar is 0, or as good as 0, and recovering x0 from epsilon divides by it.
  if (config.rescaleBetasZeroSnr && config.predictionType === 'epsilon') {
    throw invalid('predictionType', 'epsilon', "'v_prediction' or 'sample' when rescaleBetasZeroSnr is on")
  }
}

function invalid(field: string, value: unknown, range: string): ScheduleError {
  return new ScheduleError('config_invalid', field, `${field} is ${String(value)}; it must be ${range}`)
}
