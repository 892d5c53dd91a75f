import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import {
  erase,
  erasePhoto,
  isClosed,
  PlainContentSchema,
  redo,
  startHistory,
  step,
  undo,
  type PlainPoint,
  type Stroke,
} from './plain-drawing.ts'

const line = (points: PlainPoint[], filled = false): Stroke => ({
  kind: 'stroke',
  colour: 'black',
  width: 'm',
  filled,
  points,
})
const across = line([
  [-100, 0, 0.5],
  [100, 0, 0.5],
])
const circle = (turns: number): PlainPoint[] =>
  Array.from({ length: 40 }, (_, at) => {
    const angle = (at / 39) * 2 * Math.PI * turns
    return [60 * Math.cos(angle), 60 * Math.sin(angle), 0.5]
  })

describe('history of the plain canvas', () => {
  it('goes back and forth by whole steps, and a new step ends what could be redone', () => {
    const blank = startHistory([])
    const one = step(blank, [across])
    const two = step(one, [across, line(circle(1))])
    expect(undo(two).items).toEqual([across])
    expect(undo(undo(two)).items).toEqual([])
    expect(undo(undo(undo(two))).items).toEqual([])
    expect(redo(undo(two)).items).toEqual(two.items)
    expect(redo(step(undo(two), [])).items).toEqual([])
  })

  it('takes no step where nothing changed', () => {
    const one = step(startHistory([]), [across])
    expect(step(one, [across])).toBe(one)
  })
})

describe('the eraser of the plain canvas', () => {
  it('takes whole strokes it touches, anywhere along them, and leaves the others', () => {
    const far = line([
      [-100, 80, 0.5],
      [100, 80, 0.5],
    ])
    expect(erase([across, far], [37, 4], 4)).toEqual([far])
    expect(erase([across, far], [37, 40], 4)).toEqual([across, far])
    expect(erase([across], [120, 0], 4)).toEqual([across])
  })

  it('measures a stroke once, and looks at the points of those alone that it is near', () => {
    let looks = 0
    const points: PlainPoint[] = Array.from({ length: 100 }, (_, at) => [at, 50, 0.5])
    const watched = new Proxy(points, {
      get(target, name, receiver) {
        if (typeof name === 'string' && /^\d+$/.test(name)) looks += 1
        return Reflect.get(target, name, receiver) as unknown
      },
    })
    const far = line(watched)
    const page = [far]
    erase(page, [50, 0], 4)
    looks = 0
    for (let x = 0; x < 100; x++) erase(page, [x, 0], 4)
    expect(looks).toBe(0)
    expect(erase(page, [50, 45], 4)).toEqual([])
    expect(erase(page, [50, 40.9], 4)).toBe(page)
    expect(erase(page, [-9.1, 50], 4)).toBe(page)
    expect(erase(page, [-8.9, 50], 4)).toEqual([])
  })

  it('takes a filled shape by its inside, an outline only by its line', () => {
    const outline = line(circle(1))
    const disc = line(circle(1), true)
    expect(erase([outline, disc], [0, 0], 4)).toEqual([outline])
    expect(erase([outline], [60, 0], 4)).toEqual([])
  })

  it('takes the topmost photo at a point, and no stroke with it', () => {
    const photo = { kind: 'photo', src: 'data:image/png;base64,AA', x: -50, y: -50, w: 100, h: 80 } as const
    const upper = { ...photo, x: 0 }
    const page = [photo, across, upper]
    expect(erase(page, [20, 20], 4)).toBe(page)
    expect(erasePhoto(page, [20, 20])).toEqual([photo, across])
    expect(erasePhoto(page, [-20, 20])).toEqual([across, upper])
    expect(erasePhoto(page, [20, 40])).toBe(page)
  })
})

describe('a closed line', () => {
  it('comes back to its beginning after having been somewhere', () => {
    expect(isClosed(circle(1))).toBe(true)
    expect(isClosed(circle(0.7))).toBe(false)
    expect(isClosed(circle(1).map(([x, y, p]): PlainPoint => [x / 20, y / 20, p]))).toBe(false)
  })
})

describe('a drawing from elsewhere', () => {
  it('is taken when it is one, and holds no address that would be fetched', () => {
    const photo = { kind: 'photo', src: 'data:image/png;base64,AA', x: 0, y: 0, w: 10, h: 10 }
    expect(v.is(PlainContentSchema, { plain: 1, items: [across, photo] })).toBe(true)
    const remote = { ...photo, src: 'https://example.org/a.png' }
    expect(v.is(PlainContentSchema, { plain: 1, items: [remote] })).toBe(false)
    expect(v.is(PlainContentSchema, { plain: 1, items: [{ ...across, points: [[1, 2]] }] })).toBe(false)
  })
})
