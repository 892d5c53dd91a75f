import type { Outbound } from '../compat/dialect.ts'
import type { Sink } from './host.ts'

/** A client that reads nothing and asks on: beyond this many waiting messages it has to go. */
const MAX_WAITING = 1024
/** And beyond this many bytes of them: where each request wants its answer, sixty pictures may wait. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024

/**
 * What one socket still has to send, in order. While the socket is buffered, pictures wait here and a newer one takes
 * the place of an older one; controls are never dropped (SPEC C3). Memory: MAX_WAITING messages, or MAX_WAITING_BYTES
 * and one message more.
 */
export class Outbox {
  readonly #sink: Sink
  readonly #onOverflow: () => void
  #waiting: Outbound[] = []

  constructor(sink: Sink, onOverflow: () => void) {
    this.#sink = sink
    this.#onOverflow = onOverflow
  }

  get waiting(): number {
    return this.#waiting.length
  }

  push(out: Outbound): void {
    if (out.kind === 'image') this.#replaceImages(out.seq)
    // A preview is a promise of a picture: whatever picture comes next makes it worthless.
    if (out.kind !== 'control') this.#waiting = this.#waiting.filter((waiting) => waiting.kind !== 'preview')
    this.#waiting.push(out)
    this.flush()
    if (this.#waiting.length > MAX_WAITING || this.#waitingBytes > MAX_WAITING_BYTES) this.#onOverflow()
  }

  /** Of text its length: what is large is base64. */
  get #waitingBytes(): number {
    return this.#waiting.reduce((sum, { data }) => sum + data.length, 0)
  }

  /** The replaced picture's frame still ends with a word, in its place. */
  #replaceImages(by: number): void {
    this.#waiting = this.#waiting.flatMap((waiting) => {
      if (waiting.kind !== 'image') return [waiting]
      return waiting.replacedBy(by) ?? []
    })
  }

  /** Sends until the socket buffers; to be called again when it has drained. */
  flush(): void {
    while (this.#waiting.length > 0 && this.#sink.bufferedBytes === 0) {
      const next = this.#waiting.shift()
      if (!next) return
      if (next.kind === 'preview' && next.lead !== undefined) this.#sink.send(next.lead)
      this.#sink.send(next.data)
    }
  }

  clear(): void {
    this.#waiting = []
  }
}
