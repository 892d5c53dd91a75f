// Pictures over server-sent events: GET /generate?prompt=..., `data: {step,total_steps,image}` for every picture and
// `data: [DONE]` at the end. Progress goes as events named `progress`, which a page that only knows pictures never sees.
import { ERROR_TABLE } from '../../lib/protocol/errors.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { previewFor } from '../../lib/protocol/preview.ts'
import { isTerminal } from '../session/session-event.ts'
import type { SessionEvent } from '../session/session-event.ts'
import type {
  Chunk,
  Decoded,
  OnceAnswer,
  RequestFacts,
  StreamContext,
  StreamDialect,
  StreamExchange,
} from './dialect.ts'
import { imageText, parseGenerateRequest, previewGate, usedParams } from './generate-request.ts'
import type { GenerateRequest } from './generate-request.ts'

/** A page's EventSource comes back by itself; within this time it goes on where it stopped, with the same job. */
const LINGER_MS = 30_000
const RETRY_MS = 1_000
const OUTPUT = { codec: 'jpeg', quality: 85 } as const
/** 204: do not come back. */
const DO_NOT_COME_BACK: OnceAnswer = { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }

export const sse: StreamDialect = {
  id: 'sse',
  reply: 'stream',
  messageLimitBytes: 64 * 1024,
  policy: { mailbox: { depth: 4, whenFull: 'reject-new' }, credit: 5, maxRunning: 1 },
  heartbeat: { everyMs: 5_000, data: ': \n\n' },
  lingerMs: LINGER_MS,
  resume,
  gone: DO_NOT_COME_BACK,
  exchange: (context) => new SseExchange(context),
}

/** `Last-Event-ID`, which EventSource sends by itself; pages that cannot set headers use the query. */
function resume({ headers, query }: RequestFacts): { streamId: string; pieces: number } | undefined {
  const id = headers['last-event-id'] ?? query.get('last_event_id') ?? ''
  const [, streamId, pieces] = /^([\w-]{1,64}):(\d{1,9})$/.exec(id) ?? []
  return streamId === undefined ? undefined : { streamId, pieces: Number(pieces) }
}

class SseExchange implements StreamExchange {
  readonly #context: StreamContext
  #request: GenerateRequest | undefined
  #mayShow: () => boolean = () => true
  #pieces = 0
  readonly head = {
    status: 200,
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // Proxies of nginx's kind would hold pictures back until there are many.
      'x-accel-buffering': 'no',
    },
  }

  constructor(context: StreamContext) {
    this.#context = context
  }

  decode(): Decoded[] {
    const { query } = this.#context.request
    const parsed = parseGenerateRequest(Object.fromEntries(query), this.#context)
    if (!parsed.ok) return [{ kind: 'problem', error: parsed.error }]
    const { params, wanted, want, intervalMs } = parsed.request
    this.#request = parsed.request
    this.#mayShow = previewGate(intervalMs, this.#context.nowMs)
    const seq = this.#context.nextSeq()
    const how = { mode: 'live', image: undefined, preview: want, output: OUTPUT } as const
    return [{ kind: 'frame', frame: { seq, rev: seq, ...how, wanted }, params }]
  }

  encode(event: SessionEvent): Chunk[] {
    const request = this.#request
    if (!request) return []
    if (event.type === 'started')
      return [this.#chunk(`retry: ${RETRY_MS}\n`, 'progress', { step: 0, total_steps: event.steps })]
    if (event.type === 'step') return this.#step(request, event)
    if (!isTerminal(event)) return []
    if (event.type === 'image') {
      const { steps, image } = event
      const body = { step: steps, total_steps: steps, image: imageText(image, request.encoding) }
      return [this.#chunk('', undefined, { ...body, used: usedParams(event.params) })]
    }
    const error = event.type === 'superseded' ? LOST : event.error
    return [this.#chunk('', 'error', { error: error.message, code: error.code })]
  }

  #step(request: GenerateRequest, event: Extract<SessionEvent, { type: 'step' }>): Chunk[] {
    const { step, steps } = event
    const place = { step, total_steps: steps }
    const words = this.#chunk('', 'progress', place)
    const preview = previewFor(event, request.want)
    if (!preview || !this.#mayShow()) return [words]
    const shown = this.#chunk('', undefined, { ...place, image: imageText(preview.image, request.encoding) })
    return [words, { ...shown, kind: 'preview' }]
  }

  end(): Chunk[] {
    return [this.#chunk('', undefined, '[DONE]')]
  }

  refuse(error: WireError): OnceAnswer {
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    const body = JSON.stringify({ error: error.message, ...error })
    return { status: ERROR_TABLE[error.code].httpStatus, headers, body }
  }

  #chunk(before: string, name: string | undefined, data: Record<string, unknown> | string): Chunk {
    this.#pieces += 1
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    const event = name === undefined ? '' : `event: ${name}\n`
    return {
      kind: 'control',
      data: `${before}id: ${this.#context.streamId}:${this.#pieces}\n${event}data: ${text}\n\n`,
    }
  }
}

const LOST: WireError = { code: 'internal', message: 'The server lost this picture; ask for it again' }
