import type { Clock } from '../../lib/std/clock.ts'
import type { Chunk } from '../compat/dialect.ts'
import type { ReplyStream } from './host.ts'
import { Outbox } from './outbox.ts'

interface ReaderOptions {
  readonly clock: Clock
  readonly heartbeat: { readonly everyMs: number; readonly data: string }
}

/** One connection that reads a stream: the outbox before it, and a sign of life when there is nothing to say. */
export class Reader {
  readonly #out: ReplyStream
  readonly #outbox: Outbox
  readonly #options: ReaderOptions
  #cancelBeat: () => void = () => undefined
  #ending = false
  #stopped = false

  constructor(out: ReplyStream, options: ReaderOptions) {
    this.#out = out
    this.#options = options
    this.#outbox = new Outbox(out, () => this.#out.end())
    // The head of the reply leaves with its first piece, and a browser waits for it.
    out.send(options.heartbeat.data)
    this.#beatLater()
  }

  push(chunk: Chunk): void {
    this.#outbox.push(chunk)
    this.#beatLater()
  }

  flush(): void {
    this.#outbox.flush()
    this.#endWhenEmpty()
  }

  /** Ends the reply as soon as all of it has left. */
  finish(): void {
    this.#ending = true
    this.#endWhenEmpty()
  }

  stop(): void {
    this.#stopped = true
    this.#cancelBeat()
    this.#outbox.clear()
  }

  #endWhenEmpty(): void {
    if (this.#ending && this.#outbox.waiting === 0) this.#out.end()
  }

  #beatLater(): void {
    this.#cancelBeat()
    // A push that overflows ends the reply, and with it this reader, before it comes here.
    if (this.#stopped) return
    const { clock, heartbeat } = this.#options
    this.#cancelBeat = clock.setTimer(() => {
      if (this.#out.bufferedBytes === 0) this.#out.send(heartbeat.data)
      this.#beatLater()
    }, heartbeat.everyMs)
  }
}
