import { decode, encode } from '@msgpack/msgpack'
import { describe, expect, it } from 'vitest'
import { ASKED, CONTEXT, imageEvent, PNG } from './dialect.contract.ts'
import { FalFiles } from './fal-files.ts'
import { DEFAULT_APP, findFalApp } from './fal-apps.ts'
import { falRealtime } from './fal-realtime.ts'
import { falRest as falRestOf } from './fal-rest.ts'
import { FAL_BODY as body, IMAGE } from './testing/fal-body.ts'

const files = new FalFiles({ nowMs: () => 0, newId: () => 'id' })
const falWs = falRealtime({ app: undefined, files })
const falRest = falRestOf({ app: DEFAULT_APP, files })
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

  it('says of each picture whether the safety checker blanked it', () => {
    const one = exchange()
    one.decode(JSON.stringify({ ...body, num_images: 2 }))
    const answer = one.answer([{ ...imageEvent(0), nsfwDetected: true }, imageEvent(1)])
    expect(JSON.parse(answer.body)).toMatchObject({
      nsfw_content_detected: [true, false],
      has_nsfw_concepts: [true, false],
    })
  })

  it('asks for several images as several frames with seeds of their own', () => {
    const frames = exchange().decode(JSON.stringify({ ...body, num_images: 3 }))
    expect(
      frames.map((one) => one.kind === 'frame' && [one.frame.seq, one.frame.batch, one.params?.seed]),
    ).toEqual([
      [0, 0, 42],
      [1, 0, 43],
      [2, 0, 44],
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

describe('fal sockets', () => {
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

  it('says that bytes which are no msgpack are none, in text', () => {
    const translator = falWs.translator(CONTEXT)
    const [problem] = translator.decode(new Uint8Array([0x81]))
    if (problem?.kind !== 'problem') throw new Error('no problem')
    const [out] = translator.encode({ type: 'problem', error: problem.error })
    expect(JSON.parse(String(out?.data))).toMatchObject({ type: 'x-fal-error', code: 'invalid_message' })
  })

  it.each([
    ['max_buffering=5', 5],
    ['max_buffering=61', 1],
    ['max_buffering=x', 1],
    ['', 1],
  ])('lets %j make %i wait', (query, depth) => {
    expect(falWs.policy(new URLSearchParams(query)).mailbox).toEqual({ depth, whenFull: 'drop-oldest' })
  })

  it('answers bytes with bytes, the picture as content, and text with text on the same socket', () => {
    const translator = falWs.translator(CONTEXT)
    translator.decode(
      encode({ ...body, image_url: undefined, image_bytes: PNG, _force_msgpack: new Uint8Array() }),
    )
    translator.decode(JSON.stringify({ ...body, request_id: 'text' }))
    const [bytes] = translator.encode(imageEvent(0))
    if (!(bytes?.data instanceof Uint8Array)) throw new Error('not binary')
    expect(decode(bytes.data)).toMatchObject({
      request_id: 'r1',
      images: [{ content: PNG, content_type: 'image/png', width: 300, height: 300 }],
    })
    const [text] = translator.encode(imageEvent(1))
    expect(JSON.parse(String(text?.data))).toMatchObject({ request_id: 'text', images: [{ url: IMAGE }] })
  })

  it('hands the picture itself to apps from before there were several', () => {
    const app = findFalApp('110602490-sd-turbo-real-time-high-fps-msgpack')
    const translator = falRealtime({ app, files }).translator(CONTEXT)
    const [frame] = translator.decode(encode({ prompt: 'a cat', image: PNG, num_inference_steps: 3 }))
    expect(frame).toMatchObject({ kind: 'frame', frame: { image: PNG } })
    const [out] = translator.encode(imageEvent(0))
    if (!(out?.data instanceof Uint8Array)) throw new Error('not binary')
    expect(decode(out.data)).toMatchObject({ image: PNG, images: [{ content: PNG }] })
  })

  it('says errors as text to those who speak msgpack too', () => {
    const translator = falWs.translator(CONTEXT)
    const [refusal] = translator.decode(encode({ ...body, strength: 'much' }))
    if (refusal?.kind !== 'refuse') throw new Error('not refused')
    const [out] = translator.encode({ type: 'refused', ...refusal.frame, error: refusal.error })
    expect(JSON.parse(String(out?.data))).toMatchObject({ error: 'VALIDATION_ERROR', request_id: 'r1' })
  })

  describe('num_images', () => {
    const three = () => {
      const translator = falWs.translator(CONTEXT)
      const decoded = translator.decode(JSON.stringify({ ...body, num_images: 3 }))
      return { translator, decoded }
    }

    it('asks for one batch with seeds of its own and answers once, when all are painted', () => {
      const { translator, decoded } = three()
      const frames = decoded.flatMap((one) => (one.kind === 'frame' ? [one] : []))
      expect(frames.map(({ frame, params }) => [frame.seq, frame.batch, params?.seed])).toEqual([
        [0, 0, 42],
        [1, 0, 43],
        [2, 0, 44],
      ])
      expect([translator.encode(imageEvent(0)), translator.encode(imageEvent(1))]).toEqual([[], []])
      const output = JSON.parse(String(translator.encode(imageEvent(2))[0]?.data))
      expect(output.images).toHaveLength(3)
      expect(output).toMatchObject({ request_id: 'r1', has_nsfw_concepts: [false, false, false] })
    })

    it('says a failure once and no picture after it', () => {
      const { translator } = three()
      const error = { code: 'engine_crashed', message: 'crashed' } as const
      const failed = (seq: number) =>
        translator.encode({ type: 'failed', seq, rev: seq, error, retryable: true })
      expect([failed(0).length, failed(1).length, translator.encode(imageEvent(2)).length]).toEqual([1, 0, 0])
    })
  })
})
