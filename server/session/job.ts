import type { Job } from '../engine/engine.ts'
import type { FrameMode } from '../../lib/protocol/control.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import { refinedSize, refinedSteps } from '../../lib/protocol/refinement.ts'
import type { Size } from '../../lib/std/size.ts'

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

/** The engine's job for one admitted frame. A refinement is the live job with more steps at the next larger size. */
export function toJob(source: JobSource, model: ModelInfo): Job {
  const { params } = source
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
  // A client that already asks for a larger size is believed.
  const isLarger = area(params) > area(liveSize)
  const { width, height } = (isLarger ? undefined : refinedSize(liveSize, model)) ?? params
  return { ...live, width, height, steps: refinedSteps(params, model), noiseFrom: liveSize }
}

const area = (size: Size): number => size.width * size.height
