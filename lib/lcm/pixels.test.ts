import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nchwToRgb, rgbToNchw } from './pixels.ts'
import { ShapeError } from './shape.ts'

describe('rgbToNchw', () => {
  it('separates planes and maps bytes to [-1, 1]', () => {
    const nchw = rgbToNchw(Uint8Array.of(0, 128, 255, 255, 0, 51), { width: 2, height: 1 })
    const half = Math.fround(2 * Math.fround(128 / 255) - 1)
    expect(Array.from(nchw)).toEqual([-1, 1, half, -1, 1, Math.fround(2 * Math.fround(0.2) - 1)])
  })

  it('refuses a buffer of another size', () => {
    expect(() => rgbToNchw(new Uint8Array(5), { width: 2, height: 1 })).toThrow(ShapeError)
    expect(() => rgbToNchw(new Uint8Array(), { width: 0, height: 1 })).toThrow(ShapeError)
  })
})

describe('nchwToRgb', () => {
  it('is the exact inverse for every byte and any shape', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        (width, height, salt) => {
          const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 89 + salt) % 256)
          expect(nchwToRgb(rgbToNchw(rgb, { width, height }), { width, height })).toEqual(rgb)
        },
      ),
    )
    const all = Uint8Array.from({ length: 768 }, (_, i) => i % 256)
    expect(nchwToRgb(rgbToNchw(all, { width: 256, height: 1 }), { width: 256, height: 1 })).toEqual(all)
  })

  it('clamps what lies outside [-1, 1] and turns NaN into 0', () => {
    expect(Array.from(nchwToRgb(Float32Array.of(-7, 1.001, NaN), { width: 1, height: 1 }))).toEqual([
      0, 255, 0,
    ])
  })

  it('rounds ties to even, as numpy does', () => {
    // All three scale to exactly k + 0.5 in float32.
    const ties = [127.5, 128.5, 129.5].map((byte) => 2 * Math.fround(byte / 255) - 1)
    expect(Array.from(nchwToRgb(Float32Array.from(ties), { width: 1, height: 1 }))).toEqual([128, 128, 130])
  })

  it('refuses a buffer of another size', () => {
    expect(() => nchwToRgb(new Float32Array(4), { width: 1, height: 1 })).toThrow(ShapeError)
  })
})
