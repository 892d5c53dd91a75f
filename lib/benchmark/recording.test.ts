import { describe, expect, it } from 'vitest'
import { startingStrokes, strokeAt, STROKE_MS } from './recording.ts'

describe('the recording', () => {
  it('is the same every time', () => {
    expect(strokeAt(17)).toEqual(strokeAt(17))
    expect(strokeAt(17)).not.toEqual(strokeAt(18))
    // Pinned: figures of different versions compare only while the drawing is the same.
    const [first] = strokeAt(0).points
    expect([first?.x.toFixed(4), first?.y.toFixed(4), strokeAt(0).colour]).toEqual(PINNED)
  })

  it('stays on the paper and goes on in time from stroke to stroke', () => {
    for (let index = 0; index < 100; index++) {
      const { points } = strokeAt(index)
      expect(points.every(({ x, y }) => x > 0 && x < 1 && y > 0 && y < 1)).toBe(true)
      expect(points[0]?.atMs).toBe(index * STROKE_MS)
      expect(points.at(-1)?.atMs).toBeLessThan((index + 1) * STROKE_MS)
    }
  })

  it('starts from a drawing of as many shapes as asked', () => {
    expect(startingStrokes(200)).toHaveLength(200)
    expect(startingStrokes(2)).toEqual(startingStrokes(200).slice(0, 2))
  })
})

const PINNED = ['0.4772', '0.0200', 'black']
