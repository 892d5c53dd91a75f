import type { Clock } from '../../lib/std/clock.ts'
import type { Chunk } from '../compat/dialect.ts'
import type { ReplyStream, ReplyStreamHandler, StreamReply } from './host.ts'
import { Reader } from './stream-reader.ts'

export interface KeptStreamOptions {
  readonly head: { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  readonly clock: Clock
  readonly heartbeat: { readonly everyMs: number; readonly data: string }
  readonly lingerMs: number
  /** Nobody reads any more. */
  readonly cancel: () => void
  readonly forget: () => void
}

/**
 * The pieces of one streamed answer, kept so that a reader who was cut off can go on where it stopped. Of the previews
 * only the newest is kept. One reader at a time: a newer one takes over.
 */
export class KeptStream {
  readonly #options: KeptStreamOptions
  readonly #pieces: { readonly index: number; readonly chunk: Chunk }[] = []
  #count = 0
  #wasRead = false
  #finished = false
  #reader: Reader | undefined
  #cancelTimer: () => void = () => undefined

  constructor(options: KeptStreamOptions) {
    this.#options = options
  }

  get isFinished(): boolean {
    return this.#finished
  }

  /** A reader who has the first `pieces` has everything there will ever be. */
  isReadTo(pieces: number): boolean {
    return this.#finished && pieces >= this.#count
  }

  push(chunk: Chunk): void {
    if (this.#options.lingerMs > 0 || !this.#wasRead) this.#store(chunk)
    this.#reader?.push(chunk)
  }

  #store(chunk: Chunk): void {
    if (chunk.kind === 'preview') {
      const old = this.#pieces.findIndex((piece) => piece.chunk.kind === 'preview')
      if (old >= 0) this.#pieces.splice(old, 1)
    }
    this.#pieces.push({ index: this.#count++, chunk })
  }

  finish(last: readonly Chunk[]): void {
    for (const chunk of last) this.push(chunk)
    this.#finished = true
    this.#reader?.finish()
  }

  /** The reader that was expected has gone before it read. */
  unread(): void {
    if (!this.#reader) this.#leaveLater()
  }

  /** The answer to whoever has the first `pieces` already. */
  reader(pieces: number): StreamReply {
    const { head, heartbeat, clock } = this.#options
    const stream = (out: ReplyStream): ReplyStreamHandler => {
      this.#cancelTimer()
      this.#wasRead = true
      const before = this.#reader
      const reader = new Reader(out, { clock, heartbeat })
      this.#reader = reader
      // After that: it may leave at once, and is then not the one whose leaving counts.
      before?.finish()
      for (const { index, chunk } of this.#pieces) if (index >= pieces) reader.push(chunk)
      if (this.#finished) reader.finish()
      return { drain: () => reader.flush(), closed: () => this.#left(reader) }
    }
    return { ...head, filler: heartbeat.data, stream }
  }

  #left(reader: Reader): void {
    reader.stop()
    if (this.#reader !== reader) return
    this.#reader = undefined
    this.#leaveLater()
  }

  #leaveLater(): void {
    const { lingerMs, clock, cancel, forget } = this.#options
    const leave = () => {
      if (!this.#finished) cancel()
      forget()
    }
    if (lingerMs === 0) return leave()
    this.#cancelTimer()
    this.#cancelTimer = clock.setTimer(leave, lingerMs)
  }
}
