import { ERROR_TABLE } from '../../lib/protocol/errors.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../lib/protocol/version.ts'
import { nthPicture } from '../session/fit-params.ts'
import type { ImageEvent, TerminalEvent } from '../session/session-event.ts'
import type {
  Decoded,
  DialectId,
  Exchange,
  Inbound,
  OnceAnswer,
  OnceContext,
  OnceDialect,
} from './dialect.ts'
import type { FalApp } from './fal-apps.ts'
import { filePath, UPLOAD_LIMIT_BYTES } from './fal-files.ts'
import type { FalFiles } from './fal-files.ts'
import { originOf } from './fal-hosts.ts'
import { MAX_IMAGES, parseFalInput } from './fal-input.ts'
import type { FalInput } from './fal-input.ts'
import {
  asDataUri,
  falErrorBody,
  falErrorHeaders,
  falOutput,
  falStatus,
  INFERENCE_TIME,
  inferenceSeconds,
} from './fal-output.ts'
import type { PicturePlace } from './fal-output.ts'
import { echo, parseJson } from './validation.ts'

/** Where requests of one caller wait for each other and never supersede each other; one too many is 429. */
export interface FalLine {
  /** Doors of one id share a line. */
  readonly id: DialectId
  /** Requests of one caller that may wait. */
  readonly depth: number
}

const PLAIN_LINE: FalLine = { id: 'fal-rest', depth: 16 }

export interface FalRestOptions {
  readonly app: FalApp
  readonly files: FalFiles
  readonly line?: FalLine
}

/** `POST /{app}`: JSON in, JSON out. By GET, which `run` can be told to use, the query is the input. */
export function falRest(options: FalRestOptions): OnceDialect {
  const { id, depth } = options.line ?? PLAIN_LINE
  return {
    id,
    reply: 'once',
    messageLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
    imageLimitBytes: UPLOAD_LIMIT_BYTES,
    // Requests wait as one each, however many pictures they ask for; credit counts pictures.
    policy: {
      mailbox: { depth, whenFull: 'reject-new' },
      credit: (depth + 1) * MAX_IMAGES,
      maxRunning: 1,
    },
    exchange: (context) => new FalExchange(options, context),
  }
}

function inputOfQuery(query: URLSearchParams): { readonly ok: true; readonly value: unknown } {
  return { ok: true, value: Object.fromEntries(query) }
}

export class FalExchange implements Exchange {
  readonly #options: FalRestOptions
  readonly #context: OnceContext
  #input: FalInput | undefined

  constructor(options: FalRestOptions, context: OnceContext) {
    this.#options = options
    this.#context = context
  }

  get requestId(): string {
    return this.#input?.requestId ?? ''
  }

  decode(body: Inbound): Decoded[] {
    const { model, randomSeed, request } = this.#context
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
    const json = request.method === 'GET' ? inputOfQuery(request.query) : parseJson(text)
    if (!json.ok) {
      const error: WireError = { code: 'not_json', message: 'The body must be JSON', value: echo(text) }
      return [{ kind: 'problem', error }]
    }
    const { app, files } = this.#options
    const parsed = parseFalInput(json.value, { app, files, model, randomSeed })
    if (!parsed.ok) return [{ kind: 'problem', error: parsed.error }]
    this.#input = parsed.input
    const { image, imageUrl, mask, numImages } = parsed.input
    const { input } = parsed
    const seqs = Array.from({ length: numImages }, () => this.#context.nextSeq())
    const [batch = 0] = seqs
    return seqs.map((seq, index): Decoded => {
      const { params, wanted } = nthPicture(input, index)
      const frame = { seq, rev: seq, mode: 'live', image, ...(mask && { mask }), batch, wanted } as const
      return { kind: 'frame', frame, params, ...(imageUrl === undefined ? {} : { imageUrl }) }
    })
  }

  answer(ends: readonly TerminalEvent[]): OnceAnswer {
    const pictures = ends.filter((end) => end.type === 'image')
    const input = this.#input
    if (input && pictures.length === ends.length && pictures.length > 0) {
      const answer = this.#json(
        200,
        falOutput(pictures, input.requestId, input.syncMode ? asDataUri : this.#asAddress()),
      )
      return {
        ...answer,
        headers: { ...answer.headers, [INFERENCE_TIME]: String(inferenceSeconds(pictures)) },
      }
    }
    const failed = ends.find((end) => end.type === 'refused' || end.type === 'failed')
    return this.refuse(
      failed?.error ?? { code: 'internal', message: 'The server lost this request; send it again' },
    )
  }

  /** What `sync_mode: false` asks for: the picture stays here for a while, and the reply says where. */
  #asAddress(): PicturePlace {
    const { files } = this.#options
    const origin = originOf(this.#context.request.headers)
    return (event: ImageEvent) => {
      const file_name = `${this.#context.requestId}-${event.seed}.${event.codec === 'jpeg' ? 'jpg' : event.codec}`
      return { url: `${origin}${filePath(files.put(event.image), file_name)}`, file_name }
    }
  }

  refuse(error: WireError): OnceAnswer {
    const answer = this.#json(falStatus(error), falErrorBody(error))
    const seconds = Math.ceil((error.retryAfterMs ?? 1000) / 1000)
    const again = ERROR_TABLE[error.code].retryable ? { 'retry-after': String(seconds) } : {}
    return { ...answer, headers: { ...answer.headers, ...again, ...falErrorHeaders(error) } }
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
