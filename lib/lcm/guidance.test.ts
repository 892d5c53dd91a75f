import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxDifference } from './_util/compare.ts'
import golden from './golden/embedding.json' with { type: 'json' }
import { guidanceEmbedding } from './guidance.ts'
import { ShapeError } from './shape.ts'

const INDICES = [0, 1, 2, 64, 127, 128, 129, 192, 255]

describe('guidanceEmbedding', () => {
  it.each([
    [8.5, [-0.851236, 0.842228, 0.01182, -0.072434, 0.681639, -0.524783, 0.539121, -0.997373, 0.731689]],
    [7.5, [-0.044785, 0.762962, -0.871102, -0.146084, 0.605186, -0.998997, 0.646444, 0.989272, 0.796084]],
    [8.0, [0.506885, 0.804387, -0.860457, -0.999314, 0.644218, 0.862013, 0.594106, -0.037047, 0.764842]],
  ])('has the exact values at guidance %d as far as float32 arguments reach', (scale, expected) => {
    const embedding = guidanceEmbedding(scale)
    expect(
      maxDifference(
        INDICES.map((i) => embedding[i] ?? NaN),
        expected,
      ),
    ).toBeLessThan(1e-3)
  })

  it('is 128 zeros then 128 ones without guidance', () => {
    expect(Array.from(guidanceEmbedding(1))).toEqual([
      ...Array<number>(128).fill(0),
      ...Array<number>(128).fill(1),
    ])
  })

  it('is the float32 diffusers feeds, odd widths included, but where its vectorised exp rounds otherwise', () => {
    for (const { guidanceScale, dim, embedding } of golden) {
      const ours = guidanceEmbedding(guidanceScale, dim)
      expect(maxDifference(ours, embedding), `${guidanceScale}/${dim}`).toBeLessThan(5e-4)
      const others = embedding.filter((value, i) => Math.abs(value - (ours[i] ?? NaN)) > 1e-6)
      expect(others.length, `${guidanceScale}/${dim}`).toBeLessThanOrEqual(2)
    }
  })

  it('lies on unit circles', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 30, noNaN: true }), (scale) => {
        const embedding = guidanceEmbedding(scale)
        const radii = Array.from({ length: 128 }, (_, k) =>
          Math.hypot(embedding[k] ?? 0, embedding[128 + k] ?? 0),
        )
        expect(maxDifference(radii, new Float64Array(128).fill(1))).toBeLessThan(1e-6)
      }),
    )
  })

  it.each([
    [8, 2],
    [8, 10.5],
    [NaN, 256],
    [Infinity, 256],
  ])('refuses guidance %d at width %d', (scale, dim) => {
    expect(() => guidanceEmbedding(scale, dim)).toThrow(ShapeError)
  })
})
