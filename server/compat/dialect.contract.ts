import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import type { FrameRequest } from '../session/frame-request.ts'
import type { ImageEvent, SessionEvent, TerminalEvent } from '../session/session-event.ts'
import type {
  Decoded,
  DialectContext,
  Exchange,
  Inbound,
  OnceDialect,
  RequestFacts,
  SocketDialect,
  StreamDialect,
  StreamExchange,
  Translator,
} from './dialect.ts'

export const MODEL: ModelInfo = {
  id: 'm',
  name: 'M',
  provider: 'cpu',
  sizes: [{ width: 256, height: 256 }],
  limits: { steps: [1, 8], strength: [0.1, 1], guidanceScale: [1, 8] },
  originalInferenceSteps: 50,
  strengthSemantics: 'lcm',
  defaults: {
    prompt: 'a house',
    strength: 0.7,
    seed: 1,
    steps: 4,
    guidanceScale: 4,
    width: 256,
    height: 256,
  },
  refine: undefined,
  words: {},
}

/** A 1x1 PNG. */
export const PNG_BASE64 =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC'
export const PNG = new Uint8Array(Buffer.from(PNG_BASE64, 'base64'))

export const REQUEST: RequestFacts = {
  method: 'POST',
  path: '/',
  params: {},
  query: new URLSearchParams(),
  headers: {},
}

export const CONTEXT: DialectContext = {
  model: MODEL,
  request: REQUEST,
  nowMs: () => 1234,
  randomSeed: () => 99,
}

const TIMINGS = {
  waitMs: 1,
  decodeMs: 2,
  textEncodeMs: 3,
  vaeEncodeMs: 4,
  unetMs: [5, 6],
  vaeDecodeMs: 7,
  encodeMs: 8,
  engineMs: 500,
  totalMs: 600,
}

export function imageEvent(seq: number, rev = seq): ImageEvent {
  const size = { width: 300, height: 300, renderedWidth: 256, renderedHeight: 256 }
  return {
    type: 'image',
    seq,
    rev,
    image: PNG,
    codec: 'png',
    ...size,
    mode: 'live',
    steps: 4,
    seed: 7,
    params: { ...ASKED, seed: 7 },
    model: { id: 'm', name: 'M' },
    timings: TIMINGS,
  }
}

export function endings(seq: number): TerminalEvent[] {
  const error = { code: 'engine_crashed', message: 'crashed' } as const
  return [
    imageEvent(seq),
    { type: 'superseded', seq, rev: seq, by: seq + 1 },
    { type: 'refused', seq, rev: seq, error: { code: 'busy', message: 'busy' } },
    { type: 'failed', seq, rev: seq, error, retryable: true },
  ]
}

const everythingElse: readonly SessionEvent[] = [
  { type: 'opened', session: 's', credit: 2, model: MODEL, engine: { name: 'ready', detail: undefined } },
  { type: 'engine', engine: { name: 'degraded', detail: 'restarting' } },
  { type: 'problem', error: { code: 'not_json', message: 'no' } },
  { type: 'started', seq: 0, rev: 0, steps: 4 },
  { type: 'step', seq: 0, rev: 0, step: 1, steps: 4, previews: [] },
  {
    type: 'step',
    seq: 0,
    rev: 0,
    step: 2,
    steps: 4,
    previews: [{ image: PNG, codec: 'png', side: 300, quality: 70, width: 300, height: 300 }],
  },
]

/** One request in a dialect's own words. `hello` comes first on dialects that greet. */
export interface Transcript {
  readonly name: string
  readonly hello: readonly Inbound[]
  readonly request: readonly Inbound[]
  /** Where the request is not in the body: its query, headers and path parameters. */
  readonly facts?: Partial<RequestFacts>
}

/** What every transcript asks for: 1x1 PNG, "a cat", strength 0.5, seed 42, 4 steps, guidance 2, 256x256. */
export const ASKED: DrawParams = {
  prompt: 'a cat',
  strength: 0.5,
  seed: 42,
  steps: 4,
  guidanceScale: 2,
  width: 256,
  height: 256,
}

function asked(decoded: readonly Decoded[]): { frame: FrameRequest; params: DrawParams | undefined } {
  const frames = decoded.flatMap((one) => (one.kind === 'frame' ? [one] : []))
  const params = decoded.flatMap((one) => (one.kind === 'params' ? [one.params] : []))
  expect(frames).toHaveLength(1)
  const [first] = frames
  if (!first) throw new Error('no frame')
  return { frame: first.frame, params: first.params ?? params[0] }
}

function expectAsked(decoded: readonly Decoded[]): void {
  const { frame, params } = asked(decoded)
  expect(params).toEqual(ASKED)
  expect(frame).toMatchObject({ mode: 'live' })
  expect([...(frame.image ?? [])]).toEqual([...PNG])
}

const garbage = fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 64 }))

export function socketDialectContract(dialect: SocketDialect, transcripts: readonly Transcript[]): void {
  const begin = (transcript: Transcript): Translator => {
    const translator = dialect.translator(CONTEXT)
    for (const message of transcript.hello) translator.decode(message)
    return translator
  }

  describe(`dialect contract: ${dialect.id}`, () => {
    it.each(transcripts)('understands $name', (transcript) => {
      const translator = begin(transcript)
      expectAsked(transcript.request.flatMap((message) => translator.decode(message)))
    })

    it.each(transcripts)('has a word for every event of $name, and says an image once', (transcript) => {
      for (const index of [0, 1, 2, 3]) {
        const translator = begin(transcript)
        const { frame } = asked(transcript.request.flatMap((message) => translator.decode(message)))
        const end = endings(frame.seq)[index]
        if (!end) throw new Error('no such ending')
        const out = [...everythingElse, end].flatMap((event) => translator.encode(event))
        expect(out.filter((one) => one.kind === 'image')).toHaveLength(end.type === 'image' ? 1 : 0)
      }
    })

    it('answers anything at all with a decoding, never with an exception', () => {
      const [transcript] = transcripts
      if (!transcript) throw new Error('no transcript')
      fc.assert(
        fc.property(fc.array(garbage, { maxLength: 5 }), (messages) => {
          const translator = begin(transcript)
          for (const message of messages) expect(translator.decode(message).length).toBeGreaterThan(0)
        }),
      )
    })

    it('holds one session at most one running frame, and little that waits', () => {
      const policy = dialect.policy(new URLSearchParams())
      expect(policy).toMatchObject({ maxRunning: 1, mailbox: { depth: 1, whenFull: 'drop-oldest' } })
      expect(policy.credit).toBeGreaterThanOrEqual(policy.mailbox.depth + policy.maxRunning)
    })
  })
}

export function onceDialectContract(dialect: OnceDialect, transcripts: readonly Transcript[]): void {
  const exchange = (facts: Partial<RequestFacts> = {}): Exchange => {
    let seq = 0
    const request = { ...REQUEST, ...facts }
    return dialect.exchange({ ...CONTEXT, request, requestId: 'id-1', nextSeq: () => seq++ })
  }

  describe(`dialect contract: ${dialect.id}`, () => {
    it.each(transcripts)('understands $name', ({ request, facts }) => {
      const one = exchange(facts)
      expectAsked(request.flatMap((body) => one.decode(body)))
    })

    it.each(transcripts)('has one answer for every ending of $name', ({ request, facts }) => {
      for (const end of endings(0)) {
        const one = exchange(facts)
        for (const body of request) one.decode(body)
        const answer = one.answer([end])
        expect(answer.status === 200).toBe(end.type === 'image')
        expect(JSON.parse(answer.body)).toBeTypeOf('object')
      }
    })

    it('answers anything at all with a decoding, never with an exception', () => {
      fc.assert(
        fc.property(garbage, (body) => {
          expect(exchange().decode(body).length).toBeGreaterThan(0)
        }),
      )
    })

    it('never lets one request of a caller push out another', () => {
      expect(dialect.policy.mailbox.whenFull).toBe('reject-new')
    })
  })
}

export function streamDialectContract(dialect: StreamDialect, transcripts: readonly Transcript[]): void {
  const exchange = (facts: Partial<RequestFacts> = {}): StreamExchange => {
    let seq = 0
    const request = { ...REQUEST, ...facts }
    return dialect.exchange({
      ...CONTEXT,
      request,
      requestId: 'id-1',
      streamId: 'stream-1',
      nextSeq: () => seq++,
    })
  }

  describe(`dialect contract: ${dialect.id}`, () => {
    it.each(transcripts)('understands $name', ({ request, facts }) => {
      const one = exchange(facts)
      expectAsked(request.flatMap((body) => one.decode(body)))
    })

    it.each(transcripts)('has a word for every event of $name, and ends with one', ({ request, facts }) => {
      for (const end of endings(0)) {
        const one = exchange(facts)
        for (const body of request) one.decode(body)
        const chunks = [
          ...everythingElse.flatMap((event) => one.encode(event)),
          ...one.encode(end),
          ...one.end(),
        ]
        expect(chunks.filter((chunk) => chunk.kind === 'control').length).toBeGreaterThan(0)
        expect(one.head.status).toBe(200)
      }
    })

    it('answers anything at all with a decoding, never with an exception', () => {
      fc.assert(
        fc.property(garbage, (body) => {
          expect(exchange().decode(body).length).toBeGreaterThan(0)
        }),
      )
    })

    it('gives a sign of life before any proxy gives up on it', () => {
      expect(dialect.heartbeat.everyMs).toBeLessThan(20_000)
      expect(dialect.policy.mailbox.whenFull).toBe('reject-new')
    })
  })
}
