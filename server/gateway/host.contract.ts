import { afterEach, describe, expect, it } from 'vitest'
import type {
  BodyRoom,
  Host,
  Reply,
  ReplyStream,
  RequestHead,
  Socket,
  SocketHandler,
  WebApp,
} from './host.ts'

/** What the contract needs of a client of each host. */
export interface HostClient {
  request(request: {
    method: string
    path: string
    headers?: Record<string, string>
    body?: Uint8Array
  }): Promise<{ status: number; headers: Record<string, string>; body: string }>
  /** A streamed answer, read as it comes. */
  read(path: string): Promise<ClientReader>
  connect(path: string, headers?: Record<string, string>): Promise<ClientSocket | { refused: number }>
}

export interface ClientReader {
  readonly status: number
  readonly headers: Record<string, string>
  /** All that came since the last call; waits for the first byte. `undefined` once the reply has ended. */
  next(): Promise<string | undefined>
  leave(): void
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
export const BODY_LIMIT = 100
/** More than that is said to be too long, and still read. */
export const CUT_OFF = 1_000_000

/** An app that says what it saw. */
export interface EchoApp extends WebApp {
  readonly heads: RequestHead[]
  readonly streams: ReplyStream[]
}

export function echoApp(log: string[] = []): EchoApp {
  const heads: RequestHead[] = []
  const streams: ReplyStream[] = []
  const stream = (out: ReplyStream) => {
    streams.push(out)
    out.send('begun')
    return {
      drain: () => log.push('drained'),
      closed: () => {
        log.push('closed', out.send('late'))
        out.end()
      },
    }
  }
  return {
    heads,
    streams,
    sockets: [
      {
        path: '/echo',
        maxMessageBytes: MAX_MESSAGE,
        upgrade: (head) => (heads.push(head), head.headers['x-deny'] ? denied : echo(log)),
      },
      { path: '/full', maxMessageBytes: MAX_MESSAGE, upgrade: () => full(log) },
      {
        path: '/later/:name',
        maxMessageBytes: MAX_MESSAGE,
        upgrade: async (head) => {
          await new Promise((resolve) => setImmediate(resolve))
          heads.push(head)
          return head.path === '/later/nobody' ? denied : echo(log)
        },
      },
    ],
    receive(head) {
      log.push(`received ${head.path}`)
      return {
        ...(head.path === '/narrow' && { room: narrow(log) }),
        bodyLimitBytes: BODY_LIMIT,
        cutOffBytes: CUT_OFF,
        bodyTooLarge: () => ({ status: 413, headers: {}, body: `over ${BODY_LIMIT}` }),
        async respond({ body }) {
          await Promise.resolve()
          if (head.path === '/stream')
            return { status: 200, headers: { 'x-kind': 'stream' }, filler: '.', stream }
          heads.push(head)
          const text = `${head.method} ${head.path} ${head.query} ${new TextDecoder().decode(body)}`
          return { status: 200, headers: { 'x-seen': head.headers['x-sent'] ?? '' }, body: text }
        },
      }
    },
  }
}

export const NARROW = 50

/** Room for a body that is shorter than it might be. */
function narrow(log: string[]): BodyRoom {
  let free = NARROW
  return {
    take(bytes) {
      const fits = bytes <= free
      if (fits) free -= bytes
      return fits
    },
    give() {
      if (free < NARROW) log.push('given back')
      free = NARROW
    },
    full: () => ({ status: 429, headers: {}, body: 'no room' }),
  }
}

/** Says goodbye before anyone could hear of it. */
function full(log: string[]): (socket: Socket) => SocketHandler {
  return (socket) => {
    socket.send('no room')
    socket.close(1013, 'full')
    return echo(log)(socket)
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

async function opened(client: HostClient, path = '/echo'): Promise<ClientSocket> {
  const socket = await client.connect(path)
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

    it('asks the app once per request, and reads what it will not keep so that the client hears the answer', async () => {
      const log: string[] = []
      const { client } = await start(echoApp(log))
      const reply = await client.request({ method: 'POST', path: '/a', body: new Uint8Array(CUT_OFF) })
      expect(reply).toMatchObject({ status: 413, body: 'over 100' })
      await client.request({ method: 'POST', path: '/b', body: new Uint8Array(BODY_LIMIT) })
      expect(log).toEqual(['received /a', 'received /b'])
    })

    it('keeps a body as far as there is room, which is free again before the answer', async () => {
      const log: string[] = []
      const { client } = await start(echoApp(log))
      const post = (bytes: number) =>
        client.request({ method: 'POST', path: '/narrow', body: new Uint8Array(bytes) })
      expect(await post(NARROW + 1)).toMatchObject({ status: 429, body: 'no room' })
      expect(await post(BODY_LIMIT + 1)).toMatchObject({ status: 413 })
      log.length = 0
      expect(await post(NARROW)).toMatchObject({ status: 200 })
      expect(log).toEqual(['received /narrow', 'given back'])
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

    it('waits for an app that decides an upgrade later, and knows paths with names in them', async () => {
      const { client } = await start(echoApp())
      expect(await client.connect('/later/nobody')).toEqual({ refused: 403 })
      const socket = await client.connect('/later/somebody')
      if ('refused' in socket) throw new Error('refused')
      socket.send('hello')
      expect(await socket.next()).toBe('hello')
    })

    it('streams a reply piece by piece and ends it when told to', async () => {
      const log: string[] = []
      const app = echoApp(log)
      const { client } = await start(app)
      const reader = await client.read('/stream')
      expect(reader).toMatchObject({ status: 200, headers: { 'x-kind': 'stream' } })
      expect(await reader.next()).toBe('begun')
      const [out] = app.streams
      expect(out?.send('one')).toBe('sent')
      expect(await reader.next()).toBe('one')
      out?.send(new TextEncoder().encode('two'))
      expect(await reader.next()).toBe('two')
      out?.end()
      expect(await reader.next()).toBeUndefined()
      expect(log.slice(1)).toEqual(['closed', 'dropped'])
    })

    it('tells a stream that its reader has left, once', async () => {
      const log: string[] = []
      const app = echoApp(log)
      const { client } = await start(app)
      const reader = await client.read('/stream')
      await reader.next()
      reader.leave()
      await expect.poll(() => log.slice(1)).toEqual(['closed', 'dropped'])
    })

    it('says what a slow reader leaves in the buffer, and when it has drained', async () => {
      const log: string[] = []
      const app = echoApp(log)
      const { client } = await start(app)
      const reader = await client.read('/stream')
      await reader.next()
      const [out] = app.streams
      const piece = 'x'.repeat(1_000_000)
      let sent = 0
      while (out?.bufferedBytes === 0 && sent < 100) {
        out.send(piece)
        sent += 1
      }
      expect(out?.bufferedBytes).toBeGreaterThan(0)
      let read = 0
      while (read < sent * piece.length) read += (await reader.next())?.replaceAll('.', '').length ?? 0
      await expect.poll(() => [log.at(-1), out?.bufferedBytes]).toEqual(['drained', 0])
    })

    it('closes with the code the app gives, calls closed once, and lets later calls do nothing', async () => {
      const log: string[] = []
      const { client } = await start(echoApp(log))
      const socket = await opened(client)
      socket.send('close')
      expect(await socket.closed).toBe(4009)
      expect(log).toEqual(['closed 4009', 'dropped'])
    })

    it('tells a socket that the app closed while it opened, once', async () => {
      const log: string[] = []
      const { client } = await start(echoApp(log))
      const socket = await opened(client, '/full')
      expect(await socket.next()).toBe('no room')
      expect(await socket.closed).toBe(1013)
      await expect.poll(() => log).toEqual(['closed 1013', 'dropped'])
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
