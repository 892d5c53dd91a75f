// The WebSocket form of the SSE door: {prompt} in; {step,total_steps,image} for every picture, then {done: true}, out.
import { previewFor } from '../../lib/protocol/preview.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../lib/protocol/version.ts'
import { isTerminal } from '../session/session-event.ts'
import type { SessionEvent } from '../session/session-event.ts'
import type { Decoded, DialectContext, Inbound, Outbound, SocketDialect, Translator } from './dialect.ts'
import { imageText, parseGenerateRequest, previewGate, usedParams } from './generate-request.ts'
import type { GenerateRequest } from './generate-request.ts'
import { isRecord, parseJson } from './validation.ts'

const OUTPUT = { codec: 'jpeg', quality: 85 } as const

export const generateSocket: SocketDialect = {
  id: 'generate-socket',
  reply: 'socket',
  messageLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
  opensOn: 'connect',
  unauthorizedAt: 'handshake',
  // A newer prompt takes the place of one that waits; both end with a word.
  policy: () => ({ mailbox: { depth: 1, whenFull: 'drop-oldest' }, credit: 2, maxRunning: 1 }),
  translator: (context) => new GenerateTranslator(context),
}

interface Asked {
  readonly request: GenerateRequest
  readonly mayShow: () => boolean
}

class GenerateTranslator implements Translator {
  readonly #context: DialectContext
  readonly #inFlight = new Map<number, Asked>()
  #nextSeq = 0

  constructor(context: DialectContext) {
    this.#context = context
  }

  decode(input: Inbound): Decoded[] {
    const json = parseJson(typeof input === 'string' ? input : new TextDecoder().decode(input))
    if (!json.ok || !isRecord(json.value)) return [problem(NOT_JSON)]
    const parsed = parseGenerateRequest({ encoding: 'base64', ...json.value }, this.#context)
    if (!parsed.ok) return [problem(parsed.error)]
    const { params, wanted, want, intervalMs } = parsed.request
    const seq = this.#nextSeq++
    this.#inFlight.set(seq, {
      request: parsed.request,
      mayShow: previewGate(intervalMs, this.#context.nowMs),
    })
    const how = { mode: 'live', image: undefined, preview: want, output: OUTPUT } as const
    return [{ kind: 'frame', frame: { seq, rev: seq, ...how, wanted }, params }]
  }

  encode(event: SessionEvent): Outbound[] {
    if (event.type === 'problem') return [failure(event.error)]
    const asked = 'seq' in event ? this.#inFlight.get(event.seq) : undefined
    if (!asked) return []
    if (event.type === 'step') return step(asked, event)
    if (!isTerminal(event)) return []
    this.#inFlight.delete(event.seq)
    if (event.type === 'superseded') return [control({ done: true, superseded: true })]
    if (event.type !== 'image') return [failure(event.error)]
    const { encoding } = asked.request
    const place = { step: event.steps, total_steps: event.steps, image: imageText(event.image, encoding) }
    return [control({ ...place, used: usedParams(event.params) }), control({ done: true })]
  }
}

function step({ request, mayShow }: Asked, event: Extract<SessionEvent, { type: 'step' }>): Outbound[] {
  const place = { step: event.step, total_steps: event.steps }
  const preview = previewFor(event, request.want)
  if (!preview || !mayShow()) return [control(place)]
  const data = JSON.stringify({ ...place, image: imageText(preview.image, request.encoding) })
  return [control(place), { kind: 'preview', data }]
}

const NOT_JSON: WireError = { code: 'not_json', message: 'Send one JSON object with a prompt' }

function problem(error: WireError): Decoded {
  return { kind: 'problem', error }
}

function failure(error: WireError): Outbound {
  return control({ error: error.message, code: error.code, done: true })
}

function control(body: Record<string, unknown>): Outbound {
  return { kind: 'control', data: JSON.stringify(body) }
}
