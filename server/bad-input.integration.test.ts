import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeBinary } from '../lib/protocol/frame.ts'
import { FAKE_MODEL } from './engine/fake-engine.ts'
import {
  binary,
  cleanUpAfterTests,
  connect,
  drawing,
  PARAMS,
  SKETCH,
  start,
} from './testing/running-server.ts'

cleanUpAfterTests()

const grey = sharp({ create: { width: 64, height: 64, channels: 3, background: '#888' } })
const CMYK = new Uint8Array(await grey.clone().toColourspace('cmyk').jpeg().toBuffer())
const SIXTEEN_BIT = new Uint8Array(await grey.clone().toColourspace('rgb16').png().toBuffer())
/** A PNG that says it is 30000x30000; its header is all that is ever read. */
const HUGE = new Uint8Array(await grey.clone().png().toBuffer())
new DataView(HUGE.buffer).setUint32(16, 30_000)
new DataView(HUGE.buffer).setUint32(20, 30_000)
new DataView(HUGE.buffer).setUint32(29, crc32(HUGE.subarray(12, 29)))

/** Of a PNG chunk; node:zlib has it only from Node 22.2 on. */
function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return ~value >>> 0
}

describe('what bad input gets', () => {
  const lying = () => {
    const bytes = binary(1)
    new DataView(bytes.buffer).setUint16(16, 65_535, true)
    return bytes
  }

  it.each<[string, () => string | Uint8Array, object]>([
    ['not JSON', () => 'hello?', { type: 'error', code: 'not_json' }],
    ['an unknown type', () => '{"type":"dance"}', { type: 'error', code: 'unknown_type', value: 'dance' }],
    [
      'a header that lies about its size',
      lying,
      { type: 'refused', seq: 1, rev: 1, code: 'invalid_header', field: 'metaBytes' },
    ],
    ['an empty binary message', () => new Uint8Array(0), { type: 'error', code: 'invalid_header' }],
    [
      'an image that is none',
      () => binary(1, new TextEncoder().encode('GIF89a')),
      { type: 'refused', seq: 1, code: 'unsupported_image', field: 'image', range: 'jpeg, png, webp' },
    ],
    [
      'half an image',
      () => binary(1, SKETCH.subarray(0, SKETCH.length / 2)),
      { type: 'failed', seq: 1, code: 'broken_image', field: 'image', range: 'a whole JPEG' },
    ],
    [
      'a CMYK image',
      () => binary(1, CMYK),
      { type: 'failed', seq: 1, code: 'unsupported_image', field: 'image', value: 'CMYK', retryable: false },
    ],
    [
      'a 16-bit image',
      () => binary(1, SIXTEEN_BIT),
      { type: 'failed', seq: 1, code: 'unsupported_image', field: 'image', value: '16 bits per channel' },
    ],
    [
      '30000x30000 in a small file',
      () => binary(1, HUGE),
      { type: 'failed', seq: 1, code: 'image_too_large', field: 'image', value: '30000x30000' },
    ],
    [
      'a URL for an image',
      () => '{"type":"frame","seq":1,"rev":1,"image":"https://example.org/a.png"}',
      { type: 'refused', seq: 1, code: 'unsupported_image' },
    ],
    [
      'a message over the limit',
      () => binary(1, new Uint8Array(1_100_000)),
      { type: 'error', code: 'message_too_large', field: 'message', range: '0..1048576 bytes' },
    ],
    [
      'a long prompt',
      () => JSON.stringify({ type: 'params', rev: 2, params: { ...PARAMS, prompt: 'x'.repeat(2001) } }),
      { type: 'error', code: 'invalid_params', field: 'params.prompt' },
    ],
    [
      'NaN',
      () => JSON.stringify({ type: 'params', rev: 2, params: { ...PARAMS, strength: NaN } }),
      { type: 'error', code: 'invalid_params', field: 'params.strength', value: null, range: '0..1' },
    ],
    [
      'steps the model has not',
      () => JSON.stringify({ type: 'params', rev: 2, params: { ...PARAMS, steps: 20 } }),
      { type: 'error', code: 'invalid_params', field: 'steps', value: 20, range: '1..8' },
    ],
    [
      'an unknown revision',
      () => JSON.stringify({ type: 'frame', seq: 1, rev: 8 }),
      { type: 'refused', seq: 1, code: 'unknown_params_rev', field: 'rev', value: 8 },
    ],
  ])('W1 %s: an error that says where, and the socket paints on', async (_name, message, expected) => {
    const { server } = await start()
    const client = await drawing(server)
    client.send(message())
    const isAnswer = (one: Record<string, unknown>) =>
      ['error', 'refused', 'failed'].includes(String(one['type']))
    expect(await client.until(isAnswer)).toMatchObject(expected)
    client.send(binary(100))
    expect(decodeBinary(await client.untilBinary()).seq).toBe(100)
  })

  it('refuses steps x strength too small with the least strength that would do', async () => {
    const { server } = await start({ info: { limits: { ...FAKE_MODEL.limits, strength: [0, 1] } } })
    const client = await drawing(server, { ...PARAMS, strength: 0.05 })
    client.send(binary(1))
    expect(await client.untilType('refused')).toMatchObject({
      seq: 1,
      code: 'steps_strength_too_small',
      field: 'strength',
      value: 0.05,
      range: '0.08..1',
    })
  })

  it.each(['', '🎨🏠', 'منزل تحت شجرة', 'x'.repeat(2000), '🎨'.repeat(2000)])(
    'paints the prompt %j',
    async (prompt) => {
      const { server, engine } = await start()
      const client = await drawing(server, { ...PARAMS, prompt })
      client.send(binary(1))
      await client.untilBinary()
      expect(engine.jobs[0]?.prompt).toBe(prompt)
    },
  )

  it('W5 paints what the bytes are, whatever the codec field claims', async () => {
    const { server } = await start()
    const client = await drawing(server)
    const webp = new Uint8Array(await grey.clone().webp().toBuffer())
    client.send(binary(1, webp))
    expect(decodeBinary(await client.untilBinary())).toMatchObject({ kind: 'image', seq: 1 })
  })

  it.each<[string, string | Uint8Array]>([
    ['hello', '{"type":"hello","protocol":2}'],
    ['a header', new Uint8Array([2, ...new Array<number>(20).fill(0)])],
  ])('W1 a wrong protocol version in %s: error, then close 4009', async (_name, message) => {
    const { server } = await start()
    const client = await connect(server)
    client.send(message)
    expect(await client.untilType('error')).toMatchObject({ code: 'protocol_version', value: 2, range: '1' })
    expect(await client.closed).toBe(4009)
    expect(client.closeReason).toContain('reload')
  })

  it('W1 an eighth above the limit the socket drops with 1006, and the server lives on', async () => {
    const { server } = await start()
    const client = await drawing(server)
    client.send(new Uint8Array((1024 * 1024 * 9) / 8 + 1))
    expect(await client.closed).toBe(1006)
    const next = await drawing(server)
    next.send(binary(1))
    expect(decodeBinary(await next.untilBinary()).seq).toBe(1)
  })
})
