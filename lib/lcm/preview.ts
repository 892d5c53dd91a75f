import type { Size } from '../std/size.ts'
import { expectLength, expectSize, ShapeError } from './shape.ts'

/** rgb = matrix x latents + bias, giving [-1, 1]; the model's manifest carries one. */
export interface LatentRgbMap {
  /** [3][C]: rows red, green, blue; one factor per latent channel. */
  readonly matrix: readonly (readonly number[])[]
  /** [3], in the same [-1, 1] units. */
  readonly bias: readonly number[]
}

/**
 * Linear fit of the SD1.x latent space (scaled, x0.18215) to RGB. Source: the least-squares fit published in the
 * Hugging Face forum thread "Decoding latents to RGB without upscaling".
 */
export const SD15_LATENT_RGB: LatentRgbMap = Object.freeze({
  matrix: [
    [0.298, 0.187, -0.158, -0.184],
    [0.207, 0.286, 0.189, -0.271],
    [0.208, 0.173, 0.264, -0.473],
  ],
  bias: [0, 0, 0],
})

/**
 * A rough picture of latents, one pixel per cell, far cheaper than a decoder.
 * @param latents [1,C,h,w] float32, scaled; use a step's `denoised`.
 * @param grid latent cells, not pixels.
 * @returns new [h,w,3] RGB uint8, rounded half to even.
 * @throws ShapeError unless the map has three rows of C factors and a bias of three.
 */
export function latentsToRgb(latents: Float32Array, grid: Size, map: LatentRgbMap): Uint8Array {
  expectSize('grid', grid)
  const plane = grid.width * grid.height
  const channels = map.matrix[0]?.length ?? 0
  expectMap(map, channels)
  expectLength('latents', latents, channels * plane)
  const out = new Uint8ClampedArray(plane * 3)
  map.matrix.forEach((factors, colour) => {
    const sums = new Float64Array(plane).fill(map.bias[colour] ?? 0)
    // Channel by channel: latents are read in the order they lie.
    for (const [c, factor] of factors.entries()) {
      for (let i = 0; i < plane; i++) sums[i] = (sums[i] ?? 0) + factor * (latents[c * plane + i] ?? 0)
    }
    for (let i = 0; i < plane; i++) out[3 * i + colour] = 255 * ((sums[i] ?? 0) * 0.5 + 0.5)
  })
  return new Uint8Array(out.buffer)
}

function expectMap({ matrix, bias }: LatentRgbMap, channels: number): void {
  if (
    matrix.length === 3 &&
    bias.length === 3 &&
    channels > 0 &&
    matrix.every((row) => row.length === channels)
  )
    return
  const rows = matrix.map((row) => row.length).join(', ')
  throw new ShapeError(
    'map',
    `map has rows of [${rows}] factors and ${bias.length} biases; expected 3 equal rows and 3`,
  )
}
