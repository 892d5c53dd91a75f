import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import type { Item } from './plain-drawing.ts'
import { apartOf, joinLeft, leftOf, LeftSchema, type Left } from './plain-left.ts'
import { strokeAt } from './testing/strokes.ts'

const photo: Item = {
  kind: 'photo',
  src: `data:image/png;base64,${'A'.repeat(1e6)}`,
  ...{ x: 0, y: 0, w: 9, h: 9 },
}
const [a, b, c, d] = [strokeAt(1), strokeAt(2), strokeAt(3), strokeAt(4)]
/** As it comes back from localStorage, or from IndexedDB. */
const read = <T>(value: T): T => JSON.parse(JSON.stringify(value))
const readLeft = (left: Left) => v.parse(LeftSchema, read(left))

describe('what a plain drawing leaves', () => {
  it.each<[string, Item[], Item[][]]>([
    ['drawn', [a, b, c], [[a, b]]],
    ['drawn while two writes are under way', [a, b, c], [[a], [a, b], [a, b, c]]],
    ['erased', [a, c], [[a, b, c]]],
    [
      'erased and undone again',
      [a, b, c],
      [
        [a, b, c],
        [a, c],
        [a, b, c],
      ],
    ],
    ['replaced', [d], [[a, b, c], [d]]],
    ['cleared', [], [[a, b], []]],
    ['put below', [photo, a, b], [[a, b]]],
    ['drawn twice', [a, b, a], [[a], [a, b]]],
    ['never stored', [a, b], [[]]],
  ])('brings back what was %s, with whichever write storage ends', (_, page, stored) => {
    const left = readLeft(leftOf(page, stored))
    for (const one of stored) expect(joinLeft(left, read(one))).toEqual(page)
  })

  it('holds no photo that every write has', () => {
    const left = leftOf([photo, a, b], [[photo], [photo, a]])
    expect(left.items).toEqual([a, b])
    expect(JSON.stringify(left).length).toBeLessThan(500)
  })

  it('takes nothing from what another tab has stored since', () => {
    const left = readLeft(leftOf([a, c], [[a, b]]))
    expect(joinLeft(left, read([a, b, d]))).toEqual([a, c, d])
  })

  it('goes on top of what could not be read, but for what was gone from that', () => {
    const gone = leftOf([a], [[a, b]]).gone
    expect(joinLeft(readLeft(apartOf([c], gone)), read([a, b]))).toEqual([a, c])
  })

  it('is the whole page where an earlier version left it', () => {
    expect(joinLeft(v.parse(LeftSchema, read({ plain: 1, items: [a, c] })), [a, b])).toEqual([a, c])
  })
})
