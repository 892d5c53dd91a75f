import { describe, expect, it } from 'vitest'
import { fromHalf, toHalf } from './half.ts'

describe('half precision', () => {
  it('knows the values of the standard', () => {
    const values = [
      0,
      -0,
      1,
      -2,
      65504,
      65519,
      65520,
      1e9,
      -Infinity,
      2 ** -24,
      2 ** -25,
      2 ** -14,
      0.1,
      1 / 3,
    ]
    const halves = [
      0, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x7bff, 0x7c00, 0x7c00, 0xfc00, 1, 0, 0x400, 0x2e66, 0x3555,
    ]
    expect([...toHalf(Float32Array.from(values))]).toEqual(halves)
  })

  it('brings every half back unchanged', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const isNumber = (half: number) => (half & 0x7c00) !== 0x7c00 || (half & 0x3ff) === 0
    const back = toHalf(fromHalf(all))
    expect([...all].filter((half) => isNumber(half) && back[half] !== half)).toEqual([])
    expect(fromHalf(Uint16Array.of(0x7e00))[0]).toBeNaN()
  })

  it('rounds ties to even', () => {
    const tie = (k: number) => 1 + (k + 0.5) / 1024
    expect([...toHalf(Float32Array.of(tie(0), tie(1), tie(2)))]).toEqual([0x3c00, 0x3c02, 0x3c02])
  })
})
