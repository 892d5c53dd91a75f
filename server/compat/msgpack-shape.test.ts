import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JSON_LIMITS } from './json-shape.ts'
import { msgpackShapeProblem } from './msgpack-shape.ts'

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

  it('counts what is there, not what a header claims', () => {
    const list = encode(Array.from({ length: JSON_LIMITS.containers }, () => []))
    expect(msgpackShapeProblem(list)).toContain('lists')
    expect(msgpackShapeProblem(new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff]))).toBeUndefined()
    expect(msgpackShapeProblem(new Uint8Array([0xc6, 0xff, 0xff]))).toBeUndefined()
  })
})
