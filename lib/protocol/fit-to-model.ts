// Parameters made for one model, turned into the nearest that another takes. Both ends do it: the page with what is on
// its sliders, the server with frames that wait while the model changes.
import { checkParams, leastStrength } from './param-limits.ts'
import type { DrawParams, ModelInfo } from './params.ts'

/** The nearest parameters that `model` takes: limits first, then enough strength for the steps, else fewer steps. */
export function fitToModel(params: DrawParams, model: ModelInfo): DrawParams {
  const { limits, originalInferenceSteps: origin } = model
  const fitted = {
    ...params,
    steps: clamp(params.steps, limits.steps),
    strength: clamp(params.strength, limits.strength),
    guidanceScale: clamp(params.guidanceScale, limits.guidanceScale),
  }
  if (!checkParams(fitted, model)) return fitted
  if (model.strengthSemantics === 'generic') return fitGeneric(fitted, model)
  const strength = clamp(leastStrength(fitted.steps, origin), limits.strength)
  return { ...fitted, strength, steps: Math.min(fitted.steps, Math.trunc(origin * strength)) }
}

/** floor(steps * strength) must be 1: enough strength for the steps, else more steps. */
function fitGeneric(params: DrawParams, { limits }: ModelInfo): DrawParams {
  const strength = clamp(leastStrength(1, params.steps), limits.strength)
  const steps = Math.max(params.steps, clamp(Math.ceil(1 / strength), limits.steps))
  return { ...params, strength, steps }
}

const TUNED = ['steps', 'strength', 'guidanceScale'] as const

/**
 * What a person's parameters become under another model. What was left at the default of the model before becomes this
 * one's default: 4 steps are right for one and a waste for another. What was chosen stays, as near as this one takes it.
 * A size that it has not becomes one of the same shape, else its default.
 */
export function moveToModel(params: DrawParams, model: ModelInfo, before?: ModelInfo): DrawParams {
  const untouched = TUNED.filter((name) => before && params[name] === before.defaults[name])
  const defaults = Object.fromEntries(untouched.map((name) => [name, model.defaults[name]]))
  return fitToModel({ ...params, ...defaults, ...sizeFor(params, model, before) }, model)
}

interface Size {
  readonly width: number
  readonly height: number
}

function sizeFor(asked: Size, model: ModelInfo, before: ModelInfo | undefined): Size {
  const isDefault = before !== undefined && sameSize(asked, before.defaults)
  const fallback = { width: model.defaults.width, height: model.defaults.height }
  if (isDefault && sameShape(asked, fallback)) return fallback
  const { width, height } = asked
  if (model.sizes.some((size) => sameSize(size, asked))) return { width, height }
  if (sameShape(asked, fallback)) return fallback
  const shaped = model.sizes.filter((size) => sameShape(size, asked))
  return shaped.sort((a, b) => distance(a, fallback) - distance(b, fallback))[0] ?? fallback
}

const sameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height
const sameShape = (a: Size, b: Size): boolean => a.width * b.height === a.height * b.width
const distance = (a: Size, b: Size): number => Math.abs(a.width * a.height - b.width * b.height)

export function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value))
}
