import type { WireError } from '../protocol/errors.ts'
import { clamp } from '../protocol/fit-to-model.ts'
import { checkParams, HARD_LIMITS } from '../protocol/param-limits.ts'
import type { DrawParams, ModelInfo } from '../protocol/params.ts'
import { refinedSize } from '../protocol/refinement.ts'
import { hasAtMostChars } from '../std/text.ts'

export { fitToModel, moveToModel } from '../protocol/fit-to-model.ts'

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: WireError }

const { promptChars, side, ...others } = HARD_LIMITS
const NUMBERS = { ...others, width: side, height: side }
const FRACTIONS: readonly string[] = ['strength', 'guidanceScale']

/** Checks a patch against what no model may exceed, as DrawParamsSchema does; the error names field, value and range. */
export function checkPatch(patch: Partial<DrawParams>): Checked<Partial<DrawParams>> {
  for (const [field, value] of Object.entries(patch)) {
    const [range, message] = wrongAbout(field, value) ?? []
    if (message !== undefined && range !== undefined)
      return { ok: false, error: { code: 'invalid_params', message, field, value, range } }
  }
  return { ok: true, value: patch }
}

/** Range and words for a value that its field does not take. */
function wrongAbout(field: string, value: unknown): readonly [range: string, message: string] | undefined {
  if (field === 'prompt' || field === 'negativePrompt') {
    const isText = typeof value === 'string'
    if (isText && hasAtMostChars(value, promptChars)) return undefined
    return [`0..${promptChars}`, `${field} must be ${isText ? `at most ${promptChars} characters` : 'text'}`]
  }
  const range = Object.entries(NUMBERS).find(([name]) => name === field)?.[1]
  if (!range) return undefined
  const [low, high] = range
  const isWhole = FRACTIONS.includes(field) || Number.isInteger(value)
  if (typeof value === 'number' && value >= low && value <= high && isWhole) return undefined
  return [`${low}..${high}`, `${field} must be ${isWhole ? 'a' : 'a whole'} number from ${low} to ${high}`]
}

/** `params` with `patch` applied, when the model takes the result. */
export function mergeParams(
  params: DrawParams,
  patch: Partial<DrawParams>,
  model: ModelInfo,
): Checked<DrawParams> {
  const checked = checkPatch(patch)
  if (!checked.ok) return checked
  const value = { ...params, ...checked.value }
  const error = checkParams(value, model)
  return error ? { ok: false, error } : { ok: true, value }
}

export function sameParams(a: DrawParams, b: DrawParams): boolean {
  const names = Object.keys({ ...a, ...b }) as (keyof DrawParams)[]
  return names.every((name) => a[name] === b[name])
}

/**
 * Parameters of the refinement pass of `params`, or `undefined` where the model offers none, or none larger than that.
 * Prompt, seed, strength and guidance stay.
 */
export function refinedParams(params: DrawParams, model: ModelInfo): DrawParams | undefined {
  const size = refinedSize(params, model)
  if (!model.refine || !size) return undefined
  // As `refinedSteps` has it, which would cost every page its bytes; a test holds the two against each other.
  const steps = Math.max(params.steps, clamp(model.refine.steps, model.limits.steps))
  const most =
    model.strengthSemantics === 'lcm' ? Math.trunc(model.originalInferenceSteps * params.strength) : steps
  const refined = { ...params, width: size.width, height: size.height, steps: Math.min(steps, most) }
  return checkParams(refined, model) ? undefined : refined
}
