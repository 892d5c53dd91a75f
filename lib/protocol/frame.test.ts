import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../std/errors.ts'
import { type BinaryMessage, decodeBinary, encodeBinary, HEADER_BYTES } from './frame.ts'
import { PROTOCOL_VERSION } from './version.ts'

const SAMPLE: BinaryMessage = {
  kind: 'frame',
  codec: 'jpeg',
  seq: 0x01020304,
  paramsRev: 5,
  width: 256,
  height: 384,
  meta: { mode: 'live' },
  image: new Uint8Array([0xff, 0xd8, 0xff, 1]),
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof AppError) return `${error.code}/${error.field}`
    throw error
  }
  return 'nothing thrown'
}

describe('binary messages', () => {
  it('[W3] lays the header out little-endian at fixed offsets', () => {
    const bytes = encodeBinary(SAMPLE)
    expect([...bytes.subarray(0, 16)]).toEqual([
      PROTOCOL_VERSION,
      1,
      1,
      0,
      4,
      3,
      2,
      1,
      5,
      0,
      0,
      0,
      0,
      1,
      128,
      1,
    ])
    expect(bytes[16]).toBe(JSON.stringify(SAMPLE.meta).length)
    expect([...bytes.subarray(-4)]).toEqual([0xff, 0xd8, 0xff, 1])
  })

  it('[W3] decodes what it encodes, whatever it is', () => {
    const u32 = fc.integer({ min: 0, max: 0xffffffff })
    const u16 = fc.integer({ min: 0, max: 0xffff })
    const message = fc.record({
      kind: fc.constantFrom('frame' as const, 'image' as const, 'preview' as const),
      codec: fc.constantFrom('jpeg' as const, 'png' as const, 'webp' as const),
      seq: u32,
      paramsRev: u32,
      width: u16,
      height: u16,
      meta: fc.dictionary(fc.string(), fc.string()).map((value): unknown => ({ ...value })),
      image: fc.uint8Array({ minLength: 1 }),
    })
    fc.assert(
      fc.property(message, (value) => {
        const back = decodeBinary(encodeBinary(value))
        expect({ ...back, image: [...back.image] }).toEqual({ ...value, image: [...value.image] })
      }),
    )
  })

  it("decodes a view that does not start at its buffer's first byte", () => {
    const bytes = encodeBinary(SAMPLE)
    const padded = new Uint8Array(bytes.length + 3)
    padded.set(bytes, 3)
    expect(decodeBinary(padded.subarray(3)).seq).toBe(SAMPLE.seq)
  })

  it('[W1] names the field of a header that lies', () => {
    const change = (offset: number, value: number) => {
      const bytes = encodeBinary(SAMPLE)
      bytes[offset] = value
      return bytes
    }
    expect(codeOf(() => decodeBinary(new Uint8Array(3)))).toBe('invalid_header/length')
    expect(codeOf(() => decodeBinary(change(0, 99)))).toBe('protocol_version/version')
    expect(codeOf(() => decodeBinary(change(1, 9)))).toBe('invalid_header/kind')
    expect(codeOf(() => decodeBinary(change(2, 9)))).toBe('invalid_header/codec')
    expect(codeOf(() => decodeBinary(change(2, 0)))).toBe('invalid_header/codec')
    expect(codeOf(() => decodeBinary(change(17, 255)))).toBe('invalid_header/metaBytes')
    expect(codeOf(() => decodeBinary(change(HEADER_BYTES, 0x80)))).toBe('invalid_header/meta')
    expect(codeOf(() => decodeBinary(encodeBinary(SAMPLE).subarray(0, -4)))).toBe('invalid_header/codec')
  })

  it('[W1] throws nothing but AppError on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        if (bytes.length > 0) bytes[0] = PROTOCOL_VERSION
        expect(codeOf(() => decodeBinary(bytes))).not.toBe('')
      }),
      { numRuns: 500 },
    )
  })

  it('refuses to encode numbers that do not fit their field', () => {
    expect(codeOf(() => encodeBinary({ ...SAMPLE, width: 70_000 }))).toBe('invalid_header/width')
    expect(codeOf(() => encodeBinary({ ...SAMPLE, seq: -1 }))).toBe('invalid_header/seq')
    expect(codeOf(() => encodeBinary({ ...SAMPLE, seq: 0.5 }))).toBe('invalid_header/seq')
  })
})
