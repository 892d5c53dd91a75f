import { describe, expect, it } from 'vitest'
import { hashScene, hashText } from './scene-hash.ts'

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
