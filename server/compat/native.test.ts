import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { ImageMetaSchema, PreviewMetaSchema, ServerMessageSchema } from '../../lib/protocol/control.ts'
import { decodeBinary } from '../../lib/protocol/frame.ts'
import { ASKED, CONTEXT, imageEvent, PNG, PNG_BASE64 } from './dialect.contract.ts'
import { native } from './native.ts'
import type { Decoded } from './dialect.ts'
import { binaryFrame, hello, jsonFrame } from './testing/native-messages.ts'

function greeted() {
  const translator = native.translator(CONTEXT)
  translator.decode(hello)
  return translator
}

function errorOf(decoded: readonly Decoded[]) {
  const [first] = decoded
  if (first?.kind !== 'problem' && first?.kind !== 'refuse') throw new Error(`no error but ${first?.kind}`)
  return first.error
}

describe('native: what comes in', () => {
  it('W6 wants hello first, in either encoding', () => {
    const translator = native.translator(CONTEXT)
    expect(errorOf(translator.decode(jsonFrame()))).toMatchObject({ code: 'hello_first' })
    expect(errorOf(translator.decode(binaryFrame()))).toMatchObject({ code: 'hello_first' })
    expect(translator.decode(hello)).toEqual([{ kind: 'open' }])
    expect(errorOf(translator.decode(hello))).toMatchObject({ code: 'invalid_message' })
  })

  it('W1 closes with 4009 on a wrong version, in hello or in a header', () => {
    const close = { code: 4009, reason: expect.stringContaining('reload') }
    expect(native.translator(CONTEXT).decode(JSON.stringify({ type: 'hello', protocol: 2 }))).toMatchObject([
      { kind: 'problem', error: { code: 'protocol_version', value: 2, range: '1' }, close },
    ])
    const newer = binaryFrame()
    newer[0] = 7
    expect(greeted().decode(newer)).toMatchObject([
      { kind: 'problem', error: { code: 'protocol_version', value: 7 }, close },
    ])
  })

  it.each([
    ['no JSON', '{oops', { code: 'not_json' }],
    ['NaN', '{"type":"params","rev":1,"params":{"strength":NaN}}', { code: 'not_json' }],
    ['an unknown type', '{"type":"dance"}', { code: 'unknown_type', field: 'type', value: 'dance' }],
    ['no type', '{}', { code: 'invalid_message', field: 'type' }],
    ['a list', '[]', { code: 'invalid_message', field: 'type' }],
    [
      'a missing field',
      '{"type":"frame","seq":1}',
      { code: 'invalid_message', field: 'rev', message: 'rev is missing' },
    ],
    ['a negative number', '{"type":"cancel","seq":-1}', { code: 'invalid_message', field: 'seq', value: -1 }],
    [
      'previews of too many steps',
      '{"type":"previews","everySteps":51}',
      { code: 'invalid_message', field: 'everySteps', value: 51, range: '<=50' },
    ],
    [
      'a ping from never',
      '{"type":"ping","clientMs":1e999}',
      { code: 'invalid_message', field: 'clientMs', value: 'Infinity' },
    ],
    [
      'Infinity',
      JSON.stringify({ type: 'params', rev: 1, params: ASKED }).replace('0.5', '1e999'),
      { code: 'invalid_params', field: 'params.strength', value: 'Infinity', range: '0..1' },
    ],
    [
      'strength 7',
      JSON.stringify({ type: 'params', rev: 1, params: { ...ASKED, strength: 7 } }),
      { code: 'invalid_params', field: 'params.strength', value: 7, range: '0..1' },
    ],
    [
      'half a step',
      JSON.stringify({ type: 'params', rev: 1, params: { ...ASKED, steps: 2.5 } }),
      { code: 'invalid_params', field: 'params.steps', value: 2.5, range: '1..50' },
    ],
  ])('W1 E2 answers %s with an error that says where', (_name, message, error) => {
    expect(errorOf(greeted().decode(message))).toMatchObject(error)
  })

  it('names a prompt that is too long without sending it back', () => {
    const error = errorOf(
      greeted().decode(
        JSON.stringify({ type: 'params', rev: 1, params: { ...ASKED, prompt: 'x'.repeat(2001) } }),
      ),
    )
    expect(error).toMatchObject({
      code: 'invalid_params',
      field: 'params.prompt',
      range: '0..2000 characters',
    })
    expect(JSON.stringify(error).length).toBeLessThan(400)
  })

  it('E2 says where and how much of a negative prompt that is too long, and cuts no character in two', () => {
    const negativePrompt = `${'x'.repeat(79)}${'🎨'.repeat(2000)}`
    const message = JSON.stringify({ type: 'params', rev: 1, params: { ...ASKED, negativePrompt } })
    expect(errorOf(greeted().decode(message))).toMatchObject({
      field: 'params.negativePrompt',
      value: `${'x'.repeat(79)}🎨…`,
      range: '0..2000 characters',
    })
  })

  it.each(['', '🎨👩‍👩‍👧', 'بيت تحت شجرة', 'x'.repeat(2000), '🎨'.repeat(2000)])(
    'takes the prompt %j',
    (prompt) => {
      expect(
        greeted().decode(JSON.stringify({ type: 'params', rev: 1, params: { ...ASKED, prompt } })),
      ).toMatchObject([{ kind: 'params', params: { prompt } }])
    },
  )

  it('W1 names the header field that lies', () => {
    const lying = binaryFrame()
    new DataView(lying.buffer).setUint16(16, 60_000, true)
    expect(errorOf(greeted().decode(lying))).toMatchObject({
      code: 'invalid_header',
      field: 'metaBytes',
      value: 60_000,
      range: expect.stringMatching(/^0\.\.\d+$/),
    })
    expect(errorOf(greeted().decode(new Uint8Array([1, 1])))).toMatchObject({
      code: 'invalid_header',
      field: 'length',
      value: 2,
      range: 'at least 18 bytes',
    })
    expect(errorOf(greeted().decode(binaryFrame({ kind: 'image' })))).toMatchObject({
      code: 'unknown_type',
      field: 'kind',
    })
  })

  it('F1 refuses by number a frame it can name but not use', () => {
    expect(greeted().decode(jsonFrame({ image: 'https://example.org/x.png' }))).toMatchObject([
      { kind: 'refuse', frame: { seq: 9, rev: 3 }, error: { code: 'unsupported_image', field: 'image' } },
    ])
    expect(greeted().decode(binaryFrame({ meta: { mode: 'dream' } }))).toMatchObject([
      { kind: 'refuse', frame: { seq: 9 }, error: { code: 'invalid_message', field: 'mode' } },
    ])
    expect(greeted().decode(jsonFrame({ mode: 'dream' }))).toMatchObject([
      { kind: 'refuse', frame: { seq: 9, rev: 3 }, error: { code: 'invalid_message', field: 'mode' } },
    ])
    expect(greeted().decode(jsonFrame({ seq: 'nine' }))).toMatchObject([{ kind: 'problem' }])
  })

  it.each<[string, (bytes: Uint8Array) => void]>([
    ['codec', (bytes) => (bytes[2] = 9)],
    ['codec', (bytes) => (bytes[2] = 0)],
    ['metaBytes', (bytes) => new DataView(bytes.buffer).setUint16(16, 60_000, true)],
    ['meta', (bytes) => (bytes[18] = 0x80)],
  ])('F1 W3 refuses by number a binary frame whose %s lies', (field, spoil) => {
    const lying = binaryFrame()
    spoil(lying)
    expect(greeted().decode(lying)).toMatchObject([
      { kind: 'refuse', frame: { seq: 9, rev: 3 }, error: { code: 'invalid_header', field } },
    ])
    expect(errorOf(native.translator(CONTEXT).decode(lying))).toMatchObject({ code: 'hello_first' })
  })

  it('F1 a header that is cut off or of another kind is no frame', () => {
    const kind = binaryFrame()
    kind[1] = 9
    for (const message of [binaryFrame().subarray(0, 17), kind])
      expect(greeted().decode(message)).toMatchObject([
        { kind: 'problem', error: { code: 'invalid_header' } },
      ])
  })

  it('takes a frame without an image as painting from words', () => {
    expect(greeted().decode(jsonFrame({ image: undefined }))).toMatchObject([
      { kind: 'frame', frame: { image: undefined } },
    ])
    const bare = binaryFrame({ codec: 'none', image: new Uint8Array(0) })
    expect(greeted().decode(bare)).toMatchObject([{ kind: 'frame', frame: { image: undefined } }])
  })

  it('answers a ping with its own clock', () => {
    const [decoded] = greeted().decode('{"type":"ping","clientMs":5}')
    expect(decoded?.kind === 'reply' && JSON.parse(String(decoded.out.data))).toEqual({
      type: 'pong',
      clientMs: 5,
      serverMs: 1234,
    })
  })
})

describe('native: what goes out', () => {
  it('W4 still knows the encoding of the newest frame after many numbers that never ended', () => {
    const translator = greeted()
    for (let seq = 1000; seq < 1400; seq++) translator.decode(jsonFrame({ seq }))
    translator.decode(binaryFrame({ seq: 1400 }))
    expect(translator.encode(imageEvent(1400, 3))[0]?.data).toBeInstanceOf(Uint8Array)
  })

  it('W4 W8 answers in the encoding the frame came in, with everything the schema asks for', () => {
    const binary = greeted()
    binary.decode(binaryFrame())
    const [asBytes] = binary.encode(imageEvent(9, 3))
    if (!(asBytes?.data instanceof Uint8Array)) throw new Error('not binary')
    const message = decodeBinary(asBytes.data)
    expect(message).toMatchObject({ kind: 'image', seq: 9, paramsRev: 3, width: 300, codec: 'png' })
    expect([...message.image]).toEqual([...PNG])
    expect(v.parse(ImageMetaSchema, message.meta)).toMatchObject({ renderedWidth: 256, steps: 4, seed: 7 })
    const json = greeted()
    json.decode(jsonFrame())
    const [asText] = json.encode(imageEvent(9, 3))
    const parsed = v.parse(ServerMessageSchema, JSON.parse(String(asText?.data)))
    expect(parsed).toMatchObject({
      type: 'image',
      seq: 9,
      image: `data:image/png;base64,${PNG_BASE64}`,
      timings: { unetMs: [5, 6] },
    })
  })

  it.each([
    ['binary', binaryFrame()],
    ['json', jsonFrame()],
  ])('P4 tells every step by itself, before the preview it may have: %s', (encoding, frame) => {
    const translator = greeted()
    translator.decode(JSON.stringify({ type: 'previews', everySteps: 2 }))
    translator.decode(frame)
    const preview = { image: PNG, codec: 'jpeg', side: 192, quality: 70, width: 192, height: 128 } as const
    const stepped = (step: number) =>
      translator.encode({ type: 'step', seq: 9, rev: 3, step, steps: 4, previews: [preview] })
    const told = (step: number) => ({ type: 'step', seq: 9, rev: 3, step, steps: 4 })
    const [bare, ...none] = stepped(1)
    expect([bare?.kind, JSON.parse(String(bare?.data)), none]).toEqual(['control', told(1), []])
    const [words, shown, ...more] = stepped(2)
    expect([words?.kind, JSON.parse(String(words?.data)), more]).toEqual(['control', told(2), []])
    // Dropped where the socket is slow; the words before it are not.
    expect(shown?.kind).toBe('preview')
    const size = { width: 192, height: 128 }
    if (encoding === 'json')
      expect(v.parse(ServerMessageSchema, JSON.parse(String(shown?.data)))).toMatchObject({
        ...told(2),
        ...size,
        type: 'preview',
        image: `data:image/jpeg;base64,${PNG_BASE64}`,
      })
    else if (shown?.data instanceof Uint8Array) {
      const message = decodeBinary(shown.data)
      expect(message).toMatchObject({ ...size, kind: 'preview', codec: 'jpeg', seq: 9, paramsRev: 3 })
      expect(v.parse(PreviewMetaSchema, message.meta)).toEqual({ step: 2, steps: 4 })
    } else throw new Error('not binary')
  })

  it('W9 says what the safety checker found, and nothing where none looked', () => {
    const metaOf = (event: ReturnType<typeof imageEvent>) => {
      const translator = greeted()
      translator.decode(jsonFrame())
      return JSON.parse(String(translator.encode(event)[0]?.data))
    }
    expect(metaOf({ ...imageEvent(9, 3), nsfwDetected: true })).toMatchObject({ nsfwDetected: true })
    expect(metaOf({ ...imageEvent(9, 3), nsfwDetected: false })).toMatchObject({ nsfwDetected: false })
    expect(metaOf(imageEvent(9, 3))).not.toHaveProperty('nsfwDetected')
  })

  it('C3 has a superseded at hand for a picture that is replaced', () => {
    const [out] = greeted().encode(imageEvent(9, 3))
    const instead = out?.kind === 'image' ? out.replacedBy(12) : undefined
    expect(JSON.parse(String(instead?.data))).toEqual({ type: 'superseded', seq: 9, rev: 3, by: 12 })
  })
})
