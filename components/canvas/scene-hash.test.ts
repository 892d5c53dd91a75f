import { describe, expect, it } from 'vitest'
import { hashHashes, hashScene, hashText, ListHash } from './scene-hash.ts'

const size = { width: 256, height: 256 }
const shape = (x: number) => ({ id: 'shape:a', x, props: { color: 'blue' } })

describe('hashScene', () => {
  it('is equal for equal records, whatever object holds them', () => {
    expect(hashScene([shape(1), shape(2)], size)).toBe(hashScene([shape(1), shape(2)], size))
  })

  it.each([
    ['a moved shape', [shape(1), shape(3)]],
    ['a missing shape', [shape(1)]],
    ['another order', [shape(2), shape(1)]],
  ])('differs for %s', (_what, records) => {
    expect(hashScene(records, size)).not.toBe(hashScene([shape(1), shape(2)], size))
  })

  it('differs for another size, because the pixels do', () => {
    expect(hashScene([shape(1)], { width: 384, height: 256 })).not.toBe(hashScene([shape(1)], size))
  })

  it('knows an empty page', () => {
    expect(hashScene([], size)).toBe(hashScene([], size))
    expect(hashScene([], size)).not.toBe(hashScene([shape(1)], size))
  })
})

describe('hashText', () => {
  it('has no collisions among ten thousand near neighbours', () => {
    const seen = new Set(Array.from({ length: 10_000 }, (_, i) => hashText(`{"x":${i / 10}}`)))
    expect(seen.size).toBe(10_000)
  })
})

describe('hashHashes', () => {
  const words = (seed: number, count: number) =>
    Array.from({ length: count }, (_, i) => hashText(`${seed} ${i}`))

  it('has no collisions among ten thousand lists that differ in one place', () => {
    const list = words(1, 50)
    const near = Array.from({ length: 10_000 }, (_, i) => list.with(i % 50, hashText(String(i))))
    expect(new Set(near.map(hashHashes)).size).toBe(10_000)
  })

  it('has none among the orders of a list, nor among lists of which one begins the other', () => {
    const list = words(2, 120)
    const swaps = list.flatMap((a, i) => list.slice(i + 1).map((b, k) => list.with(i, b).with(i + 1 + k, a)))
    const beginnings = list.map((_, count) => list.slice(0, count))
    const all = [list, ...swaps, ...beginnings]
    expect(new Set(all.map(hashHashes)).size).toBe(all.length)
  })

  it('hears of every bit, wherever it is flipped, and of two that are flipped together', () => {
    const list = words(3, 12)
    const bits = Array.from({ length: 53 }, (_, bit) => 2 ** bit)
    const flip = (word: number, bit: number) => word + (Math.floor(word / bit) % 2 === 0 ? bit : -bit)
    const once = list.flatMap((word, at) => bits.map((bit) => list.with(at, flip(word, bit))))
    const twice = bits.map((bit) => list.map((word, at) => (at === 3 || at === 4 ? flip(word, bit) : word)))
    const all = [list, ...once, ...twice]
    expect(new Set(all.map(hashHashes)).size).toBe(all.length)
  })
})

describe('what is hashed once', () => {
  /** A record that counts how often it is looked at. */
  const counted = () => {
    const looks = { count: 0 }
    const record = { toJSON: () => ({ look: (looks.count += 1) }) }
    return { looks, record }
  }

  it('is a record, in whichever lists it comes', () => {
    const { looks, record } = counted()
    hashScene([record, shape(1)], size)
    hashScene([shape(2), record], size)
    expect(looks.count).toBe(1)
  })

  it('is a list that did not change, and not one that did', () => {
    const list = new ListHash()
    let reads = 0
    const records = Object.freeze(
      Object.defineProperty([shape(1), shape(2)], 0, { get: () => ((reads += 1), shape(1)) }),
    )
    const first = list.of(records)
    const once = reads
    expect(list.of(records)).toBe(first)
    expect(reads).toBe(once)
    expect(list.of([shape(1), shape(3)])).not.toBe(first)
    expect(list.of([shape(1), shape(2)])).toBe(first)
  })
})
