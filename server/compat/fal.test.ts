import { describe, expect, it } from 'vitest'
import {
  ASKED,
  CONTEXT,
  imageEvent,
  MODEL,
  onceDialectContract,
  PNG_BASE64,
  socketDialectContract,
} from './dialect.contract.ts'
import { parseFalInput } from './fal-input.ts'
import { falRest } from './fal-rest.ts'
import { falWs } from './fal-ws.ts'

const IMAGE = `data:image/png;base64,${PNG_BASE64}`
/** draw-fast's request, with the rest of the parameters spelled out. */
const body = {
  prompt: 'a cat',
  image_url: IMAGE,
  sync_mode: true,
  strength: 0.5,
  seed: 42,
  guidance_scale: 2,
  num_inference_steps: 4,
  image_size: { width: 256, height: 256 },
  enable_safety_checks: false,
  request_id: 'r1',
}
/** As Pydantic took them: strings, floats and ones for numbers, and keys nobody knows. */
const sloppy = {
  ...body,
  strength: '0.5',
  seed: 42.9,
  num_inference_steps: '4',
  guidance_scale: ' 2 ',
  sync_mode: 1,
  _force_msgpack: {},
  negative_prompt: null,
  image_size: null,
  width: '256',
  height: 256,
}

socketDialectContract(falWs, [
  { name: "draw-fast's request", hello: [], request: [JSON.stringify(body)] },
  { name: 'a sloppy request', hello: [], request: [JSON.stringify(sloppy)] },
])
onceDialectContract(falRest, [
  { name: "draw-fast's request", hello: [], request: [new TextEncoder().encode(JSON.stringify(body))] },
  { name: 'a sloppy request', hello: [], request: [JSON.stringify(sloppy)] },
])

const parse = (input: unknown) => parseFalInput(input, MODEL, () => 99)
function parsed(input: unknown) {
  const result = parse(input)
  if (!result.ok) throw new Error(result.error.message)
  return result.input
}

describe('fal input', () => {
  it('fills in the documented defaults, a random seed, and the size of the image', () => {
    const png = Buffer.from(PNG_BASE64, 'base64')
    png.writeUInt32BE(700, 16)
    png.writeUInt32BE(500, 20)
    const { params, numImages, requestId } = parsed({ prompt: '', image_url: png.toString('base64') })
    expect(params).toEqual({
      prompt: '',
      strength: 0.8,
      guidanceScale: 1,
      steps: 4,
      seed: 99,
      width: 700,
      height: 500,
    })
    expect({ numImages, requestId }).toEqual({ numImages: 1, requestId: '' })
  })

  it("takes a default of the model where the model cannot do fal's", () => {
    const narrow = { ...MODEL, limits: { ...MODEL.limits, guidanceScale: [2, 8] as [number, number] } }
    expect(parseFalInput(body, narrow, () => 0)).toMatchObject({ ok: true })
    const { guidance_scale: _, ...rest } = body
    expect(parseFalInput(rest, narrow, () => 0)).toMatchObject({ input: { params: { guidanceScale: 4 } } })
  })

  it.each([
    ['square_hd', 1024, 1024],
    ['landscape_16_9', 1024, 576],
  ])('knows the size %s', (image_size, width, height) => {
    expect(parsed({ ...body, image_size }).params).toMatchObject({ width, height })
  })

  it.each([
    [6543.21, 6543],
    [-5, 4294967291],
    [2 ** 32 + 3, 3],
    ['17', 17],
  ])('makes seed %s the 32-bit number %s', (seed, expected) => {
    expect(parsed({ ...body, seed }).params.seed).toBe(expected)
  })

  it.each([
    ['no prompt', { prompt: undefined }, 'prompt', /missing/],
    ['a prompt that is a number', { prompt: 5 }, 'prompt', /text|characters/],
    ['a prompt of 2001 characters', { prompt: 'x'.repeat(2001) }, 'prompt', /2000/],
    ['no image', { image_url: undefined }, 'image_url', /missing/],
    [
      "a URL: nobody's pages are fetched",
      { image_url: 'http://169.254.169.254/latest' },
      'image_url',
      /fetches none/,
    ],
    ['strength 2', { strength: 2 }, 'strength', /0 to 1/],
    ['strength "high"', { strength: 'high' }, 'strength', /0 to 1/],
    ['an empty number', { strength: '' }, 'strength', /0 to 1/],
    ['no steps at all', { num_inference_steps: 0 }, 'num_inference_steps', /1 to 50/],
    ['nine images', { num_images: 9 }, 'num_images', /1 to 8/],
    ['a size nobody has', { image_size: 'poster' }, 'image_size', /square_hd/],
    ['a size that every object has', { image_size: 'constructor' }, 'image_size', /square_hd/],
    ['a side of 30000', { image_size: { width: 30000, height: 64 } }, 'width', /64 to 2048/],
  ])('refuses %s, naming the field', (_name, patch, field, message) => {
    const result = parse({ ...body, ...patch })
    expect(result).toMatchObject({ ok: false, error: { field, message: expect.stringMatching(message) } })
  })
})

describe('fal REST', () => {
  const exchange = () => {
    let seq = 0
    return falRest.exchange({ ...CONTEXT, requestId: 'id-1', nextSeq: () => seq++ })
  }

  it('answers with the union of both output families', () => {
    const one = exchange()
    one.decode(JSON.stringify(body))
    const answer = one.answer([imageEvent(0)])
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'x-fal-request-id': 'id-1' })
    expect(JSON.parse(answer.body)).toMatchObject({
      images: [
        {
          url: IMAGE,
          width: 300,
          height: 300,
          content_type: 'image/png',
          rendered_width: 256,
          rendered_height: 256,
        },
      ],
      timings: { inference: 0.5 },
      seed: 7,
      num_inference_steps: 4,
      request_id: 'r1',
      prompt: 'a cat',
      nsfw_content_detected: [false],
      has_nsfw_concepts: [false],
    })
  })

  it('asks for several images as several frames with seeds of their own', () => {
    const frames = exchange().decode(JSON.stringify({ ...body, num_images: 3 }))
    expect(frames.map((one) => one.kind === 'frame' && [one.frame.seq, one.params?.seed])).toEqual([
      [0, 42],
      [1, 43],
      [2, 44],
    ])
    expect(frames[0]).toMatchObject({ params: { ...ASKED } })
  })

  it('says what is wrong as a validation error with its place', () => {
    const one = exchange()
    const [problem] = one.decode(JSON.stringify({ ...body, strength: 2 }))
    if (problem?.kind !== 'problem') throw new Error('no problem')
    const answer = one.refuse(problem.error)
    expect(answer.status).toBe(422)
    expect(JSON.parse(answer.body)).toMatchObject({
      detail: [{ loc: ['body', 'strength'], msg: expect.stringContaining('0 to 1'), ctx: { value: 2 } }],
    })
  })

  it("calls the model's limits by fal's names", () => {
    const error = { code: 'invalid_params', message: 'no', field: 'steps', value: 20, range: '1..8' } as const
    const answer = exchange().answer([{ type: 'refused', seq: 0, rev: 0, error }])
    expect(JSON.parse(answer.body)).toMatchObject({ detail: [{ loc: ['body', 'num_inference_steps'] }] })
  })

  it('answers overload with 429 and when to come back, which clients obey', () => {
    const answer = exchange().answer([
      { type: 'refused', seq: 0, rev: 0, error: { code: 'busy', message: 'busy', retryAfterMs: 1500 } },
    ])
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '2' } })
  })
})

describe('fal JSON socket', () => {
  it('echoes each request_id on its own reply, in any order', () => {
    const translator = falWs.translator(CONTEXT)
    translator.decode(JSON.stringify({ ...body, request_id: 'a' }))
    translator.decode(JSON.stringify({ ...body, request_id: 'b' }))
    const idOf = (seq: number) => JSON.parse(String(translator.encode(imageEvent(seq))[0]?.data)).request_id
    expect([idOf(1), idOf(0)]).toEqual(['b', 'a'])
  })

  it('is silent about superseded requests, as fal is', () => {
    const translator = falWs.translator(CONTEXT)
    translator.decode(JSON.stringify(body))
    expect(translator.encode({ type: 'superseded', seq: 0, rev: 0, by: 1 })).toEqual([])
  })

  it('says errors as text that carries the request_id, and keeps the frame number its own', () => {
    const translator = falWs.translator(CONTEXT)
    const [refusal] = translator.decode(JSON.stringify({ ...body, strength: 9 }))
    if (refusal?.kind !== 'refuse') throw new Error('not refused')
    const [out] = translator.encode({ type: 'refused', ...refusal.frame, error: refusal.error })
    expect(JSON.parse(String(out?.data))).toMatchObject({
      type: 'x-fal-error',
      error: 'VALIDATION_ERROR',
      request_id: 'r1',
      field: 'strength',
    })
  })

  it('says that msgpack is not spoken here', () => {
    expect(falWs.translator(CONTEXT).decode(new Uint8Array([0x81]))).toMatchObject([
      { kind: 'problem', error: { code: 'invalid_message' } },
    ])
  })

  it.each([
    ['max_buffering=5', 5],
    ['max_buffering=61', 1],
    ['max_buffering=x', 1],
    ['', 1],
  ])('lets %j make %i wait', (query, depth) => {
    expect(falWs.policy(new URLSearchParams(query)).mailbox).toEqual({ depth, whenFull: 'drop-oldest' })
  })
})
