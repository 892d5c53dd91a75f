import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JSON_LIMITS } from './json-shape.ts'
import { MSGPACK_LIMITS, msgpackShapeProblem } from './msgpack-shape.ts'

const filled = (byte: number, length: number) => new Uint8Array(length).fill(byte)

describe('msgpackShapeProblem', () => {
  it('lets pass what any client sends', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.uint8Array({ maxLength: 300 }), (value, bytes) => {
        expect(msgpackShapeProblem(encode({ value, bytes }))).toBeUndefined()
      }),
    )
  })

  it('steps over payloads, whatever they look like', () => {
    for (const length of [20, 200, 70_000, 1_000_000])
      expect(msgpackShapeProblem(encode({ image_bytes: filled(0x91, length) }))).toBeUndefined()
    expect(msgpackShapeProblem(encode('\u0091'.repeat(50_000)))).toBeUndefined()
  })

  it.each([
    ['nested lists', filled(0x91, 8_000_000), '10000 lists'],
    ['nested maps', filled(0x81, 8_000_000), '10000 lists'],
    ['numbers', filled(1, 8_000_000), '500000 values'],
  ])('W1 stops 8 MB of %s before they are decoded', (_name, bytes, words) => {
    expect(msgpackShapeProblem(bytes)).toContain(words)
  })

  it('counts what is there, whatever the headers claim', () => {
    const list = encode(Array.from({ length: JSON_LIMITS.containers }, () => []))
    expect(msgpackShapeProblem(list)).toContain('lists')
    expect(msgpackShapeProblem(new Uint8Array([0xc6, 0xff, 0xff]))).toBeUndefined()
  })

  /** A list of thirty million, and in it, first of all, another. */
  const LIST = [0xdd, 0x01, 0xc9, 0xc3, 0x80]
  it.each([
    ['lists of millions in five bytes each', [...LIST, ...LIST, ...LIST], '500000 values'],
    ['a map of millions', [0xdf, 0x00, 0x10, 0x00, 0x00], '500000 values'],
    ['a list of more values than there are bytes', [0xdc, 0x00, 0x03, 0x01, 0x02], 'bytes for'],
    ['a map of two entries in three bytes', [0x82, 0xa1, 0x61, 0x01], 'bytes for'],
    ['lists that claim the same bytes twice', [0x93, 0x93, 0x01, 0x02, 0x03], 'bytes for'],
  ])('W1 stops %s, for which the decoder would make room at once', (_name, bytes, words) => {
    expect(msgpackShapeProblem(new Uint8Array(bytes))).toContain(words)
  })

  it('W1 adds the claims of all headers up', () => {
    const some = encode(Array.from({ length: 300_000 }, () => 1))
    expect(msgpackShapeProblem(some)).toBeUndefined()
    expect(msgpackShapeProblem(encode([1]))).toBeUndefined()
    const twice = new Uint8Array([0x92, ...some.subarray(0, 5), ...some.subarray(0, 5), ...some.subarray(5)])
    expect(msgpackShapeProblem(new Uint8Array([...twice, ...some.subarray(5)]))).toContain('500000 values')
  })

  it('gives the decoder the same limits', () => {
    const list = encode(Array.from({ length: JSON_LIMITS.items + 1 }, () => 1))
    expect(() => decode(list, MSGPACK_LIMITS)).toThrow('maxArrayLength')
    expect(() => decode(new Uint8Array([0xdf, 0xff, 0xff, 0xff, 0xff]), MSGPACK_LIMITS)).toThrow(
      'maxMapLength',
    )
  })
})
