import type { Job } from '../engine/engine.ts'
import type { FrameMode } from '../../lib/protocol/control.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import { effective } from './admission.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface JobSource {
  readonly mode: FrameMode
  readonly image: Uint8Array | undefined
  readonly params: DrawParams
  /** Size of the session's last live picture, whose noise a refinement continues. */
  readonly liveSize: Size | undefined
  readonly previews: readonly PreviewWant[]
  readonly fit?: Job['fit']
  readonly mask?: Job['mask']
  readonly output?: Job['output']
}

const LIVE_QUALITY = 82
const REFINED_QUALITY = 92
const REFINE_STEPS = 8

/** The engine's job for one admitted frame. A refinement is the live job with more steps at the next larger size. */
export function toJob(source: JobSource, model: ModelInfo): Job {
  const params = effective(source.params, source.image)
  const live: Job = {
    image: source.image,
    ...(source.fit === undefined ? {} : { fit: source.fit }),
    ...(source.mask === undefined ? {} : { mask: source.mask }),
    prompt: params.prompt,
    ...(params.negativePrompt === undefined ? {} : { negativePrompt: params.negativePrompt }),
    strength: params.strength,
    seed: params.seed,
    steps: params.steps,
    guidanceScale: params.guidanceScale,
    width: params.width,
    height: params.height,
    mode: source.mode,
    output: source.output ?? {
      codec: 'jpeg',
      quality: source.mode === 'refine' ? REFINED_QUALITY : LIVE_QUALITY,
    },
    previews: source.previews,
  }
  if (source.mode === 'live') return live
  const liveSize = source.liveSize ?? { width: params.width, height: params.height }
  const size = refinedSize(liveSize, params, model)
  const refined: Job = { ...live, ...size, steps: refinedSteps(params, model) }
  // Noise can be continued at whole multiples only; at any other size it is the seed's own.
  return isWholeMultiple(size, liveSize) ? { ...refined, noiseFrom: liveSize } : refined
}

function isWholeMultiple(size: Size, of: Size): boolean {
  const scale = size.width / of.width
  return Number.isInteger(scale) && of.height * scale === size.height
}

/** Next larger size of the live picture's aspect; a client that already asks for a larger one is believed. */
function refinedSize(liveSize: Size, params: DrawParams, model: ModelInfo): Size {
  const asked = { width: params.width, height: params.height }
  if (area(asked) > area(liveSize)) return asked
  const larger = model.sizes
    .filter((size) => area(size) > area(liveSize) && sameAspect(size, liveSize))
    .sort((a, b) => area(a) - area(b))
  return larger[0] ?? asked
}

function refinedSteps(params: DrawParams, model: ModelInfo): number {
  const wanted = Math.max(params.steps, model.refine?.steps ?? REFINE_STEPS)
  const origin = Math.trunc(model.originalInferenceSteps * params.strength)
  const allowed = model.strengthSemantics === 'lcm' ? Math.max(params.steps, origin) : wanted
  return Math.min(wanted, allowed, model.limits.steps[1])
}

const area = (size: Size): number => size.width * size.height
const sameAspect = (a: Size, b: Size): boolean =>
  Math.abs((a.width * b.height) / (a.height * b.width) - 1) < 0.02
