// fal's `POST /{app}/stream`: server-sent events without names, each a JSON object; the last one is the result, which
// the client library hands out as the result of `done()`.
import type { WireError } from '../../lib/protocol/errors.ts'
import { previewFor, previewWant } from '../../lib/protocol/preview.ts'
import { dataUri } from '../../lib/protocol/image-bytes.ts'
import { assertNever } from '../../lib/std/assert.ts'
import type { Picture, SessionEvent, TerminalEvent } from '../session/session-event.ts'
import type {
  Chunk,
  Decoded,
  Inbound,
  OnceAnswer,
  StreamContext,
  StreamDialect,
  StreamExchange,
} from './dialect.ts'
import { UPLOAD_LIMIT_BYTES } from './fal-files.ts'
import type { FalRestOptions } from './fal-rest.ts'
import { FalExchange, falRest } from './fal-rest.ts'
import { toBase64 } from './image-text.ts'

export const SSE_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  // Proxies of the nginx kind hold a stream back unless told not to.
  'x-accel-buffering': 'no',
}

/** A comment: every reader of server-sent events skips it. */
export const SSE_HEARTBEAT = { everyMs: 5000, data: ': \n\n' }

export function sseData(body: unknown): string {
  return `data: ${JSON.stringify(body)}\n\n`
}

/** A look at every step, at the default size. */
const WANT = previewWant({ everySteps: 1 })

/** Every step's preview, then the output of the plain door. Leaving cancels: there is no way to come back. */
export function falStream(options: FalRestOptions): StreamDialect {
  const { messageLimitBytes, policy } = falRest(options)
  const imageLimitBytes = UPLOAD_LIMIT_BYTES
  return {
    id: 'fal-stream',
    reply: 'stream',
    messageLimitBytes,
    imageLimitBytes,
    policy,
    heartbeat: SSE_HEARTBEAT,
    lingerMs: 0,
    exchange: (context) => new FalStreamExchange(options, context),
  }
}

class FalStreamExchange implements StreamExchange {
  readonly head: StreamExchange['head']
  readonly #once: FalExchange
  readonly #ends: TerminalEvent[] = []
  readonly #context: StreamContext

  constructor(options: FalRestOptions, context: StreamContext) {
    this.#once = new FalExchange(options, context)
    this.#context = context
    this.head = { status: 200, headers: { ...SSE_HEADERS, 'x-fal-request-id': context.requestId } }
  }

  decode(body: Inbound): Decoded[] {
    return [...this.#once.decode(body), { kind: 'previews', want: WANT }]
  }

  encode(event: SessionEvent): Chunk[] {
    switch (event.type) {
      case 'step': {
        const { step, steps } = event
        const preview = previewFor(event, WANT)
        // Clients show the first picture of every event; the last step has none but the result.
        if (!preview) return []
        const body = { images: [previewOf(preview)], step, steps, partial: true }
        return [{ kind: 'preview', data: sseData({ ...body, request_id: this.#once.requestId }) }]
      }
      case 'image':
      case 'superseded':
      case 'refused':
      case 'failed':
        this.#ends.push(event)
        return []
      case 'opened':
      case 'engine':
      case 'model':
      case 'problem':
      case 'started':
        return []
      default:
        return assertNever(event)
    }
  }

  /** The result, or the error in the words of the plain door: the status has long been said. */
  end(): Chunk[] {
    const { status, body } = this.#once.answer(this.#ends.toSorted((a, b) => a.seq - b.seq))
    const parsed: unknown = JSON.parse(body)
    return [{ kind: 'control', data: sseData(status === 200 ? parsed : { error: parsed, status }) }]
  }

  refuse(error: WireError): OnceAnswer {
    return this.#once.refuse(error)
  }
}

function previewOf({ image, codec, width, height }: Picture) {
  return { url: dataUri(codec, toBase64(image)), width, height, content_type: `image/${codec}` }
}
