import type { HttpResponse } from 'uWebSockets.js'
import type { ReplyStream, ReplyStreamHandler, SendResult } from './host.ts'

/** A chunked reply. uWebSockets.js tells only whether a write was taken whole, so what it keeps is counted here. */
export class UwsReplyStream implements ReplyStream {
  /** Cleared at the end: touching a finished response throws. */
  #res: HttpResponse | undefined
  #handler: ReplyStreamHandler | undefined
  #bufferedBytes = 0

  constructor(res: HttpResponse, { gone, filler }: { gone: AbortSignal; filler: string }) {
    this.#res = res
    gone.addEventListener('abort', () => this.#over(), { once: true })
    res.onWritable(() => this.#writable(filler))
  }

  /**
   * With this callback set, uWebSockets.js leaves what it has kept to the next write, and it does not call again unless
   * that write is made here and falls short: so a filler pushes the rest out.
   */
  #writable(filler: string): boolean {
    if (!this.#res?.write(filler)) return true
    this.#bufferedBytes = 0
    // Not in the callback itself: see the drain of sockets in uws.ts.
    setImmediate(() => (this.#res ? this.#handler?.drain() : undefined))
    return true
  }

  start(stream: (out: ReplyStream) => ReplyStreamHandler): void {
    this.#handler = stream(this)
    if (!this.#res) this.#handler.closed()
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  send(data: string | Uint8Array): SendResult {
    const res = this.#res
    if (!res) return 'dropped'
    // A chunk of nothing would end the reply.
    if (data.length === 0) return 'sent'
    let taken = true
    res.cork(() => (taken = res.write(data)))
    if (!taken) this.#bufferedBytes += Buffer.byteLength(data)
    return taken ? 'sent' : 'buffered'
  }

  end(): void {
    const res = this.#res
    if (!res) return
    res.cork(() => res.end())
    this.#over()
  }

  #over(): void {
    if (!this.#res) return
    this.#res = undefined
    this.#handler?.closed()
  }
}
