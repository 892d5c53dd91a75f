import * as v from 'valibot'
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

const finite = (field: string, [low, high]: readonly [number, number]) =>
  v.pipe(
    v.number(`${field} must be a number from ${low} to ${high}`),
    v.finite(`${field} must be a finite number from ${low} to ${high}`),
    v.minValue(low, `${field} must be from ${low} to ${high}`),
    v.maxValue(high, `${field} must be from ${low} to ${high}`),
  )

const whole = (field: string, range: readonly [number, number]) =>
  v.pipe(finite(field, range), v.integer(`${field} must be a whole number from ${range[0]} to ${range[1]}`))

/** Characters as people count them, nearly: an emoji outside the first plane is one, though it takes two UTF-16 units. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

const characters = (field: string) =>
  v.check(
    // Twice the units cannot be fewer characters, so a text of megabytes is not counted through.
    (text: string) =>
      text.length <= HARD_LIMITS.promptChars * 2 && countCharacters(text) <= HARD_LIMITS.promptChars,
    `${field} must be at most ${HARD_LIMITS.promptChars} characters`,
  )

export const DrawParamsSchema = v.object({
  prompt: v.pipe(v.string('prompt must be text'), characters('prompt')),
  /** Read by models that are guided by two passes; others ignore it. */
  negativePrompt: v.exactOptional(
    v.pipe(v.string('negativePrompt must be text'), characters('negativePrompt')),
  ),
  strength: finite('strength', HARD_LIMITS.strength),
  seed: whole('seed', HARD_LIMITS.seed),
  steps: whole('steps', HARD_LIMITS.steps),
  guidanceScale: finite('guidanceScale', HARD_LIMITS.guidanceScale),
  width: whole('width', HARD_LIMITS.side),
  height: whole('height', HARD_LIMITS.side),
})

/**
 * What a frame is rendered with. `strength` is diffusers' LCM img2img strength (0..1], `seed` an unsigned 32-bit
 * integer, `steps` the number of denoising steps, `width` and `height` the asked picture size in pixels.
 */
export type DrawParams = v.InferOutput<typeof DrawParamsSchema>

const Range = v.tuple([v.number(), v.number()])
const Size = v.object({ width: v.number(), height: v.number() })

export const ModelInfoSchema = v.object({
  id: v.string(),
  name: v.string(),
  provider: v.string(),
  sizes: v.array(Size),
  limits: v.object({ steps: Range, strength: Range, guidanceScale: Range }),
  originalInferenceSteps: v.number(),
  strengthSemantics: v.picklist(['lcm', 'generic']),
  defaults: DrawParamsSchema,
  refine: v.optional(v.object({ width: v.number(), height: v.number(), steps: v.number() })),
  words: v.record(v.string(), v.array(v.string())),
})

/** What a client must know of the loaded model; taken from the model folder's manifest, never guessed. */
export type ModelInfo = v.InferOutput<typeof ModelInfoSchema>

export type ModelLimits = Pick<ModelInfo, 'limits' | 'originalInferenceSteps' | 'strengthSemantics'>

/** Checks parameters against one model; `undefined` when they fit. Error names field, value and range. */
export function checkParams(params: DrawParams, model: ModelLimits): WireError | undefined {
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

function checkStepsAgainstStrength(params: DrawParams, model: ModelLimits): WireError | undefined {
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
function checkGenericSteps({ steps, strength }: DrawParams): WireError | undefined {
  if (Math.trunc(steps * strength) >= 1) return undefined
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

/** diffusers' rule: int(origin * strength) steps are left to choose from. */
function leavesSteps({ steps, strength }: Pick<DrawParams, 'steps' | 'strength'>, origin: number): boolean {
  return Math.trunc(origin * strength) >= steps
}

/** Smallest strength in thousandths that leaves `steps`: 50 * 0.58 is 28.999..., so dividing alone is not enough. */
export function leastStrength(steps: number, origin: number): number {
  let thousandths = Math.ceil((steps / origin) * 1000)
  while (!leavesSteps({ steps, strength: thousandths / 1000 }, origin) && thousandths < 1000) thousandths += 1
  return thousandths / 1000
}
