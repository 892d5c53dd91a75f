import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../lib/protocol/version.ts'
import type { SessionPolicy } from '../session/session.ts'
import { isTerminal } from '../session/session-event.ts'
import type { SessionEvent } from '../session/session-event.ts'
import type { Decoded, DialectContext, Inbound, Outbound, SocketDialect, Translator } from './dialect.ts'
import { parseFalInput } from './fal-input.ts'
import { falOutput, falSocketError } from './fal-output.ts'
import type { FalEcho } from './fal-output.ts'
import { echo, isRecord, parseJson } from './validation.ts'

/**
 * fal's JSON socket: one text message in is the REST body, one text message out is the REST output.
 *
 * A superseded request gets no answer at all, as on fal's own server, whose bounded queue drops the oldest silently.
 * draw-fast relies on that: it drops what is older than the newest it has shown, and asks again only when its newest
 * request has had no answer for 5 s. Any notice would reach `onResult` of clients before 0.7, which expect a picture.
 */
export const falWs: SocketDialect = {
  id: 'fal-ws',
  reply: 'socket',
  messageLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
  opensOn: 'connect',
  policy,
  translator: (context) => new FalTranslator(context),
}

/** `max_buffering` of the URL, 1 to 60 as in fal's client; without it the newest request alone waits. */
function policy(query: URLSearchParams): SessionPolicy {
  const asked = Number(query.get('max_buffering') ?? 1)
  const depth = Number.isInteger(asked) && asked >= 1 && asked <= 60 ? asked : 1
  return { mailbox: { depth, whenFull: 'drop-oldest' }, credit: depth + 1, maxRunning: 1 }
}

class FalTranslator implements Translator {
  readonly #context: DialectContext
  readonly #inFlight = new Map<number, FalEcho>()
  #nextSeq = 0

  constructor(context: DialectContext) {
    this.#context = context
  }

  decode(input: Inbound): Decoded[] {
    if (typeof input !== 'string') {
      const message = 'This door takes JSON text; binary (msgpack) messages are not understood here'
      return [{ kind: 'problem', error: { code: 'invalid_message', message } }]
    }
    const json = parseJson(input)
    if (!json.ok) {
      return [
        {
          kind: 'problem',
          error: { code: 'not_json', message: 'A message must be JSON', value: echo(input) },
        },
      ]
    }
    const seq = this.#nextSeq++
    const { model, randomSeed } = this.#context
    const parsed = parseFalInput(json.value, model, randomSeed)
    if (!parsed.ok) {
      this.#inFlight.set(seq, { requestId: requestIdOf(json.value), prompt: '' })
      return [{ kind: 'refuse', frame: { seq, rev: seq }, error: parsed.error }]
    }
    const { params, image, requestId } = parsed.input
    this.#inFlight.set(seq, { requestId, prompt: params.prompt })
    return [{ kind: 'frame', frame: { seq, rev: seq, mode: 'live', image }, params }]
  }

  encode(event: SessionEvent): Outbound[] {
    if (event.type === 'problem') return [control(falSocketError(event.error, undefined))]
    if (!isTerminal(event)) return []
    const remembered = this.#inFlight.get(event.seq) ?? { requestId: '', prompt: '' }
    this.#inFlight.delete(event.seq)
    if (event.type === 'superseded') return []
    if (event.type !== 'image') return [control(falSocketError(event.error, remembered.requestId))]
    const data = JSON.stringify(falOutput([event], remembered))
    return [{ kind: 'image', seq: event.seq, data, replacedBy: () => undefined }]
  }
}

function requestIdOf(body: unknown): string {
  const id = isRecord(body) ? body['request_id'] : undefined
  return typeof id === 'string' ? id : ''
}

function control(body: Record<string, unknown>): Outbound {
  return { kind: 'control', data: JSON.stringify(body) }
}
