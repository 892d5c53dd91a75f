import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { WebSocket } from 'ws'
import type { Host } from '../host.ts'
import type { ClientReader, ClientSocket, HostClient } from '../host.contract.ts'

/** A `ws` client whose messages wait in line until a test asks for them. */
export class WsClient implements ClientSocket {
  readonly socket: WebSocket
  readonly closed: Promise<number>
  closeReason = ''
  readonly #inbox: (string | Uint8Array)[] = []
  #notify: () => void = () => undefined

  constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.closeReason = reason.toString()
        this.#notify()
        resolve(code)
      })
    })
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.#inbox.push(isBinary ? new Uint8Array(data) : data.toString())
      this.#notify()
    })
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<WsClient> {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false })
    const client = new WsClient(socket)
    await once(socket, 'open')
    return client
  }

  send(data: string | Uint8Array): void {
    this.socket.send(data)
  }

  sendJson(message: unknown): void {
    this.send(JSON.stringify(message))
  }

  async next(): Promise<string | Uint8Array> {
    while (this.#inbox.length === 0) {
      if (this.socket.readyState === WebSocket.CLOSED)
        throw new Error('the socket closed before the message came')
      await new Promise<void>((resolve) => (this.#notify = resolve))
    }
    const message = this.#inbox.shift()
    if (message === undefined) throw new Error('unreachable: the inbox had a message')
    return message
  }

  /** Next JSON message that `matches`; others are passed over. */
  async until(matches: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const message = await this.next()
      if (typeof message !== 'string') continue
      const parsed = JSON.parse(message) as Record<string, unknown>
      if (matches(parsed)) return parsed
    }
  }

  untilType(type: string): Promise<Record<string, unknown>> {
    return this.until((message) => message['type'] === type)
  }

  async untilBinary(): Promise<Uint8Array> {
    for (;;) {
      const message = await this.next()
      if (typeof message !== 'string') return message
    }
  }

  close(code = 1000): void {
    this.socket.close(code)
  }
}

/** Status with which an upgrade was refused. */
export function refusedUpgrade(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers })
    socket.on('error', () => undefined)
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0)
      response.resume()
      socket.terminate()
    })
    socket.once('open', () => reject(new Error('the upgrade was not refused')))
  })
}

export interface PlainReply {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

/** An HTTP request whose path is sent exactly as written: `fetch` would tidy it first. */
export interface PlainRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

/** On a connection of its own: those that `fetch` keeps may lead to a server that had this port before. */
export function plainRequest(port: number, options: PlainRequest): Promise<PlainReply> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = {}, body, signal } = options
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent: false, ...(signal && { signal }) },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const flat = Object.fromEntries(
            Object.entries(response.headers).map(([key, value]) => [key, String(value)]),
          )
          resolve({ status: response.statusCode ?? 0, headers: flat, body: Buffer.concat(chunks).toString() })
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** Opens a request and reads its answer only when asked to. */
export function readStream(
  port: number,
  options: { method?: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<ClientReader> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', path, headers = {}, body } = options
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (response) => {
        response.on('error', () => undefined)
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([key, value]) => [key, String(value)]),
          ),
          async next() {
            for (;;) {
              const chunk: Buffer | null = response.read()
              if (chunk) return chunk.toString()
              if (response.readableEnded || response.destroyed) return undefined
              await new Promise<void>((resolve) => {
                const wake = () => {
                  for (const name of ['readable', 'end', 'close']) response.off(name, wake)
                  resolve()
                }
                for (const name of ['readable', 'end', 'close']) response.on(name, wake)
              })
            }
          },
          leave: () => request.destroy(),
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

/** The contract's client of a host that listens on a real port. */
export function socketClient(_host: Host, port: number): HostClient {
  return {
    request: (request) => plainRequest(port, request),
    read: (path) => readStream(port, { path }),
    connect(path, headers = {}) {
      return new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
        const client = new WsClient(socket)
        socket.once('unexpected-response', (_request, response) =>
          resolve({ refused: response.statusCode ?? 0 }),
        )
        socket.once('open', () => resolve(client))
        socket.once('error', reject)
      })
    },
  }
}
