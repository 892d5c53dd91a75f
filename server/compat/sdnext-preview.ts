// SD.Next's proposed preview socket (its PR 4936, modules/api/preview.py): JSON about every step and, where there is
// one, a JPEG right after it. Whether a page is hidden is that page's own business here, not everybody's.
import { previewFor, previewWant } from '../../lib/protocol/preview.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import { isTerminal } from '../session/session-event.ts'
import type { SessionEvent, TerminalEvent } from '../session/session-event.ts'
import { A1111_DOOR } from './a1111.ts'
import type { Decoded, DialectContext, Inbound, Outbound, SocketDialect, Translator } from './dialect.ts'
import { isRecord, parseJson } from './validation.ts'

/** As SD.Next's own live previews; pollers of `/internal/progress` get the same form, so it is encoded once for both. */
export const SDNEXT_FORM = { side: 256, codec: 'jpeg', quality: 60 } as const
const MAX_EVERY = 20

export const sdnextPreview: SocketDialect = {
  id: 'sdnext-preview',
  reply: 'socket',
  messageLimitBytes: 64 * 1024,
  opensOn: 'connect',
  unauthorizedAt: 'handshake',
  watchesOnly: true,
  policy: () => ({ mailbox: { depth: 1, whenFull: 'reject-new' }, credit: 1, maxRunning: 1 }),
  translator: (context) => new PreviewTranslator(context),
}

class PreviewTranslator implements Translator {
  #visible = true
  #every: number

  /** `?interval=` is SD.Next's live_preview_ws_interval, 1 to 20 steps. */
  constructor({ request }: DialectContext) {
    this.#every = everyOf(request.query.get('interval') ?? 1) ?? 1
  }

  begin(): Decoded[] {
    return [this.#follow()]
  }

  decode(input: Inbound): Decoded[] {
    const json = parseJson(typeof input === 'string' ? input : '')
    const body = json.ok && isRecord(json.value) ? json.value : {}
    if (body['type'] !== 'visibility') return [UNKNOWN]
    this.#visible = body['visible'] !== false
    this.#every = everyOf(body['interval']) ?? this.#every
    return [this.#follow()]
  }

  #follow(): Decoded {
    return { kind: 'follow', want: this.#want(), door: A1111_DOOR }
  }

  #want(): PreviewWant | undefined {
    return this.#visible ? previewWant({ ...SDNEXT_FORM, everySteps: this.#every }) : undefined
  }

  encode(event: SessionEvent): Outbound[] {
    if (event.type === 'problem')
      return [control({ active: false, error: event.error.message, has_image: false })]
    if (event.type === 'started') return this.#visible ? [control({ ...IDLE, active: true })] : []
    if (event.type === 'step') return this.#step(event)
    return isTerminal(event) && !goesOn(event) ? [control({ ...IDLE, progress: 1, completed: true })] : []
  }

  #step(event: Extract<SessionEvent, { type: 'step' }>): Outbound[] {
    const { step, steps } = event
    if (!this.#visible || step % this.#every !== 0) return []
    const preview = previewFor(event, this.#want())
    const progress = Math.round((100 * step) / steps) / 100
    const body = { ...IDLE, active: true, step, steps, progress, has_image: preview !== undefined }
    if (!preview) return [control(body)]
    return [{ kind: 'preview', lead: JSON.stringify(body), data: preview.image }]
  }
}

const IDLE = {
  active: false,
  step: 0,
  steps: 0,
  progress: 0,
  job: 'txt2img',
  paused: false,
  has_image: false,
}

const UNKNOWN: Decoded = {
  kind: 'problem',
  error: {
    code: 'unknown_type',
    message: 'Send {"type":"visibility","visible":true} or false',
    field: 'type',
    range: 'visibility',
  },
}

/** The page takes its picture down at `completed`: that is the end of a request, not of one of its pictures. */
function goesOn(event: TerminalEvent): boolean {
  return 'rest' in event && event.rest !== undefined && event.rest > 0
}

function everyOf(value: unknown): number | undefined {
  const every = Number(value ?? Number.NaN)
  return Number.isInteger(every) && every >= 1 && every <= MAX_EVERY ? every : undefined
}

function control(body: Record<string, unknown>): Outbound {
  return { kind: 'control', data: JSON.stringify(body) }
}
