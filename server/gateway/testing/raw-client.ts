import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** A bare connection: tests write what no client library would, in pieces of their own. */
export class RawClient {
  readonly #socket: Socket
  readonly closed: Promise<unknown>
  received = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => socket.once('close', resolve))
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => (this.received += chunk.toString('latin1')))
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  /** Every piece alone, so that the other side reads it alone. Resolves when the network has taken the last. */
  async write(data: string | Uint8Array, pieceBytes = Infinity): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data
    for (let at = 0; at < bytes.length && this.#socket.writable; at += pieceBytes) {
      await new Promise((resolve) => this.#socket.write(bytes.subarray(at, at + pieceBytes), resolve))
      if (pieceBytes < bytes.length) await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  /** All that came so far, once it matches or nothing more can come. */
  async until(pattern: RegExp): Promise<string> {
    let isOver = false
    void this.closed.then(() => (isOver = true))
    while (!pattern.test(this.received) && !isOver) await new Promise((resolve) => setTimeout(resolve, 2))
    return this.received
  }

  /** What comes meanwhile waits in the network. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  leave(): void {
    this.#socket.destroy()
  }
}
