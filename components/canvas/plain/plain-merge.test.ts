import { describe, expect, it } from 'vitest'
import type { Item } from './plain-drawing.ts'
import { mergeItems } from './plain-merge.ts'

const stroke = (x: number): Item => ({
  kind: 'stroke',
  colour: 'black',
  width: 'm',
  filled: false,
  points: [
    [x, 0, 0.5],
    [x, 10, 0.5],
  ],
})
const photo: Item = { kind: 'photo', src: 'data:image/png;base64,', x: 0, y: 0, w: 10, h: 10 }
/** As it arrives from another tab. */
const sent = (items: readonly Item[]): readonly Item[] => structuredClone(items)
const [a, b, c] = [stroke(1), stroke(2), stroke(3)]

describe('a page that two tabs draw on', () => {
  it('is the page of the one that drew, in its order, of the same objects', () => {
    const merged = mergeItems([a, photo], { items: sent([photo, a, b]), gone: [] })
    expect(merged).toEqual([photo, a, b])
    expect(merged[0]).toBe(photo)
    expect(merged[1]).toBe(a)
  })

  it('loses nothing of what both drew at the same time', () => {
    const ours = mergeItems([a, b], { items: sent([a, c]), gone: [] })
    const theirs = mergeItems([a, c], { items: sent([a, b]), gone: [] })
    expect(ours).toEqual([a, c, b])
    expect(theirs).toEqual([a, b, c])
  })

  it('is without what the other one took away', () => {
    expect(mergeItems([a, b, c], { items: sent([b]), gone: sent([a]) })).toEqual([b, c])
  })
})
