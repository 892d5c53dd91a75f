import * as v from 'valibot'
import { ClientMessageSchema, FrameMetaSchema, FrameRefSchema } from '../../lib/protocol/control.ts'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/control.ts'
import { ERROR_TABLE, isErrorCode } from '../../lib/protocol/errors.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { binaryVersion, decodeBinary, encodeBinary, frameRefOf } from '../../lib/protocol/frame.ts'
import type { BinaryMessage } from '../../lib/protocol/frame.ts'
import { dataUri } from '../../lib/protocol/image-bytes.ts'
import { previewFor } from '../../lib/protocol/preview.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import { DEFAULT_CREDIT, NATIVE_MESSAGE_LIMIT_BYTES, PROTOCOL_VERSION } from '../../lib/protocol/version.ts'
import { AppError } from '../../lib/std/errors.ts'
import { assertNever } from '../../lib/std/assert.ts'
import { HELLO_FIRST } from '../session/refusals.ts'
import type { ImageEvent, SessionEvent } from '../session/session-event.ts'
import { isTerminal } from '../session/session-event.ts'
import type {
  Close,
  Decoded,
  DialectContext,
  Inbound,
  Outbound,
  SocketDialect,
  Translator,
} from './dialect.ts'
import { imageFromText, toBase64 } from './image-text.ts'
import { echo, isRecord, issueToError, parseJson } from './validation.ts'

/** Our own wire (lib/protocol/SPEC.md), in both encodings on one socket. */
export const native: SocketDialect = {
  id: 'native',
  reply: 'socket',
  messageLimitBytes: NATIVE_MESSAGE_LIMIT_BYTES,
  opensOn: 'hello',
  unauthorizedAt: 'message',
  policy: () => ({
    mailbox: { depth: 1, whenFull: 'drop-oldest' },
    credit: DEFAULT_CREDIT,
    maxRunning: 1,
    overlaps: true,
  }),
  translator: (context) => new NativeTranslator(context),
}

type Encoding = 'binary' | 'json'
type FrameEvent = Exclude<SessionEvent, { type: 'opened' | 'engine' | 'model' | 'problem' }>
type StepEvent = Extract<SessionEvent, { type: 'step' }>
type Preview = StepEvent['previews'][number]

class NativeTranslator implements Translator {
  readonly #context: DialectContext
  /** How each frame in flight came, so that its picture leaves the same way (SPEC W4). */
  readonly #encodings = new Map<number, Encoding>()
  #greeted = false
  #want: PreviewWant | undefined

  constructor(context: DialectContext) {
    this.#context = context
  }

  decode(input: Inbound): Decoded[] {
    try {
      return [typeof input === 'string' ? this.#decodeText(input) : this.#decodeBytes(input)]
    } catch (error) {
      if (!(error instanceof AppError) || !isErrorCode(error.code)) throw error
      const said = wireOf(error, error.code)
      const frame = typeof input === 'string' ? undefined : frameRefOf(input)
      return [frame ? { kind: 'refuse', frame, error: said } : problem(said)]
    }
  }

  #decodeBytes(bytes: Uint8Array): Decoded {
    const version = binaryVersion(bytes)
    if (version !== undefined && version !== PROTOCOL_VERSION) return wrongVersion(version)
    if (!this.#greeted) return problem(HELLO_FIRST)
    const message = decodeBinary(bytes)
    if (message.kind !== 'frame') {
      return problem({
        code: 'unknown_type',
        message: `Clients send kind 1 (frame), not ${message.kind}`,
        field: 'kind',
        value: message.kind,
        range: 'frame',
      })
    }
    const meta = v.safeParse(FrameMetaSchema, message.meta)
    const frame = { seq: message.seq, rev: message.paramsRev }
    if (!meta.success)
      return { kind: 'refuse', frame, error: issueToError(meta.issues[0], 'invalid_message') }
    this.#remember(frame.seq, 'binary')
    const image = message.codec === 'none' ? undefined : message.image
    return { kind: 'frame', frame: { ...frame, mode: meta.output.mode, image } }
  }

  #decodeText(text: string): Decoded {
    const json = parseJson(text)
    if (!json.ok)
      return problem({
        code: 'not_json',
        message: `A text message must be JSON, and this one ${json.message}`,
        value: echo(text),
      })
    const type = isRecord(json.value) ? json.value['type'] : undefined
    if (typeof type !== 'string')
      return problem({ code: 'invalid_message', message: 'type is missing', field: 'type' })
    if (!CLIENT_TYPES.includes(type)) {
      const message = `No message of type "${echo(type)}"; there are ${CLIENT_TYPES.join(', ')}`
      return problem({
        code: 'unknown_type',
        message,
        field: 'type',
        value: echo(type),
        range: CLIENT_TYPES.join(', '),
      })
    }
    const parsed = v.safeParse(ClientMessageSchema, json.value)
    if (parsed.success) return this.#accept(parsed.output)
    const error = issueToError(parsed.issues[0], type === 'params' ? 'invalid_params' : 'invalid_message')
    const frame = v.safeParse(FrameRefSchema, type === 'frame' && this.#greeted ? json.value : undefined)
    return frame.success ? { kind: 'refuse', frame: frame.output, error } : problem(error)
  }

  #accept(message: ClientMessage): Decoded {
    if (message.type === 'hello') return this.#greet(message.protocol)
    if (!this.#greeted) return problem(HELLO_FIRST)
    switch (message.type) {
      case 'params':
        return { kind: 'params', rev: message.rev, params: message.params, madeFor: message.model }
      case 'frame':
        return this.#jsonFrame(message)
      case 'previews':
        return this.#watch(message)
      case 'cancel':
        return { kind: 'cancel', seq: message.seq }
      case 'ping':
        return reply({ type: 'pong', clientMs: message.clientMs, serverMs: this.#context.nowMs() })
      default:
        return assertNever(message)
    }
  }

  #greet(protocol: number): Decoded {
    if (protocol !== PROTOCOL_VERSION) return wrongVersion(protocol)
    if (this.#greeted)
      return problem({
        code: 'invalid_message',
        message: 'hello was said already',
        field: 'type',
        value: 'hello',
      })
    this.#greeted = true
    return { kind: 'open' }
  }

  #watch({ everySteps, fromStep, side, codec, quality }: PreviewWant): Decoded {
    this.#want = { everySteps, fromStep, side, codec, quality }
    return { kind: 'previews', want: this.#want }
  }

  #jsonFrame(message: Extract<ClientMessage, { type: 'frame' }>): Decoded {
    const { seq, rev, mode } = message
    const image = message.image === undefined ? undefined : imageFromText(message.image, 'image')
    if (image && !image.ok) return { kind: 'refuse', frame: { seq, rev }, error: image.error }
    this.#remember(seq, 'json')
    return { kind: 'frame', frame: { seq, rev, mode, image: image?.bytes } }
  }

  /** A number that is used twice is refused by the session; the first use keeps its encoding. */
  #remember(seq: number, encoding: Encoding): void {
    if (this.#encodings.has(seq)) return
    const oldest = this.#encodings.keys().next()
    if (this.#encodings.size >= MAX_REMEMBERED && !oldest.done) this.#encodings.delete(oldest.value)
    this.#encodings.set(seq, encoding)
  }

  encode(event: SessionEvent): Outbound[] {
    switch (event.type) {
      case 'opened':
        return greeting(event)
      case 'engine':
        return [control(status(event.engine))]
      case 'model':
        return [control({ type: 'model', model: event.model })]
      case 'problem':
        return [control({ type: 'error', ...event.error })]
      default:
        return this.#encodeFrame(event)
    }
  }

  #encodeFrame(event: FrameEvent): Outbound[] {
    const encoding = this.#encodings.get(event.seq) ?? 'json'
    if (isTerminal(event)) this.#encodings.delete(event.seq)
    const { seq, rev } = event
    switch (event.type) {
      case 'started':
        return [control({ type: 'started', seq, rev })]
      case 'step':
        return [
          control({ type: 'step', seq, rev, step: event.step, steps: event.steps }),
          ...encodePreview(event, previewFor(event, this.#want), encoding),
        ]
      case 'image':
        return [encodeImage(event, encoding)]
      case 'superseded':
        return [control({ type: 'superseded', seq, rev, by: event.by })]
      case 'refused':
        return [control({ type: 'refused', seq, rev, ...event.error })]
      case 'failed':
        return [control({ type: 'failed', seq, rev, retryable: event.retryable, ...event.error })]
      default:
        return assertNever(event)
    }
  }
}

/** Far above any credit window; only a client that misuses numbers gets there. */
const MAX_REMEMBERED = 256
const CLIENT_TYPES = ['hello', 'params', 'frame', 'previews', 'cancel', 'ping']

/** What the engine has to say beside its state comes after it (SPEC W10). */
function greeting(event: Extract<SessionEvent, { type: 'opened' }>): Outbound[] {
  const { engine } = event
  return [control(welcome(event)), ...(engine.detail === undefined ? [] : [control(status(engine))])]
}

function welcome(event: Extract<SessionEvent, { type: 'opened' }>): ServerMessage {
  return {
    type: 'welcome',
    protocol: PROTOCOL_VERSION,
    session: event.session,
    credit: event.credit,
    messageLimitBytes: NATIVE_MESSAGE_LIMIT_BYTES,
    engine: event.engine.name,
    model: event.model,
  }
}

function status({ name, detail }: Extract<SessionEvent, { type: 'engine' }>['engine']): ServerMessage {
  return { type: 'status', engine: name, ...(detail === undefined ? {} : { detail }) }
}

/** Beside the step's own message, never in place of it: a preview may be dropped, progress may not. */
function encodePreview(event: StepEvent, preview: Preview | undefined, encoding: Encoding): Outbound[] {
  const { seq, rev, step, steps } = event
  if (!preview) return []
  const { image, codec, width, height } = preview
  if (encoding === 'binary') {
    const meta = { step, steps }
    return [
      {
        kind: 'preview',
        data: encodeBinary({ kind: 'preview', codec, seq, paramsRev: rev, width, height, meta, image }),
      },
    ]
  }
  const message: ServerMessage = {
    type: 'preview',
    seq,
    rev,
    step,
    steps,
    width,
    height,
    image: dataUri(codec, toBase64(image)),
  }
  return [{ kind: 'preview', data: JSON.stringify(message) }]
}

function encodeImage(event: ImageEvent, encoding: Encoding): Outbound {
  const { seq, rev, image, codec, width, height } = event
  const { mode, renderedWidth, renderedHeight, steps, seed, nsfwDetected, timings } = event
  const checked = nsfwDetected === undefined ? {} : { nsfwDetected }
  const meta = { mode, renderedWidth, renderedHeight, steps, seed, ...checked, timings }
  const replacedBy = (by: number) => control({ type: 'superseded', seq, rev, by })
  if (encoding === 'binary') {
    const message: BinaryMessage = { kind: 'image', codec, seq, paramsRev: rev, width, height, meta, image }
    return { kind: 'image', seq, data: encodeBinary(message), replacedBy }
  }
  const message: ServerMessage = {
    type: 'image',
    seq,
    rev,
    width,
    height,
    ...meta,
    image: dataUri(codec, toBase64(image)),
  }
  return { kind: 'image', seq, data: JSON.stringify(message), replacedBy }
}

function control(message: ServerMessage): Extract<Outbound, { kind: 'control' }> {
  return { kind: 'control', data: JSON.stringify(message) }
}

function reply(message: ServerMessage): Decoded {
  return { kind: 'reply', out: control(message) }
}

function problem(error: WireError, close?: Close): Decoded {
  return close ? { kind: 'problem', error, close } : { kind: 'problem', error }
}

function wrongVersion(version: number): Decoded {
  const message = `Protocol version ${version}, this server speaks ${PROTOCOL_VERSION}; reload the page`
  const code = ERROR_TABLE.protocol_version.closeCode
  const error = {
    code: 'protocol_version',
    message,
    field: 'protocol',
    value: echo(version),
    range: `${PROTOCOL_VERSION}`,
  } as const
  return problem(error, { code, reason: 'protocol version: reload the page' })
}

function wireOf(error: AppError, code: WireError['code']): WireError {
  return { code, message: error.message, ...error.place }
}
