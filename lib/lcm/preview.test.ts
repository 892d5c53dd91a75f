import { describe, expect, it } from 'vitest'
import { latentsToRgb, SD15_LATENT_RGB } from './preview.ts'
import { ShapeError } from './shape.ts'

const grid = { width: 2, height: 1 }

describe('latentsToRgb', () => {
  it('applies matrix and bias per cell, [-1, 1] to bytes', () => {
    const map = {
      matrix: [
        [1, 0],
        [0, 1],
        [0.5, 0.5],
      ],
      bias: [0, 0, 0.5],
    }
    // Cells (1, -1) and (0.2, 3): the second channel of the second cell saturates.
    const rgb = latentsToRgb(Float32Array.of(1, 0.2, -1, 3), grid, map)
    expect(Array.from(rgb)).toEqual([255, 0, 191, 153, 255, 255])
  })

  it('paints SD1.5 zero latents mid grey and follows the fit per channel', () => {
    expect(Array.from(latentsToRgb(new Float32Array(8), grid, SD15_LATENT_RGB))).toEqual(
      Array<number>(6).fill(128),
    )
    // One cell per latent channel, that channel at 1: 127.5 * (1 + factor).
    const unit = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0))
    const rgb = latentsToRgb(unit, { width: 2, height: 2 }, SD15_LATENT_RGB)
    expect(Array.from(rgb)).toEqual([165, 154, 154, 151, 164, 150, 107, 152, 161, 104, 93, 67])
  })

  it('refuses latents or a map of another width', () => {
    expect(() => latentsToRgb(new Float32Array(6), grid, SD15_LATENT_RGB)).toThrow(ShapeError)
    expect(() => latentsToRgb(new Float32Array(8), grid, { matrix: [[1], [1]], bias: [0, 0, 0] })).toThrow(
      /map has rows/,
    )
    expect(() =>
      latentsToRgb(new Float32Array(2), grid, { matrix: [[1], [1], [1, 2]], bias: [0, 0, 0] }),
    ).toThrow(ShapeError)
  })
})
