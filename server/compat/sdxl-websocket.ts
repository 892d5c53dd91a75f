// jimgoo/sdxl-websocket's wire: one request per socket, a grid of pictures, a message per step. Its page ends only at
// step === steps - 1 and then closes, so the full-size pictures travel in that very message, and an error, which it
// could not show otherwise, as a picture in it.
import { encode as encodeMsgpack } from '@msgpack/msgpack'
import { previewFor, previewWant } from '../../lib/protocol/preview.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../lib/protocol/version.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { nthPicture } from '../session/fit-params.ts'
import { isTerminal } from '../session/session-event.ts'
import type { ImageEvent, SessionEvent, TerminalEvent } from '../session/session-event.ts'
import type { Decoded, DialectContext, Inbound, Outbound, SocketDialect, Translator } from './dialect.ts'
import { errorCard } from './error-card.ts'
import { toBase64 } from './image-text.ts'
import { DEFAULT_STEPS, MAX_SAMPLES, parseSdxlRequest, wantsBinary } from './sdxl-request.ts'
import type { SdxlRequest } from './sdxl-request.ts'
import { parseJson } from './validation.ts'

/** As the original's thumbnails: at most this on the longer side, at PIL's default quality. */
const PREVIEW = { side: 256, codec: 'jpeg', quality: 75 } as const
const OUTPUT = { codec: 'jpeg', quality: 75 } as const

export const sdxlWebsocket: SocketDialect = {
  id: 'sdxl-websocket',
  reply: 'socket',
  messageLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
  opensOn: 'connect',
  // Its page tells of nothing that happens on an open socket; a refused handshake it shows.
  unauthorizedAt: 'handshake',
  policy: () => ({
    mailbox: { depth: MAX_SAMPLES, whenFull: 'reject-new' },
    credit: MAX_SAMPLES,
    maxRunning: MAX_SAMPLES,
  }),
  translator: (context) => new SdxlTranslator(context),
}

interface Sample {
  /** 0 to 1 of its steps. */
  done: number
  preview: Uint8Array | undefined
  image: ImageEvent | undefined
}

interface Grid {
  readonly request: SdxlRequest
  readonly want: PreviewWant
  readonly samples: Map<number, Sample>
}

class SdxlTranslator implements Translator {
  readonly #context: DialectContext
  #nextSeq = 0
  #grid: Grid | undefined

  constructor(context: DialectContext) {
    this.#context = context
  }

  decode(input: Inbound): Decoded[] {
    if (this.#grid) return [note('One request at a time on one socket; open another for more')]
    const json = parseJson(typeof input === 'string' ? input : new TextDecoder().decode(input))
    const parsed = json.ok ? parseSdxlRequest(json.value, this.#context) : NOT_JSON
    if (!parsed.ok) {
      const binary = wantsBinary(json.ok ? json.value : undefined)
      return [
        { kind: 'reply', out: lastMessage(parsed.steps, [errorCard(parsed.error.message)], { binary }) },
      ]
    }
    return this.#begin(parsed.request)
  }

  #begin(request: SdxlRequest): Decoded[] {
    const { params, samples, steps, callbackSteps, callbackStart } = request
    // The original counts its own steps; ours are fewer, and each stands for several of those.
    const ratio = params.steps / steps
    const want = previewWant({
      ...PREVIEW,
      everySteps: callbackSteps === 0 ? 0 : Math.min(50, Math.max(1, Math.round(callbackSteps * ratio))),
      fromStep: Math.min(50, Math.max(1, Math.ceil(callbackStart * ratio))),
    })
    this.#grid = { request, want, samples: new Map() }
    return Array.from({ length: samples }, (_, index): Decoded => {
      const seq = this.#nextSeq++
      const own = nthPicture(request, index)
      this.#grid?.samples.set(seq, { done: 0, preview: undefined, image: undefined })
      const how = { mode: 'live', image: undefined, preview: want, output: OUTPUT } as const
      const frame = { seq, rev: seq, ...how, wanted: own.wanted }
      return { kind: 'frame', frame, params: own.params }
    })
  }

  encode(event: SessionEvent): Outbound[] {
    const grid = this.#grid
    if (event.type === 'problem') return this.#fail(grid, event.error)
    const sample = grid && 'seq' in event ? grid.samples.get(event.seq) : undefined
    if (!grid || !sample) return []
    if (event.type === 'step') {
      sample.done = event.step / event.steps
      const preview = previewFor(event, grid.want)
      if (preview) sample.preview = preview.image
      return progress(grid, preview !== undefined)
    }
    return isTerminal(event) ? this.#end(grid, sample, event) : []
  }

  #end(grid: Grid, sample: Sample, event: TerminalEvent): Outbound[] {
    if (event.type === 'superseded') return this.#fail(grid, LOST)
    if (event.type !== 'image') return this.#fail(grid, event.error)
    sample.image = event
    sample.done = 1
    const images = [...grid.samples.values()].flatMap(({ image }) => image ?? [])
    if (images.length < grid.samples.size) return progress(grid, false)
    this.#grid = undefined
    const { steps, binary } = grid.request
    const artifacts = images.map(({ image }) => image)
    return [lastMessage(steps, artifacts, { binary, used: used(images) })]
  }

  /** The rest of the grid is of no use any more: the page closes the socket on this, which ends it. */
  #fail(grid: Grid | undefined, error: WireError): Outbound[] {
    this.#grid = undefined
    const { steps, binary } = grid?.request ?? { steps: DEFAULT_STEPS, binary: true }
    return [lastMessage(steps, [errorCard(error.message)], { binary })]
  }
}

const NOT_JSON = {
  ok: false,
  steps: DEFAULT_STEPS,
  error: { code: 'not_json', message: 'The request must be one JSON text' },
} as const
const LOST: WireError = { code: 'internal', message: 'The server lost this picture; ask for it again' }

/** Where the whole grid is on the client's own scale of steps; the pictures of those that have one, when it shows. */
function progress({ request, samples }: Grid, shows: boolean): Outbound[] {
  const all = [...samples.values()]
  const done = all.reduce((sum, sample) => sum + sample.done, 0) / all.length
  const step = Math.min(request.steps - 2, Math.round(done * request.steps) - 1)
  if (step < 0) return []
  const pack = (body: Record<string, unknown>) => packed(body, request.binary)
  // Words first: a slow reader may lose the pictures, never the step.
  const words: Outbound = { kind: 'control', data: pack({ step }) }
  if (!shows) return [words]
  const previews = all.flatMap(({ preview }) => preview ?? [])
  return [words, { kind: 'preview', data: pack({ step, artifacts: artifactsOf(previews, request.binary) }) }]
}

interface Packing {
  readonly binary: boolean
  readonly used?: Record<string, unknown>
}

function lastMessage(steps: number, images: readonly Uint8Array[], { binary, used }: Packing): Outbound {
  const body = {
    step: steps - 1,
    artifacts: artifactsOf(images, binary),
    ...(used === undefined ? {} : { used }),
  }
  return { kind: 'control', data: packed(body, binary) }
}

function artifactsOf(images: readonly Uint8Array[], binary: boolean): unknown[] {
  return binary ? [...images] : images.map((image) => ({ base64: toBase64(image) }))
}

function packed(body: Record<string, unknown>, binary: boolean): string | Uint8Array {
  return binary ? encodeMsgpack(body) : JSON.stringify(body)
}

/** What the model made of the request. */
function used(images: readonly ImageEvent[]): Record<string, unknown> {
  const seeds = images.map(({ seed }) => seed)
  const [first] = images
  if (!first) return { seeds }
  const { steps, width, height, guidanceScale } = first.params
  return { steps, width, height, cfg_scale: guidanceScale, seeds }
}

/** In binary mode its page overlooks text, so that a word may be said beside. */
function note(status: string): Decoded {
  return { kind: 'reply', out: { kind: 'control', data: JSON.stringify({ status }) } }
}
