import * as v from 'valibot'
import { ImageMetaSchema, type ServerMessage, ServerMessageSchema } from '../../protocol/control.ts'
import { decodeBinary, encodeBinary } from '../../protocol/frame.ts'
import { sniffCodec } from '../../protocol/image-bytes.ts'
import { PROTOCOL_VERSION } from '../../protocol/version.ts'
import { AppError, messageOf } from '../../std/errors.ts'
import type { Socket } from '../environment.ts'
import { Pace } from '../pace.ts'
import { fromDataUri, toDataUri } from '../data-uri.ts'
import type { FrameEnd, Link, LinkOptions, Sent, Sketch } from './link.ts'

const REV = 1

/** One WebSocket on the native door; frames as the binary header with bytes, or as JSON with base64. */
export function openSocketLink(options: LinkOptions): Promise<Link> {
  return new Promise((resolve, reject) => {
    const link: SocketLink = new SocketLink(options, { ready: () => resolve(link), failed: reject })
  })
}

interface Opening {
  ready(): void
  failed(error: AppError): void
}

class SocketLink implements Link {
  readonly #options: LinkOptions
  readonly #opening: Opening
  readonly #socket: Socket
  readonly #pace = new Pace()
  readonly #ends = new Map<number, (end: FrameEnd) => void>()
  #window = 1
  #seq = 0
  #lostBecause: string | undefined

  constructor(options: LinkOptions, opening: Opening) {
    this.#options = options
    this.#opening = opening
    this.#socket = options.env.openSocket(options.socketUrl, {
      open: () => this.#say({ type: 'hello', protocol: PROTOCOL_VERSION, client: 'sketchwire-benchmark' }),
      message: (data) => this.#receive(data),
      close: (code, reason) => this.#lost(reason === '' ? `The connection closed with ${code}` : reason),
    })
  }

  get window(): number {
    return this.#window
  }

  get lost(): boolean {
    return this.#lostBecause !== undefined
  }

  waitMs(nowMs: number): number {
    return this.#pace.waitMs(nowMs)
  }

  snapshotTook(ms: number): void {
    this.#pace.snapshotMs = ms
  }

  async send(sketch: Sketch): Promise<Sent> {
    const seq = ++this.#seq
    const packed =
      this.#options.transport === 'binary' ? packBinary(sketch, seq) : await packJson(sketch, seq)
    const end = new Promise<FrameEnd>((resolve) => this.#ends.set(seq, resolve))
    const sentAtMs = this.#options.env.clock.now()
    // It may have gone while the drawing was packed: nobody would answer.
    if (this.#lostBecause === undefined) this.#socket.send(packed)
    else this.#end(seq, { kind: 'failed', message: this.#lostBecause })
    return { seq, sentAtMs, bytes: packed.length, end }
  }

  close(): void {
    this.#socket.close()
    this.#lost('Closed by the page')
  }

  #say(message: object): void {
    this.#socket.send(JSON.stringify(message))
  }

  #lost(reason: string): void {
    this.#lostBecause ??= reason
    this.#opening.failed(new AppError('connection_lost', reason))
    for (const seq of [...this.#ends.keys()]) this.#end(seq, { kind: 'failed', message: reason })
  }

  #end(seq: number, end: FrameEnd): void {
    const told = this.#ends.get(seq)
    this.#ends.delete(seq)
    const left = [...this.#ends.keys()]
    this.#pace.ended(seq, this.#options.env.clock.now(), { done: end.kind === 'picture', left })
    told?.(end)
  }

  #receive(data: unknown): void {
    const receivedAtMs = this.#options.env.clock.now()
    try {
      if (typeof data === 'string') this.#json(data, receivedAtMs)
      else if (data instanceof ArrayBuffer) this.#binary(data, receivedAtMs)
    } catch (error) {
      this.#socket.close()
      this.#lost(`The server sent something this page cannot read: ${messageOf(error)}`)
    }
  }

  #json(text: string, receivedAtMs: number): void {
    this.#options.onBytes(text.length)
    const parsed = v.safeParse(ServerMessageSchema, JSON.parse(text))
    // A newer server may say more than this page knows.
    if (parsed.success) this.#message(parsed.output, receivedAtMs)
  }

  #message(message: ServerMessage, receivedAtMs: number): void {
    switch (message.type) {
      case 'welcome':
        this.#window = Math.max(1, message.credit)
        this.#pace.credit = message.credit
        this.#say({ type: 'params', rev: REV, params: this.#options.params })
        if (this.#options.previews) this.#say({ type: 'previews', everySteps: 1 })
        return this.#opening.ready()
      case 'started':
        return this.#pace.started(message.seq, receivedAtMs)
      case 'image': {
        const image = fromDataUri(message.image)
        const codec = sniffCodec(image) ?? 'jpeg'
        return this.#end(message.seq, {
          kind: 'picture',
          receivedAtMs,
          image,
          codec,
          timings: message.timings,
        })
      }
      case 'superseded':
        return this.#end(message.seq, { kind: 'superseded', by: message.by })
      case 'refused':
      case 'failed':
        return this.#end(message.seq, { kind: 'failed', message: message.message })
      case 'error':
        return this.#lost(message.message)
      default:
        return
    }
  }

  #binary(data: ArrayBuffer, receivedAtMs: number): void {
    this.#options.onBytes(data.byteLength)
    const message = decodeBinary(new Uint8Array(data))
    if (message.kind !== 'image' || message.codec === 'none') return
    const { timings } = v.parse(ImageMetaSchema, message.meta)
    const end = { receivedAtMs, image: message.image.slice(), codec: message.codec, timings }
    this.#end(message.seq, { kind: 'picture', ...end })
  }
}

function packBinary({ bytes: image, codec, width, height }: Sketch, seq: number): Uint8Array<ArrayBuffer> {
  return encodeBinary({
    kind: 'frame',
    codec,
    seq,
    paramsRev: REV,
    width,
    height,
    meta: { mode: 'live' },
    image,
  })
}

async function packJson({ bytes, codec }: Sketch, seq: number): Promise<string> {
  const image = await toDataUri(bytes, `image/${codec}`)
  return JSON.stringify({ type: 'frame', seq, rev: REV, image })
}
