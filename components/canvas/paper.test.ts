import { describe, expect, it } from 'vitest'
import { paperFor } from './paper.ts'

describe('paperFor', () => {
  it.each([
    [{ width: 256, height: 256 }],
    [{ width: 384, height: 256 }],
    [{ width: 256, height: 384 }],
    [{ width: 640, height: 360 }],
  ])('has the aspect of %j, the same longer side, and its middle in the origin', (size) => {
    const { x, y, w, h } = paperFor(size)
    expect(w / h).toBeCloseTo(size.width / size.height, 10)
    expect(Math.max(w, h)).toBe(512)
    expect([x + w / 2, y + h / 2]).toEqual([0, 0])
  })

  it('is the same paper for a larger size of the same shape, so that a refined picture fits it', () => {
    expect(paperFor({ width: 512, height: 512 })).toEqual(paperFor({ width: 256, height: 256 }))
  })
})
