// Parameters made for one model, turned into the nearest that another takes. Both ends do it: the page with what is on
// its sliders, the server with frames that wait while the model changes.
import { leastStrength, leavesSteps, stepBudget } from './param-limits.ts'
import type { DrawParams, ModelInfo } from './params.ts'
import type { Size } from '../std/size.ts'

/** What a model limits. */
const TUNED = ['steps', 'strength', 'guidanceScale'] as const

/** The nearest parameters that `model` takes: limits first, then enough strength for the steps, else as many steps as it leaves. */
export function fitToModel(params: DrawParams, model: ModelInfo): DrawParams {
  const { limits } = model
  const fitted = { ...params }
  for (const name of TUNED) fitted[name] = clamp(params[name], limits[name])
  const { needed, of } = stepBudget(fitted, model)
  if (leavesSteps({ needed, of }, fitted.strength)) return fitted
  const strength = clamp(leastStrength(needed, of), limits.strength)
  const steps =
    model.strengthSemantics === 'generic'
      ? Math.max(fitted.steps, clamp(Math.ceil(1 / strength), limits.steps))
      : Math.min(fitted.steps, Math.trunc(of * strength))
  return { ...fitted, strength, steps }
}

/**
 * What a person's parameters become under another model. What was left at the default of the model before becomes this
 * one's default: 4 steps are right for one and a waste for another. What was chosen stays, as near as this one takes it.
 * A size that it has not becomes one of the same shape, else its default.
 */
export function moveToModel(params: DrawParams, model: ModelInfo, before?: ModelInfo): DrawParams {
  const moved = { ...params, ...sizeFor(params, model, before) }
  for (const name of TUNED) if (params[name] === before?.defaults[name]) moved[name] = model.defaults[name]
  return fitToModel(moved, model)
}

function sizeFor(asked: Size, model: ModelInfo, before: ModelInfo | undefined): Size {
  const { width, height } = model.defaults
  const fallback = { width, height }
  const shaped = model.sizes.filter((size) => sameShape(size, asked))
  const wasDefault = before && sameSize(asked, before.defaults) && sameShape(asked, fallback)
  const exact = wasDefault ? undefined : shaped.find((size) => sameSize(size, asked))
  return exact ?? shaped.sort((a, b) => distance(a, fallback) - distance(b, fallback))[0] ?? fallback
}

const sameSize = (a: Size, b: Size): boolean => a.width === b.width && a.height === b.height
export const sameShape = (a: Size, b: Size): boolean => a.width * b.height === a.height * b.width
const distance = (a: Size, b: Size): number => Math.abs(a.width * a.height - b.width * b.height)

export function clamp(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(high, Math.max(low, value))
}
