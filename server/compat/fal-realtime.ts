// fal's sockets. Text in is JSON and gets JSON text back; binary in is msgpack and gets msgpack back: the type of the
// message decides, not the path. Notices and errors are always text, because clients from 0.7 on hand any binary
// message to `onResult` unread. The only importer of msgpack for fal.
import { decode as decodeMsgpack, encode as encodeMsgpack } from '@msgpack/msgpack'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../lib/protocol/version.ts'
import { nthPicture } from '../session/fit-params.ts'
import type { SessionPolicy } from '../session/policy.ts'
import { isTerminal } from '../session/session-event.ts'
import type { ImageEvent, SessionEvent, TerminalEvent } from '../session/session-event.ts'
import type { Decoded, DialectContext, Inbound, Outbound, SocketDialect, Translator } from './dialect.ts'
import { DEFAULT_APP, findFalApp } from './fal-apps.ts'
import type { FalApp } from './fal-apps.ts'
import { UPLOAD_LIMIT_BYTES } from './fal-files.ts'
import type { FalFiles } from './fal-files.ts'
import { appOfHost } from './fal-hosts.ts'
import { MAX_IMAGES, parseFalInput } from './fal-input.ts'
import { asBytes, asDataUri, falOutput, falSocketError } from './fal-output.ts'
import { MSGPACK_LIMITS, msgpackShapeProblem } from './msgpack-shape.ts'
import { echo, isRecord, parseJson } from './validation.ts'

export interface FalRealtimeOptions {
  /** `undefined`: the app that the host names, else the default. */
  readonly app: FalApp | undefined
  readonly files: FalFiles
}

/**
 * A superseded request gets no answer at all, as on fal's own server, whose bounded queue drops the oldest silently.
 * draw-fast relies on that: it drops what is older than the newest it has shown, and asks again only when its newest
 * request has had no answer for 5 s. Any notice would reach `onResult` of clients before 0.7, which expect a picture.
 */
export function falRealtime(options: FalRealtimeOptions): SocketDialect {
  return {
    id: 'fal-realtime',
    reply: 'socket',
    messageLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
    opensOn: 'connect',
    unauthorizedAt: 'message',
    // Any other code than 1000 reaches the application as an error; after 1000 the client asks for a new token.
    closeCodes: { unauthorized: 1000 },
    imageLimitBytes: UPLOAD_LIMIT_BYTES,
    idle: { afterMs: IDLE_MS, close: { code: 1000, reason: 'no inputs' } },
    policy,
    translator: (context) => new FalTranslator(options, context),
  }
}

/** fal gives up a socket after half a minute without inputs; a pause to look at a drawing is often longer. */
export const IDLE_MS = 60_000

/** In fal's own words: clients from 0.8.6 on overlook it, come to rest, and dial again when they have something to send. */
const TIMED_OUT = { type: 'x-fal-error', error: 'TIMEOUT', reason: 'no inputs, reconnect when needed!' }

/** `max_buffering` of the URL, 1 to 60 as in fal's client; without it the newest request alone waits. */
function bufferingOf(query: URLSearchParams): number {
  const asked = Number(query.get('max_buffering') ?? 1)
  return Number.isInteger(asked) && asked >= 1 && asked <= 60 ? asked : 1
}

/** Who lets more than one request wait wants an answer to each. */
function wantsEach(buffering: number): boolean {
  return buffering > 1
}

function policy(query: URLSearchParams): SessionPolicy {
  const depth = bufferingOf(query)
  // Requests wait as one each, however many pictures they ask for; credit counts pictures, of two requests that run, too.
  return {
    mailbox: { depth, whenFull: 'drop-oldest' },
    credit: (depth + 2) * MAX_IMAGES,
    maxRunning: 1,
    overlaps: !wantsEach(depth),
  }
}

/** One request in flight: one picture or several, answered together. */
interface Asked {
  readonly requestId: string
  readonly binary: boolean
  readonly pictures: ImageEvent[]
  open: number
  failed: boolean
}

class FalTranslator implements Translator {
  readonly #app: FalApp
  readonly #files: FalFiles
  readonly #context: DialectContext
  readonly #wantsEach: boolean
  readonly #inFlight = new Map<number, Asked>()
  #nextSeq = 0

  constructor({ app, files }: FalRealtimeOptions, context: DialectContext) {
    this.#app = app ?? findFalApp(appOfHost(context.request.headers['host']) ?? '') ?? DEFAULT_APP
    this.#files = files
    this.#context = context
    this.#wantsEach = wantsEach(bufferingOf(context.request.query))
  }

  decode(message: Inbound): Decoded[] {
    const body = typeof message === 'string' ? parseJson(message) : parseMsgpack(message)
    const binary = typeof message !== 'string'
    if (!body.ok) return [unreadable(message)]
    const { model, randomSeed } = this.#context
    const parsed = parseFalInput(body.value, { app: this.#app, files: this.#files, model, randomSeed })
    if (!parsed.ok) {
      const [seq] = this.#remember(requestIdOf(body.value), binary, 1)
      return [{ kind: 'refuse', frame: { seq, rev: seq }, error: parsed.error }]
    }
    const { input } = parsed
    const { image, imageUrl, mask, requestId, numImages } = input
    const seqs = this.#remember(requestId, binary, numImages)
    const [batch] = seqs
    return seqs.map((seq, index) => {
      const { params, wanted } = nthPicture(input, index)
      const frame = { seq, rev: seq, mode: 'live', image, ...(mask && { mask }), batch, wanted } as const
      return { kind: 'frame', frame, params, ...(imageUrl === undefined ? {} : { imageUrl }) }
    })
  }

  #remember(requestId: string, binary: boolean, count: number): [number, ...number[]] {
    const asked: Asked = { requestId, binary, pictures: [], open: count, failed: false }
    const first = this.#nextSeq
    const seqs: [number, ...number[]] = [first]
    for (let seq = first + 1; seq < first + count; seq++) seqs.push(seq)
    for (const seq of seqs) this.#inFlight.set(seq, asked)
    this.#nextSeq = first + count
    return seqs
  }

  encode(event: SessionEvent): Outbound[] {
    // The one error that makes fal's clients forget their token and ask for a new one.
    if (event.type === 'problem' && event.error.code === 'unauthorized')
      return [control({ status: 'error', error: 'Unauthorized', reason: event.error.message })]
    if (event.type === 'problem') return [control(falSocketError(event.error, undefined))]
    return isTerminal(event) ? this.#end(event) : []
  }

  idle(): Outbound[] {
    return [control(TIMED_OUT)]
  }

  #end(event: TerminalEvent): Outbound[] {
    const asked = this.#inFlight.get(event.seq)
    if (!asked) return []
    this.#inFlight.delete(event.seq)
    asked.open -= 1
    if (event.type === 'image') {
      asked.pictures.push(event)
      return asked.open === 0 && !asked.failed ? [this.#answer(event.seq, answerData(asked, this.#app))] : []
    }
    // One picture less is no answer: the request ends here, once.
    const isNews = !asked.failed && event.type !== 'superseded'
    asked.failed = true
    return isNews ? [control(falSocketError(event.error, asked.requestId))] : []
  }

  /** Where each request wants its answer, a newer one does not take its place on a slow connection. */
  #answer(seq: number, data: string | Uint8Array): Outbound {
    return this.#wantsEach
      ? { kind: 'control', data }
      : { kind: 'image', seq, data, replacedBy: () => undefined }
  }
}

function answerData({ pictures, requestId, binary }: Asked, app: FalApp): string | Uint8Array {
  const output = falOutput(pictures, requestId, binary ? asBytes : asDataUri)
  if (!binary) return JSON.stringify(output)
  return encodeMsgpack(app.hasBareImage ? { ...output, image: pictures[0]?.image } : output)
}

function parseMsgpack(
  bytes: Uint8Array,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  // Eight megabytes of nested lists take the decoder many seconds, and so do five bytes that claim a list of millions.
  if (msgpackShapeProblem(bytes) !== undefined) return { ok: false }
  try {
    return { ok: true, value: decodeMsgpack(bytes, MSGPACK_LIMITS) }
  } catch {
    return { ok: false }
  }
}

function unreadable(input: Inbound): Decoded {
  if (typeof input === 'string')
    return {
      kind: 'problem',
      error: { code: 'not_json', message: 'A text message must be JSON', value: echo(input) },
    }
  const message = 'A binary message must be one msgpack value'
  return { kind: 'problem', error: { code: 'invalid_message', message, value: `${input.length} bytes` } }
}

function requestIdOf(body: unknown): string {
  const id = isRecord(body) ? body['request_id'] : undefined
  return typeof id === 'string' ? id : ''
}

function control(body: Record<string, unknown>): Outbound {
  return { kind: 'control', data: JSON.stringify(body) }
}
