// What parameters may be, as plain numbers and functions: a page that checks its own carries no schema library.
import type { WireError } from './errors.ts'

/** What no model may exceed. A model's own, narrower limits arrive in `welcome` and are checked by `checkParams`. */
export const HARD_LIMITS = {
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
  if (model.strengthSemantics === 'generic') return checkGenericSteps(params)
  const origin = model.originalInferenceSteps
  if (leavesSteps(params, origin)) return undefined
  const least = leastStrength(params.steps, origin)
  const message =
    `strength ${params.strength} leaves fewer than ${params.steps} of ${origin} origin steps; ` +
    `raise strength to at least ${least} or lower steps`
  return {
    code: 'steps_strength_too_small',
    message,
    field: 'strength',
    value: params.strength,
    range: `${least}..1`,
  }
}

/** Where strength drops steps instead of shortening them: floor(steps * strength) run, and one must. */
function checkGenericSteps({ steps, strength }: LimitedParams): WireError | undefined {
  if (effectiveSteps({ steps, strength }, { strengthSemantics: 'generic' }) >= 1) return undefined
  const least = leastStrength(1, steps)
  const message =
    `strength ${strength} of ${steps} steps leaves none to run; ` +
    `raise strength to at least ${least} or raise steps`
  return {
    code: 'steps_strength_too_small',
    message,
    field: 'strength',
    value: strength,
    range: `${least}..1`,
  }
}

/** U-Net steps that run: where strength drops steps instead of shortening them, floor(steps * strength). */
export function effectiveSteps(
  { steps, strength }: Pick<LimitedParams, 'steps' | 'strength'>,
  { strengthSemantics }: Pick<ModelLimits, 'strengthSemantics'>,
): number {
  return strengthSemantics === 'generic' ? Math.trunc(steps * strength) : steps
}

/** diffusers' rule: int(origin * strength) steps are left to choose from. */
function leavesSteps(
  { steps, strength }: Pick<LimitedParams, 'steps' | 'strength'>,
  origin: number,
): boolean {
  return Math.trunc(origin * strength) >= steps
}

/** Smallest strength in thousandths that leaves `steps`: 50 * 0.58 is 28.999..., so dividing alone is not enough. */
export function leastStrength(steps: number, origin: number): number {
  let thousandths = Math.ceil((steps / origin) * 1000)
  while (!leavesSteps({ steps, strength: thousandths / 1000 }, origin) && thousandths < 1000) thousandths += 1
  return thousandths / 1000
}
