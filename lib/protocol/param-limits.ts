// What parameters may be, as plain numbers and functions: a page that checks its own carries no schema library.
import type { WireError } from './errors.ts'

/** What no model may exceed. A model's own, narrower limits arrive in `welcome` and are checked by `checkParams`. */
export const HARD_LIMITS = {
  /** Unicode code points: an emoji is one. Text fields of a page count UTF-16 units, and so stop no later. */
  promptChars: 2000,
  seed: [0, 4294967295],
  steps: [1, 50],
  strength: [0, 1],
  guidanceScale: [0, 30],
  side: [64, 2048],
} as const

type Range = readonly [number, number]

/** What of a model decides which parameters it takes. */
export interface ModelLimits {
  readonly limits: { readonly steps: Range; readonly strength: Range; readonly guidanceScale: Range }
  readonly originalInferenceSteps: number
  readonly strengthSemantics: 'lcm' | 'generic'
}

/** The parameters that a model limits; DrawParams has them. */
export interface LimitedParams {
  readonly steps: number
  readonly strength: number
  readonly guidanceScale: number
}

/** Checks parameters against one model; `undefined` when they fit. Error names field, value and range. */
export function checkParams(params: LimitedParams, model: ModelLimits): WireError | undefined {
  for (const field of ['steps', 'strength', 'guidanceScale'] as const) {
    const [low, high] = model.limits[field]
    const value = params[field]
    if (value < low || value > high) {
      const message = `${field} ${value} is outside what this model takes; use ${low} to ${high}`
      return { code: 'invalid_params', message, field, value, range: `${low}..${high}` }
    }
  }
  return checkStepsAgainstStrength(params, model)
}

function checkStepsAgainstStrength(params: LimitedParams, model: ModelLimits): WireError | undefined {
  const { steps, strength: value } = params
  const { needed, of } = stepBudget(params, model)
  if (leavesSteps({ needed, of }, value)) return undefined
  const isGeneric = model.strengthSemantics === 'generic'
  const least = leastStrength(needed, of)
  const few = isGeneric
    ? `of ${steps} steps leaves none to run`
    : `leaves fewer than ${steps} of ${of} origin steps`
  const remedy = `raise strength to at least ${least} or ${isGeneric ? 'raise' : 'lower'} steps`
  const message = `strength ${value} ${few}; ${remedy}`
  return { code: 'steps_strength_too_small', message, field: 'strength', value, range: `${least}..1` }
}

/** Of how many steps strength takes its share, and how many of them must be left. */
export interface StepBudget {
  readonly needed: number
  readonly of: number
}

/** diffusers' LCM chooses `steps` among int(origin * strength); elsewhere floor(steps * strength) run, and one must. */
export function stepBudget({ steps }: Pick<LimitedParams, 'steps'>, model: ModelLimits): StepBudget {
  return model.strengthSemantics === 'generic'
    ? { needed: 1, of: steps }
    : { needed: steps, of: model.originalInferenceSteps }
}

/** Whether `strength` leaves as many steps as are needed. */
export function leavesSteps({ needed, of }: StepBudget, strength: number): boolean {
  return Math.trunc(of * strength) >= needed
}

/** Most steps that the model takes at `strength`; what it takes at least is its own limit. */
export function mostSteps(model: ModelLimits, strength: number): number {
  const [, high] = model.limits.steps
  return model.strengthSemantics === 'generic'
    ? high
    : Math.min(high, Math.trunc(model.originalInferenceSteps * strength))
}

/** U-Net steps that run: where strength drops steps instead of shortening them, floor(steps * strength). */
export function effectiveSteps(
  { steps, strength }: Pick<LimitedParams, 'steps' | 'strength'>,
  { strengthSemantics }: Pick<ModelLimits, 'strengthSemantics'>,
): number {
  return strengthSemantics === 'generic' ? Math.trunc(steps * strength) : steps
}

/** Smallest strength in thousandths that leaves the model something to do of `steps`. */
export function leastStrengthFor(params: Pick<LimitedParams, 'steps'>, model: ModelLimits): number {
  const { needed, of } = stepBudget(params, model)
  return leastStrength(needed, of)
}

/** Smallest strength in thousandths that leaves `needed` of `of` steps: 50 * 0.58 is 28.999..., so dividing alone is not enough. */
export function leastStrength(needed: number, of: number): number {
  let thousandths = Math.ceil((needed / of) * 1000)
  while (!leavesSteps({ needed, of }, thousandths / 1000) && thousandths < 1000) thousandths += 1
  return thousandths / 1000
}
