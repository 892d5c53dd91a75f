import { ShapeError } from './shape.ts'

const f32 = Math.fround

/**
 * The guidance embedding an LCM-distilled U-Net takes as `timestep_cond`: [1, dim] float32.
 * w = guidanceScale - 1; a_k = 1000 w exp(-k ln(10000) / (dim/2 - 1)); result = [sin a_k ..., cos a_k ...],
 * with one trailing zero when `dim` is odd. Guidance 1 (no guidance) is all zeros, then all ones.
 * Source: diffusers `get_guidance_scale_embedding`, after google-research/vdm `model_vdm.py`.
 *
 * @NOTE The paper, its first repository and diffusers.js embed the scale itself; the "- 1" is diffusers'.
 * @NOTE Arguments reach 7500 rad, where float32 is up to 7e-4 from the exact value. U-Nets were trained with, and
 * diffusers feeds, torch's float32, so every product is rounded where torch rounds.
 * @param dim the U-Net's `time_cond_proj_dim`, at least 4.
 * @throws ShapeError for a dim that is no integer >= 4, or a scale that is not finite.
 */
export function guidanceEmbedding(guidanceScale: number, dim = 256): Float32Array {
  if (!Number.isInteger(dim) || dim < 4) {
    throw new ShapeError('dim', `dim is ${dim}; it must be an integer of at least 4`)
  }
  if (!Number.isFinite(guidanceScale)) {
    throw new ShapeError('guidanceScale', `guidanceScale is ${guidanceScale}; it must be a finite number`)
  }
  const half = Math.floor(dim / 2)
  const embedding = new Float32Array(dim)
  const scale = f32(1000 * f32(guidanceScale - 1))
  const decay = f32(f32(-Math.log(10_000)) / (half - 1))
  for (let k = 0; k < half; k++) {
    const angle = f32(scale * f32(Math.exp(f32(k * decay))))
    embedding[k] = Math.sin(angle)
    embedding[half + k] = Math.cos(angle)
  }
  return embedding
}
