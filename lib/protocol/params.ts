import * as v from 'valibot'
import { hasAtMostChars } from '../std/text.ts'
import { HARD_LIMITS } from './param-limits.ts'

const finite = (field: string, [low, high]: readonly [number, number]) =>
  v.pipe(
    v.number(`${field} must be a number from ${low} to ${high}`),
    v.finite(`${field} must be a finite number from ${low} to ${high}`),
    v.minValue(low, `${field} must be from ${low} to ${high}`),
    v.maxValue(high, `${field} must be from ${low} to ${high}`),
  )

const whole = (field: string, range: readonly [number, number]) =>
  v.pipe(finite(field, range), v.integer(`${field} must be a whole number from ${range[0]} to ${range[1]}`))

const words = (field: string) =>
  v.pipe(
    v.string(`${field} must be text`),
    v.check(
      (text) => hasAtMostChars(text, HARD_LIMITS.promptChars),
      `${field} must be at most ${HARD_LIMITS.promptChars} characters`,
    ),
  )

export const DrawParamsSchema = v.object({
  prompt: words('prompt'),
  /** Read by models that are guided by two passes; others ignore it. */
  negativePrompt: v.exactOptional(words('negativePrompt')),
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
  /** 'lcm', 'euler', 'euler_ancestral', or one of a newer server. Servers before this field left it out: 'lcm'. */
  sampler: v.optional(v.string()),
  /** Whether it reads `negativePrompt`: it is guided by two passes. Servers before this field left it out. */
  negativePrompt: v.optional(v.boolean()),
  defaults: DrawParamsSchema,
  refine: v.optional(v.object({ width: v.number(), height: v.number(), steps: v.number() })),
  words: v.record(v.string(), v.array(v.string())),
})

/** What a client must know of the loaded model; taken from the model folder's manifest, never guessed. */
export type ModelInfo = v.InferOutput<typeof ModelInfoSchema>
