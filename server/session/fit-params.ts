// What clients of other servers ask, fitted to the loaded model: clamped to the manifest's limits where it makes
// sense and the model cannot do it, the model's own default where it was left out. Replies say what was used.
import { clamp } from '../../lib/protocol/fit-to-model.ts'
import { HARD_LIMITS, leastStrength } from '../../lib/protocol/param-limits.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import type { Size } from '../../lib/std/size.ts'

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

/** The asked size `scale` times; with `x` or `y` (0: none) as wide or as high as that instead, in the asked shape. */
export interface Enlargement {
  readonly scale: number
  readonly x: number
  readonly y: number
}

/**
 * What a request asks, of whichever model its picture begins on. Data alone: it waits as long as its frame does, and a
 * function would hold whatever of the request it was made from.
 */
export interface Wanted {
  readonly asked: AskedParams
  /** Without one the strength does not matter, and is 1. */
  readonly hasImage: boolean
  /** `exact`: to the pixel, however it is rendered. Else no side longer than the model's longest. */
  readonly size: 'exact' | 'fitted' | Enlargement
}

/** What is wanted, and what that is of the model it was read under. */
export interface Fitted {
  readonly params: DrawParams
  readonly wanted: Wanted
}

export function fitTo(model: ModelInfo, wanted: Wanted): Fitted {
  return { params: paramsFor(wanted, model), wanted }
}

/** Of a request for several pictures: the same with the next seeds. */
export function nthPicture({ params, wanted }: Fitted, index: number): Fitted {
  const seed = toSeed(params.seed + index)
  return { params: { ...params, seed }, wanted: { ...wanted, asked: { ...wanted.asked, seed } } }
}

export function paramsFor(wanted: Wanted, model: ModelInfo): DrawParams {
  return { ...fitNumbers(wanted, model), ...fitSize(wanted, model) }
}

type Numbers = Omit<DrawParams, 'width' | 'height'>

function fitNumbers({ asked, hasImage }: Wanted, model: ModelInfo): Numbers {
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

/** Of a size that is fitted the shape stays, and none of its sides is shorter than a picture can be. */
function fitSize({ asked: { width, height }, size }: Wanted, { sizes, defaults }: ModelInfo): Size {
  const asked = { width: width || height || defaults.width, height: height || width || defaults.height }
  if (size === 'exact') return asked
  const start = size === 'fitted' ? asked : enlarged(asked, size)
  const longest = Math.max(...sizes.map((one) => Math.max(one.width, one.height)))
  const scale = Math.min(1, longest / Math.max(start.width, start.height))
  const side = (px: number) => clamp(Math.round(px * scale), HARD_LIMITS.side)
  return { width: side(start.width), height: side(start.height) }
}

function enlarged({ width, height }: Size, { scale, x, y }: Enlargement): Size {
  return x === 0 && y === 0
    ? { width: width * scale, height: height * scale }
    : { width: x || (width * y) / height, height: y || (height * x) / width }
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
