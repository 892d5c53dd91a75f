// What clients of other servers ask, fitted to the loaded model: clamped to the manifest's limits where it makes
// sense and the model cannot do it, the model's own default where it was left out. Replies say what was used.
import { clamp } from '../../lib/protocol/fit-to-model.ts'
import { HARD_LIMITS, leastStrength } from '../../lib/protocol/params.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'

/** Whatever is `undefined` was left out. */
export interface AskedParams {
  readonly prompt: string
  readonly negativePrompt?: string | undefined
  readonly strength?: number | undefined
  readonly guidanceScale?: number | undefined
  readonly steps?: number | undefined
  readonly seed: number
  readonly width?: number | undefined
  readonly height?: number | undefined
}

/** What a request asks of the model it was read under, and what it would ask of another. */
export interface Wanted {
  readonly params: DrawParams
  readonly paramsFor: (model: ModelInfo) => DrawParams
}

export function wantedOf(paramsFor: Wanted['paramsFor'], model: ModelInfo): Wanted {
  return { params: paramsFor(model), paramsFor }
}

/** Of a request for several pictures: the same with the next seeds. */
export function nthPicture({ params, paramsFor }: Wanted, index: number): Wanted {
  const nth = (all: DrawParams): DrawParams => ({ ...all, seed: (all.seed + index) >>> 0 })
  return { params: nth(params), paramsFor: (model) => nth(paramsFor(model)) }
}

/** @param hasImage without one the strength does not matter, and is 1 */
export function fitParams(asked: AskedParams, model: ModelInfo, hasImage: boolean): DrawParams {
  return { ...fitNumbers(asked, model, hasImage), ...fitSize(asked, model) }
}

type Numbers = Omit<DrawParams, 'width' | 'height'>

/** All but the size, which fal's clients get as they ask for it, however it was rendered. */
export function fitNumbers(
  asked: Omit<AskedParams, 'width' | 'height'>,
  model: ModelInfo,
  hasImage: boolean,
): Numbers {
  const { limits, defaults } = model
  const fitted: Numbers = {
    prompt: asked.prompt,
    ...(asked.negativePrompt ? { negativePrompt: asked.negativePrompt } : {}),
    strength: hasImage ? clamp(asked.strength ?? defaults.strength, limits.strength) : 1,
    guidanceScale: clamp(asked.guidanceScale ?? defaults.guidanceScale, limits.guidanceScale),
    steps: clamp(Math.round(asked.steps ?? defaults.steps), limits.steps),
    seed: toSeed(asked.seed),
  }
  return hasImage ? fitSchedule(fitted, model) : fitted
}

/** Seeds of clients are floats and clocks, too; each stands for one unsigned 32-bit number. */
function toSeed(seed: number): number {
  return Math.trunc(seed) >>> 0
}

/** The asked shape, no side longer than the model's longest, none shorter than a picture can be. */
function fitSize({ width, height }: AskedParams, { sizes, defaults }: ModelInfo) {
  const longest = Math.max(...sizes.map((size) => Math.max(size.width, size.height)))
  const asked = { width: width || height || defaults.width, height: height || width || defaults.height }
  const scale = Math.min(1, longest / Math.max(asked.width, asked.height))
  const side = (px: number) => clamp(Math.round(px * scale), HARD_LIMITS.side)
  return { width: side(asked.width), height: side(asked.height) }
}

/** Few origin steps are left at a small strength: fewer are made of them, and if even those are none, more are left. */
function fitSchedule(params: Numbers, model: ModelInfo): Numbers {
  const least = model.limits.steps[0]
  if (model.strengthSemantics === 'generic') {
    if (Math.trunc(params.steps * params.strength) >= 1) return params
    const strength = clamp(leastStrength(1, params.steps), model.limits.strength)
    const steps = Math.max(params.steps, clamp(Math.ceil(1 / strength), model.limits.steps))
    return { ...params, steps, strength }
  }
  const origin = model.originalInferenceSteps
  const steps = Math.max(least, Math.min(params.steps, Math.trunc(origin * params.strength)))
  const fits = Math.trunc(origin * params.strength) >= steps
  return { ...params, steps, strength: fits ? params.strength : leastStrength(steps, origin) }
}
