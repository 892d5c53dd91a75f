import { describe, expect, it } from 'vitest'
import type { Item } from './plain-drawing.ts'
import { lackingIn, mergeItems, type Told } from './plain-merge.ts'
import { nameOf } from './plain-names.ts'
import { strokeAt } from './testing/strokes.ts'

const photo: Item = { kind: 'photo', src: 'data:image/png;base64,', x: 0, y: 0, w: 10, h: 10 }
/** As it arrives from another tab. */
const sent = (items: readonly Item[]): readonly Item[] => structuredClone(items)
const [a, b, c] = [strokeAt(1), strokeAt(2), strokeAt(3)]

const told = ({ items, page, gone = [] }: { items: Item[]; page: Item[]; gone?: Item[] }): Told => ({
  items: sent(items),
  page: page.map(nameOf),
  gone: gone.map(nameOf),
})

describe('a page that two tabs draw on', () => {
  it('is the page of the one that drew, in its order, of the same objects', () => {
    const merged = mergeItems([a, photo], told({ items: [b], page: [photo, a, b] }))
    expect(merged).toEqual([photo, a, b])
    expect(merged[0]).toBe(photo)
    expect(merged[1]).toBe(a)
  })

  it('loses nothing of what both drew at the same time', () => {
    const ours = mergeItems([a, b], told({ items: [c], page: [a, c] }))
    const theirs = mergeItems([a, c], told({ items: [b], page: [a, b] }))
    expect(ours).toEqual([a, c, b])
    expect(theirs).toEqual([a, b, c])
  })

  it('is without what the other one took away', () => {
    expect(mergeItems([a, b, c], told({ items: [], page: [b], gone: [a] }))).toEqual([b, c])
  })

  it('is without what nobody has told yet, which is known to be lacking', () => {
    const one = told({ items: [], page: [a, b, c] })
    const merged = mergeItems([a, c], one)
    expect(merged).toEqual([a, c])
    expect(lackingIn(merged, [one])).toEqual([nameOf(b)])
  })
})
