import { ERROR_TABLE } from '../../lib/protocol/errors.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../lib/protocol/version.ts'
import type { TerminalEvent } from '../session/session-event.ts'
import type { Decoded, Exchange, Inbound, OnceAnswer, OnceContext, OnceDialect } from './dialect.ts'
import type { FalApp } from './fal-apps.ts'
import { parseFalInput } from './fal-input.ts'
import { falErrorBody, falOutput, falStatus } from './fal-output.ts'
import type { FalEcho } from './fal-output.ts'
import { echo, parseJson } from './validation.ts'

/** Requests of one caller wait for each other and never supersede each other; one too many is 429. */
const WAITING_PER_CALLER = 16

/** `POST /{app}`: JSON in, JSON out. */
export function falRest(app: FalApp): OnceDialect {
  return {
    id: 'fal-rest',
    reply: 'once',
    messageLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
    policy: {
      mailbox: { depth: WAITING_PER_CALLER, whenFull: 'reject-new' },
      credit: WAITING_PER_CALLER + 1,
      maxRunning: 1,
    },
    exchange: (context) => new FalExchange(app, context),
  }
}

class FalExchange implements Exchange {
  readonly #app: FalApp
  readonly #context: OnceContext
  #echo: FalEcho = { requestId: '', params: { prompt: '', strength: 0, guidanceScale: 0 } }

  constructor(app: FalApp, context: OnceContext) {
    this.#app = app
    this.#context = context
  }

  decode(body: Inbound): Decoded[] {
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
    const json = parseJson(text)
    if (!json.ok)
      return [
        { kind: 'problem', error: { code: 'not_json', message: 'The body must be JSON', value: echo(text) } },
      ]
    const { model, randomSeed } = this.#context
    const parsed = parseFalInput(json.value, { app: this.#app, model, randomSeed })
    if (!parsed.ok) return [{ kind: 'problem', error: parsed.error }]
    const { params, image, numImages } = parsed.input
    this.#echo = { requestId: parsed.input.requestId, params }
    return Array.from({ length: numImages }, (_, index): Decoded => {
      const seq = this.#context.nextSeq()
      const own = { ...params, seed: (params.seed + index) >>> 0 }
      return { kind: 'frame', frame: { seq, rev: seq, mode: 'live', image }, params: own }
    })
  }

  answer(ends: readonly TerminalEvent[]): OnceAnswer {
    const pictures = ends.filter((end) => end.type === 'image')
    if (pictures.length === ends.length && pictures.length > 0)
      return this.#json(200, falOutput(pictures, this.#echo))
    const failed = ends.find((end) => end.type === 'refused' || end.type === 'failed')
    return this.refuse(
      failed?.error ?? { code: 'internal', message: 'The server lost this request; send it again' },
    )
  }

  refuse(error: WireError): OnceAnswer {
    const answer = this.#json(falStatus(error), falErrorBody(error))
    const seconds = Math.ceil((error.retryAfterMs ?? 1000) / 1000)
    if (!ERROR_TABLE[error.code].retryable) return answer
    return { ...answer, headers: { ...answer.headers, 'retry-after': String(seconds) } }
  }

  #json(status: number, body: Record<string, unknown>): OnceAnswer {
    const headers = {
      'content-type': 'application/json',
      'x-fal-request-id': this.#context.requestId,
      'cache-control': 'no-store',
    }
    return { status, headers, body: JSON.stringify(body) }
  }
}
