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

/** Of a message that was no request: it may come while a frame is in flight, and may end it. */
const PROBLEM: SessionEvent = { type: 'problem', error: { code: 'not_json', message: 'no' } }

/** One request in a dialect's own words. `hello` comes first on dialects that greet. */
export interface Transcript {
  readonly name: string
  readonly hello: readonly Inbound[]
  readonly request: readonly Inbound[]
  /** Where the request is not in the body: its query, headers and path parameters. */
  readonly facts?: Partial<RequestFacts>
  /** It brings no picture: its words alone are painted, at strength 1. */
  readonly wordsAlone?: true
  /** No newer picture takes the place of one that waits for a slow socket. */
  readonly keepsPictures?: true
}

/** What every transcript asks for: "a cat", strength 0.5 of a 1x1 PNG, seed 42, 4 steps, guidance 2, 256x256. */
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

function expectAsked(decoded: readonly Decoded[], { wordsAlone }: Transcript): void {
  const { frame, params } = asked(decoded)
  expect(params).toEqual(wordsAlone ? { ...ASKED, strength: 1 } : ASKED)
  expect(frame).toMatchObject({ mode: 'live' })
  expect([...(frame.image ?? [])]).toEqual(wordsAlone ? [] : [...PNG])
}

const garbage = fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 64 }))

export interface ContractOptions {
  /** How often anything at all is said; fewer where every refusal is drawn. */
  readonly runs?: number
}

export function socketDialectContract(
  dialect: SocketDialect,
  transcripts: readonly Transcript[],
  { runs = 100 }: ContractOptions = {},
): void {
  const begin = (transcript: Pick<Transcript, 'hello'> = { hello: [] }): Translator => {
    const translator = dialect.translator(CONTEXT)
    translator.begin?.()
    for (const message of transcript.hello) translator.decode(message)
    return translator
  }

  describe(`dialect contract: ${dialect.id}`, () => {
    it.each(transcripts)('understands $name', (transcript) => {
      const translator = begin(transcript)
      expectAsked(
        transcript.request.flatMap((message) => translator.decode(message)),
        transcript,
      )
    })

    it.each(transcripts)('has a word for every event of $name, and says an image once', (transcript) => {
      for (const index of [0, 1, 2, 3]) {
        const translator = begin(transcript)
        const { frame } = asked(transcript.request.flatMap((message) => translator.decode(message)))
        const end = endings(frame.seq)[index]
        if (!end) throw new Error('no such ending')
        const before = everythingElse.flatMap((event) => translator.encode(event))
        const last = translator.encode(end)
        // Of what a newer frame replaced, some say nothing, as their originals.
        if (end.type !== 'superseded') expect(last.length).toBeGreaterThan(0)
        const isImage = end.type === 'image' && !transcript.keepsPictures
        const out = [...before, ...last, ...translator.encode(PROBLEM)]
        expect(out.filter((one) => one.kind === 'image')).toHaveLength(isImage ? 1 : 0)
      }
    })

    it('answers anything at all with a decoding, never with an exception', () => {
      fc.assert(
        fc.property(fc.array(garbage, { maxLength: 5 }), (messages) => {
          const translator = begin(transcripts[0])
          for (const message of messages) expect(translator.decode(message).length).toBeGreaterThan(0)
        }),
        { numRuns: runs },
      )
    })

    it('has no more in flight than it may, and little that waits', () => {
      const { mailbox, credit, maxRunning } = dialect.policy(new URLSearchParams())
      if (mailbox.whenFull === 'reject-new') return expect(credit).toBeGreaterThanOrEqual(maxRunning)
      expect({ mailbox, maxRunning }).toMatchObject({ maxRunning: 1, mailbox: { depth: 1 } })
      expect(credit).toBeGreaterThanOrEqual(mailbox.depth + maxRunning)
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
    it.each(transcripts)('understands $name', (transcript) => {
      const one = exchange(transcript.facts)
      expectAsked(
        transcript.request.flatMap((body) => one.decode(body)),
        transcript,
      )
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
    it.each(transcripts)('understands $name', (transcript) => {
      const one = exchange(transcript.facts)
      expectAsked(
        transcript.request.flatMap((body) => one.decode(body)),
        transcript,
      )
    })

    it.each(transcripts)('has a word for every event of $name, and ends with one', ({ request, facts }) => {
      for (const end of endings(0)) {
        const one = exchange(facts)
        for (const body of request) one.decode(body)
        for (const event of everythingElse) one.encode(event)
        const last = [...one.encode(end), ...one.end()]
        expect(last.filter((chunk) => chunk.kind === 'control').length).toBeGreaterThan(0)
        expect(one.head.status).toBe(200)
        expect(JSON.parse(one.refuse({ code: 'busy', message: 'busy' }).body)).toBeTypeOf('object')
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
