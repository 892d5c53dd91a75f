import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxDifference, sumOf } from './_util/compare.ts'
import golden from './golden/noise.json' with { type: 'json' }
import { detailSeed, drawNoises, TorchNormal, upsampleNoise } from './noise.ts'
import { ShapeError } from './shape.ts'

function covariance(a: Float32Array, b: Float32Array): number {
  return sumOf(a.map((value, i) => value * (b[i] ?? NaN))) / a.length
}

describe('TorchNormal', () => {
  it('has the documented values of seed 0', () => {
    const values = new TorchNormal(0).draw(16384)
    const head = [-1.1258, -1.1524, -0.2506, -0.4339, 0.8487, 0.692, -0.316, -2.1152]
    expect(maxDifference(values.subarray(0, 8), head)).toBeLessThan(5.1e-5)
    expect(sumOf(values)).toBeCloseTo(-124.113, 3)
    expect(values.at(-1)).toBeCloseTo(-1.0782, 4)
  })

  it('has the documented values of seed 42', () => {
    const values = new TorchNormal(42).draw(16384)
    const head = [1.9269, 1.4873, 0.9007, -2.1055, 0.6784, -1.2345, -0.0431, -1.6047]
    expect(maxDifference(values.subarray(0, 8), head)).toBeLessThan(5.1e-5)
    const mean = sumOf(values) / values.length
    expect(mean).toBeCloseTo(0.0091409, 6)
    expect(Math.sqrt(covariance(values, values) - mean ** 2)).toBeCloseTo(1.00399, 4)
  })

  it('agrees with torch for small, ragged, successive and 53-bit-seeded draws', () => {
    for (const { seed, draws } of golden) {
      const normal = new TorchNormal(seed)
      for (const { size, head, tail, sum } of draws) {
        const values = normal.draw(size)
        const label = `seed ${seed}, size ${size}`
        expect(maxDifference(values.subarray(0, 8), head), label).toBeLessThan(1e-5)
        expect(maxDifference(values.subarray(-8), tail), label).toBeLessThan(1e-5)
        expect(Math.abs(sumOf(values) - sum), label).toBeLessThan(1e-5 * Math.max(10, Math.abs(sum)))
      }
    }
  })

  it('draws nothing for size 0', () => {
    expect(new TorchNormal(0).draw(0)).toHaveLength(0)
  })

  it.each([-1, 0.5, NaN, 2 ** 53])('refuses seed %s', (seed) => {
    expect(() => new TorchNormal(seed)).toThrow(ShapeError)
  })
})

describe('drawNoises', () => {
  it('gives successive draws of one generator', () => {
    const normal = new TorchNormal(7)
    expect(drawNoises(7, 100, 3)).toEqual([normal.draw(100), normal.draw(100), normal.draw(100)])
  })

  it('is a function of its arguments, and a longer run only appends', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 70 }), (seed, size) => {
        expect(drawNoises(seed, size, 4).slice(0, 2)).toEqual(drawNoises(seed, size, 2))
      }),
      { numRuns: 30 },
    )
  })
})

describe('detailSeed', () => {
  it('gives a legal seed whose stream is another one, where a shared seed would repeat the layout', () => {
    expect(new TorchNormal(3).draw(256)).toEqual(new TorchNormal(3).draw(1024).slice(0, 256))
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        expect(detailSeed(seed)).not.toBe(seed % 2 ** 32)
        expect(detailSeed(seed)).toBeGreaterThanOrEqual(0)
        expect(detailSeed(seed)).toBeLessThan(2 ** 32)
      }),
    )
  })
})

describe('upsampleNoise', () => {
  const lowGrid = { width: 32, height: 24 }
  const channels = 4
  const low = new TorchNormal(1).draw(channels * 32 * 24)

  it.each([2, 3])('keeps the layout: block sums are scale x low at scale %i', (scale) => {
    const fresh = new TorchNormal(detailSeed(1)).draw(low.length * scale ** 2)
    const high = upsampleNoise({ low, fresh, lowGrid, scale })
    const sums = new Float64Array(low.length)
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < 24 * scale; y++)
        for (let x = 0; x < 32 * scale; x++) {
          const block = (c * 24 + Math.floor(y / scale)) * 32 + Math.floor(x / scale)
          sums[block] = (sums[block] ?? 0) + (high[(c * 24 * scale + y) * 32 * scale + x] ?? NaN)
        }
    expect(
      maxDifference(
        sums,
        low.map((value) => value * scale),
      ),
    ).toBeLessThan(1e-5)
  })

  it.each([2, 3, 4])('stays unit normal and uncorrelated at scale %i', (scale) => {
    const fresh = new TorchNormal(detailSeed(1)).draw(low.length * scale ** 2)
    const high = upsampleNoise({ low, fresh, lowGrid, scale })
    const bound = 4 / Math.sqrt(high.length)
    expect(Math.abs(sumOf(high) / high.length)).toBeLessThan(bound)
    expect(Math.abs(covariance(high, high) - 1)).toBeLessThan(2 * bound)
    // Right and lower neighbours: mostly within a block, some across its border.
    for (const shift of [1, 32 * scale]) {
      expect(Math.abs(covariance(high.subarray(shift), high.subarray(0, high.length - shift)))).toBeLessThan(
        bound,
      )
    }
  })

  it('has exactly unit covariance as a linear map of independent inputs', () => {
    // One 2x2 block: feed unit vectors, collect the rows of the map, multiply by its transpose.
    const rows: Float32Array[] = []
    for (let i = 0; i < 5; i++) {
      const inputs = new Float32Array(5)
      inputs[i] = 1
      const grid = { width: 1, height: 1 }
      rows.push(upsampleNoise({ low: inputs.slice(0, 1), fresh: inputs.slice(1), lowGrid: grid, scale: 2 }))
    }
    for (let a = 0; a < 4; a++)
      for (let b = 0; b < 4; b++) {
        expect(sumOf(rows.map((row) => (row[a] ?? 0) * (row[b] ?? 0)))).toBeCloseTo(a === b ? 1 : 0, 6)
      }
  })

  it('is the low noise itself at scale 1', () => {
    const fresh = new TorchNormal(2).draw(low.length)
    expect(maxDifference(upsampleNoise({ low, fresh, lowGrid, scale: 1 }), low)).toBeLessThan(1e-6)
  })

  it('refuses fractional scales and lengths that do not fit', () => {
    const fresh = new Float32Array(low.length * 4)
    expect(() => upsampleNoise({ low, fresh, lowGrid, scale: 1.5 })).toThrow(/scale is 1.5/)
    expect(() => upsampleNoise({ low, fresh, lowGrid, scale: 3 })).toThrow(ShapeError)
    expect(() => upsampleNoise({ low, fresh, lowGrid: { width: 31, height: 24 }, scale: 2 })).toThrow(
      ShapeError,
    )
  })
})
