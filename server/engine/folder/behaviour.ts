import type { PixelSize } from '../codec.ts'
import type { Manifest } from '../manifest.ts'

export interface BehaviourSource {
  readonly sampler: Manifest['scheduler']['sampler']
  /** The U-Net takes a guidance embedding. */
  readonly embedding: boolean
  readonly dim: number
  /** SDXL's force_zeros_for_empty_prompt: true, as in diffusers, unless model_index.json says false. */
  readonly zeros: boolean
  /** The first is the default. */
  readonly sizes: readonly PixelSize[]
}

type Behaviour = Pick<Manifest, 'guidance' | 'defaults' | 'limits'>

const PROMPT = 'a landscape in watercolor, mountains, a lake, evening light'

/**
 * Limits and defaults a folder does not state, by the three ways a few-step model is guided:
 * an LCM by its embedding (diffusers' default guidance 8.5), one with the LCM-LoRA merged in by two passes (1 to 2 as its
 * authors say, 1 costs one pass), a Turbo model not at all.
 */
export function behaviourOf({ sampler, embedding, dim, zeros, sizes }: BehaviourSource): Behaviour {
  const { width, height } = sizes[0] ?? { width: 512, height: 512 }
  const base = { prompt: PROMPT, width, height, seed: 1 }
  if (embedding)
    return {
      guidance: { embedding, dim },
      defaults: { ...base, steps: 4, strength: 0.65, guidanceScale: 8 },
      limits: { steps: [1, 8], strength: [0.02, 1], guidanceScale: [1, 14] },
    }
  if (sampler === 'lcm')
    return {
      guidance: { embedding, dim, negative: zeros ? 'zeros' : 'empty' },
      defaults: { ...base, steps: 6, strength: 0.7, guidanceScale: 1 },
      limits: { steps: [1, 8], strength: [0.125, 1], guidanceScale: [1, 3] },
    }
  return {
    guidance: { embedding, dim },
    // One U-Net call: two steps at half strength, as the authors' own image-to-image example.
    defaults: { ...base, steps: 2, strength: 0.5, guidanceScale: 1 },
    limits: { steps: [1, 8], strength: [0.125, 1], guidanceScale: [1, 1] },
  }
}
