import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import type { SendResult, Socket, SocketHandler } from './host.ts'

/** Two of the largest messages may wait in a socket that the outbox, too, holds back. */
const MAX_BACKPRESSURE_BYTES = 32 * 1024 * 1024
/** No WebSocket, text that is not UTF-8, a message over the transport's cap. */
const TRANSPORT_FAULTS: readonly (number | undefined)[] = [1002, 1007, 1009]

/** What the transport cannot read drops the socket, as the host contract says; `ws` would say goodbye first. */
export class CappedWebSocket extends WebSocket {
  override close(code?: number, data?: string | Buffer): void {
    // Only `ws` itself closes without a reason.
    if (data === undefined && TRANSPORT_FAULTS.includes(code)) this.terminate()
    else super.close(code, data)
  }
}

export class NodeSocket implements Socket {
  readonly remoteAddress: string
  readonly #ws: WebSocket
  readonly #wire: Duplex
  #handler: SocketHandler | undefined
  #closedWith: number | undefined
  #waits = false

  /** @param wire what `ws` reads from and writes to */
  constructor(ws: WebSocket, wire: Duplex, remoteAddress: string) {
    this.#ws = ws
    this.#wire = wire
    this.remoteAddress = remoteAddress
  }

  start(open: (socket: Socket) => SocketHandler): void {
    this.#handler = open(this)
    // Closed by the app while it was being opened, when there was no handler yet that could hear of it.
    if (this.#closedWith !== undefined) this.#handler.closed(this.#closedWith)
    this.#ws.on('message', (data: Buffer, isBinary) => {
      if (!this.#isOver) this.#handler?.message(isBinary ? new Uint8Array(data) : data.toString('utf8'))
    })
    this.#ws.on('close', (code) => this.#over(code))
    this.#ws.on('error', () => undefined)
  }

  get #isOver(): boolean {
    return this.#closedWith !== undefined
  }

  get bufferedBytes(): number {
    return this.#isOver ? 0 : this.#ws.bufferedAmount
  }

  send(data: string | Uint8Array): SendResult {
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength
    if (this.#isOver || this.bufferedBytes + bytes > MAX_BACKPRESSURE_BYTES) return 'dropped'
    this.#ws.send(data, { binary: typeof data !== 'string' }, () => this.#taken())
    this.#waits ||= this.bufferedBytes > 0
    return this.bufferedBytes > 0 ? 'buffered' : 'sent'
  }

  close(code: number, reason: string): void {
    if (this.#isOver) return
    this.#ws.close(code, reason)
    this.#readNoMore()
    this.#over(code)
  }

  /** `ws` would keep a message that still comes, as large as the cap, until the other side has said goodbye, too. */
  #readNoMore(): void {
    this.#wire.removeAllListeners('data')
    this.#wire.resume()
    // Behind all that is still to be written.
    this.#wire.end()
  }

  #taken(): void {
    if (!this.#waits || this.bufferedBytes > 0) return
    this.#waits = false
    if (!this.#isOver) this.#handler?.drain()
  }

  #over(code: number): void {
    if (this.#isOver) return
    this.#closedWith = code
    this.#handler?.closed(code)
  }
}
