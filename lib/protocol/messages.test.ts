import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { ClientMessageSchema } from './control.ts'
import { ERROR_TABLE, isErrorCode } from './errors.ts'
import { base64Part, dataUri, sniffCodec } from './image-bytes.ts'

describe('ClientMessageSchema', () => {
  it('[W1] takes each message and fills its defaults', () => {
    const frame = v.parse(ClientMessageSchema, { type: 'frame', seq: 1, rev: 0, image: 'x' })
    expect(frame).toEqual({ type: 'frame', seq: 1, rev: 0, image: 'x', mode: 'live' })
    expect(v.safeParse(ClientMessageSchema, { type: 'ping', clientMs: 1.5 }).success).toBe(true)
  })

  it('[W1] refuses unknown types and numbers out of range', () => {
    const refused = [
      { type: 'nonsense' },
      { type: 'frame', seq: -1, rev: 0 },
      { type: 'frame', seq: 1, rev: 0, mode: 'later' },
      { type: 'previews', everySteps: 51 },
      { type: 'cancel' },
      null,
      [],
      'hello',
    ]
    for (const message of refused) expect(v.safeParse(ClientMessageSchema, message).success).toBe(false)
  })
})

describe('the error table', () => {
  it('gives every code an HTTP error status, and closes sockets with application or standard codes only', () => {
    for (const [code, row] of Object.entries(ERROR_TABLE)) {
      expect(isErrorCode(code)).toBe(true)
      expect(row.httpStatus).toBeGreaterThanOrEqual(400)
      if (row.closeCode !== undefined) expect([1012, 1013, 4001, 4003, 4008, 4009]).toContain(row.closeCode)
    }
    expect(isErrorCode('toString')).toBe(false)
  })
})

describe('image bytes', () => {
  it('knows formats by their bytes', () => {
    expect(sniffCodec(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toBe('jpeg')
    expect(sniffCodec(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))).toBe('png')
    expect(sniffCodec(new TextEncoder().encode('RIFF....WEBPVP8 '))).toBe('webp')
    expect(sniffCodec(new TextEncoder().encode('RIFF....WAVE'))).toBeUndefined()
    expect(sniffCodec(new TextEncoder().encode('GIF89a'))).toBeUndefined()
    expect(sniffCodec(new Uint8Array())).toBeUndefined()
  })

  it('finds the base64 of a data URI, with or without parameters, and of bare base64', () => {
    expect(base64Part('data:image/png;base64,AAAA')).toBe('AAAA')
    expect(base64Part('data:image/jpeg;charset=utf-8;base64,AAAA')).toBe('AAAA')
    expect(base64Part('data:;base64,AAAA')).toBe('AAAA')
    expect(base64Part('AAAA')).toBe('AAAA')
    for (const length of [1, 2, 148, 149, 150, 151, 152, 400]) {
      const base64 = Buffer.alloc(length).toString('base64')
      expect(base64Part(base64), `${length} bytes`).toBe(base64)
    }
    expect(base64Part('http://example.org/a.png')).toBeUndefined()
    expect(base64Part('not an image')).toBeUndefined()
    expect(base64Part(`data:image/png${';a'.repeat(4_000_000)}`)).toBeUndefined()
    expect(dataUri('webp', 'AAAA')).toBe('data:image/webp;base64,AAAA')
  })

  it('takes a data URI of any type, with a name in it too: the bytes say what they are', () => {
    for (const type of [
      'application/octet-stream',
      'image/png;name=my.png',
      'image/png;NAME="a b,c.png"',
      'x',
    ])
      expect(base64Part(`data:${type};base64,AAAA`), type).toBe('AAAA')
    expect(base64Part(`data:image/png;name=${'%C3%A4'.repeat(100)}.png;base64,AAAA`)).toBe('AAAA')
    expect(base64Part('data:image/svg+xml,<svg/>')).toBeUndefined()
  })

  it('takes base64 as encoders wrap it, bare and in a data URI', () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) % 256))
    const base64 = bytes.toString('base64')
    for (const columns of [60, 64, 76])
      for (const newline of ['\n', '\r\n', '\n  ']) {
        const lines = base64.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []
        const wrapped = ` ${lines.join(newline)}${newline}${newline}`
        for (const text of [wrapped, `\n${wrapped}`, `data:image/png;base64,${wrapped}`])
          expect(Buffer.from(base64Part(text) ?? '', 'base64').equals(bytes), text.slice(0, 90)).toBe(true)
      }
    expect(base64Part(' AAAA=\r\n=\r\n')).toBeDefined()
    for (const words of ['not an image', 'AAAA AAAA', 'AA==\nAAAA', '\n'.repeat(2000), ''])
      expect(base64Part(words), words).toBeUndefined()
    expect(base64Part(`${'A'.repeat(4_000_000)}${' '.repeat(4_000_000)}`)).toBeDefined()
    expect(base64Part(`${'A'.repeat(4_000_000)}.`)).toBeUndefined()
  })
})
