// What can be told of a model and what is asked of it before a process is started.
import { createSchedule } from '../../lib/lcm/schedule.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import type { Manifest } from './manifest.ts'
import { inInt8 } from './manifest-files.ts'
import { schedulerConfig } from './scheduler-config.ts'
import type { PrecisionChoice } from './precision.ts'
import { AUTO } from './provider-choice.ts'

export function checkSchedule(manifest: Manifest, modelDir: string): void {
  try {
    createSchedule(schedulerConfig(manifest))
  } catch (cause) {
    const message = `The scheduler of ${modelDir}/manifest.json is unusable: ${messageOf(cause)}; correct the manifest`
    throw new AppError('model_invalid_manifest', message, { cause })
  }
}

/** Whoever asks for a check must not get pictures that nobody looked at. */
export function checkSafety({ name, safetyChecker }: Manifest, isAsked: boolean | undefined): void {
  if (isAsked !== true || safetyChecker !== undefined) return
  const message = `${name} has no safety checker: put diffusers' own at safety_checker/model.onnx of its folder, or start with --safety-checker off`
  throw new AppError('model_missing_file', message)
}

export function checkPrecision(
  manifest: Manifest,
  precision: PrecisionChoice | undefined,
  provider: string,
): void {
  if (precision !== 'int8') return
  const remedy = 'leave the precision to "auto"'
  if (inInt8(manifest) === undefined)
    throw new AppError('model_missing_file', `${manifest.name} has no int8 graphs: ${remedy}`)
  // Which provider 'auto' is, is asked again when it is known.
  if (provider === 'cpu' || provider === AUTO) return
  const message = `The int8 graphs of ${manifest.name} run on provider cpu alone, and provider is ${provider}: choose cpu, or ${remedy}`
  throw new AppError('engine_unstartable', message)
}
