import type { Reception, Reply } from './host.ts'

/** A body on its way in: kept within its limit and its room, for hosts that get it in pieces. */
export class BodyReader {
  readonly #reception: Reception
  #chunks: Uint8Array[] = []
  #bytes = 0
  #isFull = false

  constructor(reception: Reception) {
    this.#reception = reception
  }

  /**
   * @param chunk the reader's own from here on
   * @returns the answer to a body of which nothing more is read
   */
  add(chunk: Uint8Array): Reply | undefined {
    const { bodyLimitBytes, cutOffBytes, room } = this.#reception
    this.#bytes += chunk.length
    const isKept = !this.#isFull && this.#bytes <= bodyLimitBytes
    if (isKept) this.#isFull = room?.take(chunk.length) === false
    if (isKept && !this.#isFull) this.#chunks.push(chunk)
    else this.drop()
    return this.#bytes > cutOffBytes ? this.#refusal() : undefined
  }

  /** The whole body, which is the caller's now, or the answer to one that was not kept. */
  end(): Uint8Array | Reply {
    const refusal = this.#refusal()
    if (refusal) return refusal
    const body = new Uint8Array(Buffer.concat(this.#chunks))
    this.drop()
    return body
  }

  /** Nobody will read it. */
  drop(): void {
    this.#chunks = []
    this.#reception.room?.give()
  }

  #refusal(): Reply | undefined {
    const reception = this.#reception
    if (this.#bytes > reception.bodyLimitBytes) return reception.bodyTooLarge()
    return this.#isFull ? reception.room?.full() : undefined
  }
}
