import { describe, expect, it } from 'vitest'
import { PenLine } from './pen-line.ts'
import type { PlainPoint } from './plain-drawing.ts'

const LOOK = { colour: 'red', width: 'm' } as const
const straight = (count: number): PlainPoint[] => Array.from({ length: count }, (_, at) => [at, 0, 0.5])
const round = (count: number): PlainPoint[] =>
  Array.from({ length: count }, (_, at) => {
    const angle = (at / (count - 1)) * 2 * Math.PI
    return [100 * Math.cos(angle), 100 * Math.sin(angle), 0.5]
  })

function drawn([start, ...points]: PlainPoint[]) {
  const line = new PenLine(LOOK, start as PlainPoint)
  for (let at = 0; at < points.length; at += 3) line.move(points.slice(at, at + 3))
  return line
}

describe('a line under the pen', () => {
  it('is one stroke, and the same one for as long as the pen rests', () => {
    const line = drawn(straight(500))
    expect(line.strokes).toEqual([{ kind: 'stroke', ...LOOK, filled: false, points: straight(500) }])
    expect(line.strokes[0]).toBe(line.strokes[0])
  })

  it('leaves what is long drawn alone: only its last piece grows, and none beyond a size', () => {
    const line = drawn(straight(3000))
    const before = line.strokes
    line.move([[3000, 0, 0.5]])
    expect(line.strokes.slice(0, -1)).toEqual(before.slice(0, -1))
    line.strokes.slice(0, -1).forEach((piece, at) => expect(piece).toBe(before[at]))
    expect(Math.max(...line.strokes.map(({ points }) => points.length))).toBeLessThanOrEqual(600)
  })

  it('has no gap between its pieces', () => {
    const { strokes } = drawn(straight(3000))
    for (const [at, { points }] of strokes.slice(1).entries())
      expect(points.slice(0, 2)).toEqual(strokes[at]?.points.slice(-2))
    expect(new Set(strokes.flatMap(({ points }) => points.map(([x]) => x))).size).toBe(3000)
  })
})

describe('a line that is lifted', () => {
  it('is a single filled shape where it is closed, however long it is', () => {
    const points = round(2000)
    expect(drawn(points).lifted(true)).toEqual([{ kind: 'stroke', ...LOOK, filled: true, points }])
  })

  it('is what it was under the pen where it is open, or is not to be filled', () => {
    const open = drawn(straight(2000))
    expect(open.lifted(true)).toEqual(open.strokes)
    const closed = drawn(round(2000))
    expect(closed.lifted(false)).toEqual(closed.strokes)
  })
})
