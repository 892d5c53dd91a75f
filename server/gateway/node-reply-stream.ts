import type { ServerResponse } from 'node:http'
import type { ReplyStream, ReplyStreamHandler, SendResult } from './host.ts'

/** A chunked reply of node:http, whose head is written already. */
export class NodeReplyStream implements ReplyStream {
  readonly #res: ServerResponse
  #handler: ReplyStreamHandler | undefined
  #isOver = false
  #waits = false

  constructor(res: ServerResponse) {
    this.#res = res
    res.once('close', () => this.#over())
  }

  start(stream: (out: ReplyStream) => ReplyStreamHandler): void {
    this.#handler = stream(this)
    if (this.#isOver) this.#handler.closed()
  }

  get bufferedBytes(): number {
    return this.#isOver ? 0 : this.#res.writableLength
  }

  send(data: string | Uint8Array): SendResult {
    if (this.#isOver) return 'dropped'
    this.#res.write(data, () => this.#taken())
    // node:http holds writes back until the end of this turn; only what is written can be told from what waits.
    this.#res.socket?.uncork()
    this.#waits ||= this.bufferedBytes > 0
    return this.bufferedBytes > 0 ? 'buffered' : 'sent'
  }

  end(): void {
    if (this.#isOver) return
    this.#res.end()
    this.#over()
  }

  #taken(): void {
    if (!this.#waits || this.bufferedBytes > 0) return
    this.#waits = false
    if (!this.#isOver) this.#handler?.drain()
  }

  #over(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handler?.closed()
  }
}
