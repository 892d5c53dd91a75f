// scheduler_config.json to the manifest's scheduler. Class defaults are diffusers' own.
import { LCM_DEFAULTS } from '../../../lib/lcm/schedule.ts'
import { AppError } from '../../../lib/std/errors.ts'
import type { Manifest } from '../manifest.ts'
import type { DiffusersScheduler } from './config-files.ts'

type Scheduler = Manifest['scheduler']

const EULER = {
  EulerDiscreteScheduler: 'euler',
  EulerAncestralDiscreteScheduler: 'euler_ancestral',
} as const
const BETA_SCHEDULES = ['scaled_linear', 'linear', 'squaredcos_cap_v2'] as const
const PREDICTION_TYPES = ['epsilon', 'sample', 'v_prediction'] as const

export interface SchedulerSource {
  readonly path: string
  readonly config: DiffusersScheduler | undefined
  /** The U-Net has a `timestep_cond`: a Latent Consistency Model, whatever scheduler the folder names. */
  readonly isDistilled: boolean
}

/**
 * LCMScheduler, or the Euler schedulers with "trailing" spacing that the Turbo models were distilled for.
 * @throws AppError `model_unsupported`: others need 20 to 50 steps a picture, or another solver.
 */
export function readScheduler({ path, config, isDistilled }: SchedulerSource): Scheduler {
  const name = config?._class_name ?? (isDistilled ? 'LCMScheduler' : undefined)
  if (config === undefined && !isDistilled) throw unsupported(path, 'is missing', SUPPORTED)
  if (isDistilled || name === 'LCMScheduler') return lcm(path, config ?? {}, isDistilled)
  if (name === 'EulerDiscreteScheduler' || name === 'EulerAncestralDiscreteScheduler')
    return euler(path, config ?? {}, EULER[name])
  throw unsupported(path, `has ${name ?? 'no _class_name'}, which needs 20 to 50 steps a picture`, SUPPORTED)
}

const SUPPORTED =
  'LCMScheduler (an LCM, or a model with the LCM-LoRA merged in), or EulerDiscreteScheduler or EulerAncestralDiscreteScheduler with timestep_spacing "trailing" (SD-Turbo, SDXL-Turbo)'

function lcm(path: string, config: DiffusersScheduler, isDistilled: boolean): Scheduler {
  const isOwn = config._class_name === 'LCMScheduler'
  return {
    ...common(path, config, { betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear' }),
    // Another scheduler's own limits on x0 mean nothing to an LCM.
    clipSample: isOwn ? (config.clip_sample ?? LCM_DEFAULTS.clipSample) : false,
    clipSampleRange: config.clip_sample_range ?? LCM_DEFAULTS.clipSampleRange,
    thresholding: isOwn ? (config.thresholding ?? LCM_DEFAULTS.thresholding) : false,
    // Models with the LCM-LoRA merged in run in the generic pipeline, where strength drops steps.
    strengthSemantics: isDistilled ? 'lcm' : 'generic',
    sampler: 'lcm',
  }
}

function euler(path: string, config: DiffusersScheduler, sampler: 'euler' | 'euler_ancestral'): Scheduler {
  if (config.timestep_spacing !== 'trailing')
    throw unsupported(path, `has timestep_spacing ${String(config.timestep_spacing)}`, '"trailing"')
  for (const field of ['use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas'] as const)
    if (config[field] === true) throw unsupported(path, `has ${field} on`, 'the sigmas of the beta schedule')
  return {
    ...common(path, config, { betaStart: 0.0001, betaEnd: 0.02, betaSchedule: 'linear' }),
    clipSample: false,
    clipSampleRange: 1,
    thresholding: false,
    strengthSemantics: 'generic',
    sampler,
  }
}

type Betas = Pick<Scheduler, 'betaStart' | 'betaEnd' | 'betaSchedule'>

function common(path: string, config: DiffusersScheduler, defaults: Betas) {
  if (config.trained_betas !== undefined && config.trained_betas !== null)
    throw unsupported(path, 'has trained_betas', 'beta_start, beta_end and beta_schedule')
  return {
    numTrainTimesteps: config.num_train_timesteps ?? 1000,
    betaStart: config.beta_start ?? defaults.betaStart,
    betaEnd: config.beta_end ?? defaults.betaEnd,
    betaSchedule: oneOf(path, 'beta_schedule', config.beta_schedule ?? defaults.betaSchedule, BETA_SCHEDULES),
    predictionType: oneOf(path, 'prediction_type', config.prediction_type ?? 'epsilon', PREDICTION_TYPES),
    originalInferenceSteps: config.original_inference_steps ?? LCM_DEFAULTS.originalInferenceSteps,
    timestepScaling: config.timestep_scaling ?? LCM_DEFAULTS.timestepScaling,
    dynamicThresholdingRatio: config.dynamic_thresholding_ratio ?? LCM_DEFAULTS.dynamicThresholdingRatio,
    sampleMaxValue: config.sample_max_value ?? LCM_DEFAULTS.sampleMaxValue,
    setAlphaToOne: config.set_alpha_to_one ?? LCM_DEFAULTS.setAlphaToOne,
    rescaleBetasZeroSnr: config.rescale_betas_zero_snr ?? false,
  }
}

function oneOf<T extends string>(path: string, field: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value)
  if (found !== undefined) return found
  throw unsupported(path, `has ${field} ${value}`, allowed.join(', '))
}

function unsupported(path: string, found: string, expected: string): AppError {
  const message = `${path} ${found}, expected ${expected}; choose another model or export this one again`
  return new AppError('model_unsupported', message)
}
