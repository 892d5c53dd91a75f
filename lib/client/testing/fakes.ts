// Doubles for the client's tests: a browser that moves only when told to, and the server's end of its sockets.
import type { ImageMeta, ServerMessage } from '../../protocol/control.ts'
import { decodeBinary, encodeBinary } from '../../protocol/frame.ts'
import type { BinaryMessage } from '../../protocol/frame.ts'
import type { DrawParams, ModelInfo } from '../../protocol/params.ts'
import { FakeClock } from '../../std/testing/fake-clock.ts'
import type { Environment, Socket, SocketHandlers } from '../environment.ts'
import type { Snapshot } from '../types.ts'

export const DEFAULTS: DrawParams = {
  prompt: 'a house',
  strength: 0.8,
  seed: 1,
  steps: 4,
  guidanceScale: 1,
  width: 256,
  height: 256,
}

export const MODEL: ModelInfo = {
  id: 'fake',
  name: 'Fake',
  provider: 'cpu',
  sizes: [
    { width: 256, height: 256 },
    { width: 512, height: 512 },
  ],
  limits: { steps: [1, 8], strength: [0.1, 1], guidanceScale: [0, 10] },
  originalInferenceSteps: 50,
  strengthSemantics: 'lcm',
  defaults: DEFAULTS,
  refine: { width: 512, height: 512, steps: 8 },
  words: {},
}

const META: ImageMeta = {
  mode: 'live',
  renderedWidth: 256,
  renderedHeight: 256,
  steps: 4,
  seed: 1,
  timings: {
    waitMs: 0,
    decodeMs: 1,
    textEncodeMs: 0,
    vaeEncodeMs: 1,
    unetMs: [1],
    vaeDecodeMs: 1,
    encodeMs: 1,
    engineMs: 5,
    totalMs: 6,
  },
}

/** The server's end of one dialled socket. */
export class FakeSocket implements Socket {
  readonly sent: (string | Uint8Array<ArrayBuffer>)[] = []
  readonly #handlers: SocketHandlers
  readonly #answersPings: () => boolean
  buffered = 0
  closed = false

  constructor(handlers: SocketHandlers, answersPings: () => boolean) {
    this.#handlers = handlers
    this.#answersPings = answersPings
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.sent.push(data)
    if (typeof data !== 'string' || !this.#answersPings()) return
    const { type, clientMs } = JSON.parse(data) as { type: string; clientMs: number }
    if (type === 'ping') queueMicrotask(() => this.says({ type: 'pong', clientMs, serverMs: clientMs }))
  }

  bufferedBytes(): number {
    return this.buffered
  }

  close(): void {
    this.closed = true
  }

  open(): void {
    if (!this.closed) this.#handlers.open()
  }

  raw(data: unknown): void {
    if (!this.closed) this.#handlers.message(data)
  }

  says(message: ServerMessage): void {
    this.raw(JSON.stringify(message))
  }

  drops(code = 1006, reason = ''): void {
    if (this.closed) return
    this.closed = true
    this.#handlers.close(code, reason)
  }

  welcomes(over: Partial<Extract<ServerMessage, { type: 'welcome' }>> = {}): void {
    this.open()
    const limits = { credit: 2, messageLimitBytes: 1024 * 1024 }
    this.says({
      type: 'welcome',
      protocol: 1,
      session: 's',
      engine: 'ready',
      model: MODEL,
      ...limits,
      ...over,
    })
  }

  /** JSON messages the client sent, parsed. */
  texts(type: string): Record<string, unknown>[] {
    const all = this.sent
      .filter((data) => typeof data === 'string')
      .map((data) => JSON.parse(data) as Record<string, unknown>)
    return all.filter((message) => message['type'] === type)
  }

  frames(): BinaryMessage[] {
    return this.sent.filter((data) => typeof data !== 'string').map(decodeBinary)
  }

  /** Answers `frame` with a picture of its size. */
  paints(frame: Pick<BinaryMessage, 'seq' | 'paramsRev' | 'meta' | 'width' | 'height'>): void {
    const { seq, paramsRev, width, height } = frame
    const { mode } = frame.meta as { mode: 'live' | 'refine' }
    const meta = { ...META, mode }
    const image = Uint8Array.of(seq)
    this.raw(
      encodeBinary({ kind: 'image', codec: 'jpeg', seq, paramsRev, width, height, meta, image }).buffer,
    )
  }

  /** Sends a step preview of `frame`. */
  previews(frame: Pick<BinaryMessage, 'seq' | 'paramsRev'>, step: number, steps = 4): void {
    const { seq, paramsRev } = frame
    const size = { width: 32, height: 32 }
    const image = Uint8Array.of(step)
    this.raw(
      encodeBinary({ kind: 'preview', codec: 'jpeg', seq, paramsRev, ...size, meta: { step, steps }, image })
        .buffer,
    )
  }
}

export class FakeBitmap implements ImageBitmap {
  readonly width: number
  readonly height: number
  closed = false

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
  }

  close(): void {
    this.closed = true
  }
}

/** A browser without a browser. */
export class FakeWorld {
  readonly clock = new FakeClock()
  readonly sockets: FakeSocket[] = []
  readonly bitmaps: FakeBitmap[] = []
  readonly reported: unknown[] = []
  readonly #visibility = new Set<() => void>()
  readonly #online = new Set<() => void>()
  #frames: { run: () => void }[] = []
  hidden = false
  reducedMotion = false
  answersPings = true
  /** Replaceable, to make decoding slow or impossible. */
  decode: (blob: Blob) => Promise<FakeBitmap> = () => Promise.resolve(new FakeBitmap(256, 256))

  readonly env: Environment = {
    openSocket: (_url, handlers) => {
      const socket = new FakeSocket(handlers, () => this.answersPings)
      this.sockets.push(socket)
      return socket
    },
    clock: this.clock,
    epochMs: () => 1_000_000 + this.clock.now(),
    requestFrame: (run) => {
      const entry = { run }
      this.#frames.push(entry)
      return () => {
        this.#frames = this.#frames.filter((other) => other !== entry)
      }
    },
    random: () => 0.5,
    isHidden: () => this.hidden,
    onVisibilityChange: (listener) => subscribe(this.#visibility, listener),
    onOnline: (listener) => subscribe(this.#online, listener),
    prefersReducedMotion: () => this.reducedMotion,
    decodeImage: async (blob) => {
      const bitmap = await this.decode(blob)
      this.bitmaps.push(bitmap)
      return bitmap
    },
    reportError: (error) => this.reported.push(error),
  }

  get socket(): FakeSocket {
    const last = this.sockets.at(-1)
    if (!last) throw new Error('nobody dialled')
    return last
  }

  /** Timers, animation frames and listeners that are still there. */
  get leftOver(): number {
    return this.clock.pending + this.#frames.length + this.#visibility.size + this.#online.size
  }

  /** Runs the animation frames that are due now; none in a hidden tab, as in a browser. */
  async frame(): Promise<void> {
    const due = this.hidden ? [] : this.#frames
    if (!this.hidden) this.#frames = []
    for (const entry of due) entry.run()
    await settle()
  }

  /** Moves time on, second by second, so that a pong can come between two pings. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left >= 0; left -= 1_000) {
      this.clock.advance(Math.min(left, 1_000))
      await settle()
    }
  }

  async setHidden(hidden: boolean): Promise<void> {
    this.hidden = hidden
    for (const listener of [...this.#visibility]) listener()
    await settle()
  }

  async comeOnline(): Promise<void> {
    for (const listener of [...this.#online]) listener()
    await settle()
  }
}

function subscribe(set: Set<() => void>, listener: () => void): () => void {
  set.add(listener)
  return () => set.delete(listener)
}

/** Lets everything that waits only for resolved promises go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve()
}

/** A drawing whose whole content is one number. */
export class FakeDrawing {
  scene = 0
  taking = 0
  readonly sizes: { width: number; height: number }[] = []
  /** Set to keep snapshots waiting until the test lets them go. */
  gate: Promise<void> = Promise.resolve()

  readonly takeSnapshot = async (size: { width: number; height: number }): Promise<Snapshot> => {
    if (this.taking > 0) throw new Error('two snapshots at once')
    this.taking += 1
    this.sizes.push(size)
    const { scene } = this
    await this.gate
    this.taking -= 1
    const bytes = Uint8Array.of(scene & 0xff, scene >> 8)
    return { bytes, codec: 'jpeg', ...size, hash: String(scene), snapshotMs: 1 }
  }
}

export function sceneOf(frame: BinaryMessage): number {
  return (frame.image[0] ?? 0) + (frame.image[1] ?? 0) * 256
}

export interface DrawCall {
  readonly source: unknown
  readonly alpha: number
}

/** Records what is drawn; like a real one it is blank after its size was set. */
export class FakeCanvas {
  calls: DrawCall[] = []
  #width = 300
  #height = 150

  get width(): number {
    return this.#width
  }

  set width(width: number) {
    this.#width = width
    this.calls = []
  }

  get height(): number {
    return this.#height
  }

  set height(height: number) {
    this.#height = height
    this.calls = []
  }

  getContext(): unknown {
    const draw = (call: DrawCall): void => {
      this.calls.push(call)
    }
    const context = {
      globalAlpha: 1,
      drawImage: (source: unknown) => draw({ source, alpha: context.globalAlpha }),
    }
    return context
  }

  get element(): HTMLCanvasElement {
    return this as unknown as HTMLCanvasElement
  }
}
