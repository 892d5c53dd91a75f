import { afterEach, describe, expect, it } from 'vitest'
import type { Host, Reply, RequestHead, Socket, SocketHandler, WebApp } from './host.ts'

/** What the contract needs of a client of each host. */
export interface HostClient {
  request(request: {
    method: string
    path: string
    headers?: Record<string, string>
    body?: Uint8Array
  }): Promise<{ status: number; headers: Record<string, string>; body: string }>
  connect(path: string, headers?: Record<string, string>): Promise<ClientSocket | { refused: number }>
}

export interface ClientSocket {
  send(data: string | Uint8Array): void
  /** Next message from the server. */
  next(): Promise<string | Uint8Array>
  readonly closed: Promise<number>
  close(code: number): void
}

export interface HostUnderTest {
  start(app: WebApp): Host
  client(host: Host, port: number): HostClient
}

const MAX_MESSAGE = 1000

/** An app that says what it saw. */
function echoApp(log: string[] = []): WebApp & { readonly heads: RequestHead[] } {
  const heads: RequestHead[] = []
  return {
    heads,
    sockets: [
      {
        path: '/echo',
        maxMessageBytes: MAX_MESSAGE,
        upgrade: (head) => (heads.push(head), head.headers['x-deny'] ? denied : echo(log)),
      },
    ],
    bodyLimitBytes: () => 100,
    bodyTooLarge: (_head, limit) => ({ status: 413, headers: {}, body: `over ${limit}` }),
    async respond(request) {
      await Promise.resolve()
      if (request.path === '/throws') throw new Error('secret')
      heads.push(request)
      const body = `${request.method} ${request.path} ${request.query} ${new TextDecoder().decode(request.body)}`
      return { status: 200, headers: { 'x-seen': request.headers['x-sent'] ?? '' }, body }
    },
  }
}

const denied: Reply = { status: 403, headers: {}, body: 'no' }

function echo(log: string[]): (socket: Socket) => SocketHandler {
  return (socket) => ({
    message: (data) => {
      if (data === 'close') return socket.close(4009, 'bye')
      // Answered later: the bytes must be our own by then.
      setImmediate(() => socket.send(data))
    },
    drain: () => undefined,
    closed: (code) => {
      log.push(`closed ${code}`)
      socket.close(1000, 'again')
      log.push(socket.send('late'))
    },
  })
}

async function opened(client: HostClient): Promise<ClientSocket> {
  const socket = await client.connect('/echo')
  if ('refused' in socket) throw new Error(`refused with ${socket.refused}`)
  return socket
}

export function hostContract(name: string, under: HostUnderTest): void {
  describe(`host contract: ${name}`, () => {
    const hosts: Host[] = []
    const start = async (app: WebApp) => {
      const host = under.start(app)
      hosts.push(host)
      const port = await host.listen({ host: '127.0.0.1', port: 0 })
      return { host, port, client: under.client(host, port) }
    }
    afterEach(async () => {
      for (const host of hosts.splice(0)) await host[Symbol.asyncDispose]()
    })

    it('hands over method, path, query, headers and body, and writes status, headers and body', async () => {
      const { client } = await start(echoApp())
      const reply = await client.request({
        method: 'POST',
        path: '/a/b?x=1',
        headers: { 'x-sent': 'yes' },
        body: new TextEncoder().encode('hello'),
      })
      expect(reply).toMatchObject({ status: 200, body: 'POST /a/b x=1 hello' })
      expect(reply.headers['x-seen']).toBe('yes')
    })

    it('answers a HEAD without a body', async () => {
      const { client } = await start(echoApp())
      expect(await client.request({ method: 'HEAD', path: '/' })).toMatchObject({ status: 200, body: '' })
    })

    it('answers a body over the limit with what the app says, and reads none of it into a request', async () => {
      const app = echoApp()
      const { client } = await start(app)
      expect(await client.request({ method: 'POST', path: '/', body: new Uint8Array(150) })).toMatchObject({
        status: 413,
        body: 'over 100',
      })
      expect(app.heads).toHaveLength(0)
    })

    it('carries text as text and bytes as bytes, unchanged after an await', async () => {
      const { client } = await start(echoApp())
      const socket = await opened(client)
      socket.send('grüße 🎨')
      expect(await socket.next()).toBe('grüße 🎨')
      socket.send(new Uint8Array([0, 255, 7]))
      expect(await socket.next()).toEqual(new Uint8Array([0, 255, 7]))
    })

    it('refuses an upgrade with the reply of the app', async () => {
      const { client } = await start(echoApp())
      expect(await client.connect('/echo', { 'x-deny': '1' })).toEqual({ refused: 403 })
    })

    it('closes with the code the app gives, calls closed once, and lets later calls do nothing', async () => {
      const log: string[] = []
      const { client } = await start(echoApp(log))
      const socket = await opened(client)
      socket.send('close')
      expect(await socket.closed).toBe(4009)
      expect(log).toEqual(['closed 4009', 'dropped'])
    })

    it('drops a socket whose message is over the transport cap with 1006', async () => {
      const { client } = await start(echoApp())
      const socket = await opened(client)
      socket.send(new Uint8Array(MAX_MESSAGE + 1))
      expect(await socket.closed).toBe(1006)
    })

    it('refuses a port that is taken, naming it', async () => {
      const { port } = await start(echoApp())
      const second = under.start(echoApp())
      hosts.push(second)
      await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
        code: 'port_in_use',
        message: expect.stringContaining(String(port)),
      })
    })

    it('takes no new connection after stopListening, and keeps those that are open', async () => {
      const { host, client } = await start(echoApp())
      const socket = await opened(client)
      host.stopListening()
      await expect(client.connect('/echo')).rejects.toBeDefined()
      socket.send('still here')
      expect(await socket.next()).toBe('still here')
    })
  })
}
