// The host where uWebSockets.js has no binary for the machine: node:http and ws under the same contract.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { BodyReader } from './body-reader.ts'
import type { Answer, Host, ListenAddress, Reply, RequestHead, SocketRoute, Upgrade, WebApp } from './host.ts'
import { PING_EVERY_MS } from './host.ts'
import { cannotListen, closing, respond } from './host-replies.ts'
import { NodeReplyStream } from './node-reply-stream.ts'
import { CappedWebSocket, NodeSocket } from './node-socket.ts'
import { matchPath } from './path-pattern.ts'
import { readAsRequest } from './read-as-request.ts'
import { STATUS_TEXT } from './status-text.ts'
import type { TlsFiles } from './tls-files.ts'

const KEEP_ALIVE_MS = 65_000

interface Door {
  readonly route: SocketRoute
  readonly sockets: WebSocketServer
}

export class NodeHost implements Host {
  readonly #server: Server
  readonly #doors: readonly Door[]
  readonly #pings: ReturnType<typeof setInterval>

  /** @param tls PEM files that were checked to fit each other; without them plain HTTP */
  constructor(app: WebApp, tls?: TlsFiles) {
    this.#doors = app.sockets.map((route) => ({
      route,
      sockets: new WebSocketServer({
        noServer: true,
        maxPayload: route.maxMessageBytes,
        perMessageDeflate: false,
        WebSocket: CappedWebSocket,
      }),
    }))
    const onRequest = (req: IncomingMessage, res: ServerResponse) => serve(app, req, res)
    const options = {
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Node from 24.9 on asks; what older ones take for an upgrade is read again below.
      shouldUpgradeCallback: (req: IncomingMessage) => this.#doorOf(req) !== undefined,
    }
    this.#server = tls
      ? createTlsServer(
          { ...options, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) },
          onRequest,
        )
      : createServer(options, onRequest)
    this.#server.on('upgrade', (req, socket, rest) => void this.#upgrade(req, socket, rest))
    this.#pings = setInterval(() => this.#doors.forEach(({ sockets }) => pingAll(sockets)), PING_EVERY_MS)
    this.#pings.unref()
  }

  async listen({ host, port }: ListenAddress): Promise<number> {
    this.#server.listen({ host, port, exclusive: true })
    try {
      await once(this.#server, 'listening')
    } catch {
      throw cannotListen({ host, port })
    }
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : port
  }

  stopListening(): void {
    if (this.#server.listening) this.#server.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#pings)
    this.stopListening()
    for (const { sockets } of this.#doors) for (const ws of sockets.clients) ws.terminate()
    this.#server.closeAllConnections()
  }

  /** Others than WebSocket may be asked for, h2c by Java's own client: such a request is one like any other. */
  #doorOf({ method, url = '/', headers }: IncomingMessage): Door | undefined {
    if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') return undefined
    const [path = '/'] = url.split('?')
    return this.#doors.find(({ route }) => matchPath(route.path, path))
  }

  async #upgrade(req: IncomingMessage, socket: Duplex, rest: Buffer): Promise<void> {
    const door = this.#doorOf(req)
    if (!door) return readAsRequest(this.#server, req, { socket, rest })
    socket.on('error', () => socket.destroy())
    const head = headOf(req)
    const answer: Upgrade = await door.route.upgrade(head)
    if (typeof answer !== 'function') return refuse(socket, answer)
    if (socket.destroyed) return
    door.sockets.handleUpgrade(req, socket, rest, (ws) => {
      ws.on('pong', () => unanswered.delete(ws))
      new NodeSocket(ws, socket, head.remoteAddress).start(answer)
    })
  }
}

/** A socket that left so many pings in a row unanswered is gone. Clients that think meanwhile answer late. */
const MOST_UNANSWERED = 4
const unanswered = new WeakMap<object, number>()

function pingAll({ clients }: Pick<WebSocketServer, 'clients'>): void {
  for (const ws of clients) {
    const count = unanswered.get(ws) ?? 0
    if (count >= MOST_UNANSWERED) ws.terminate()
    else ws.ping()
    unanswered.set(ws, count + 1)
  }
}

function headOf({ method = 'GET', url = '/', headers, socket }: IncomingMessage): RequestHead {
  const [path = '/', ...query] = url.split('?')
  const plain = Object.entries(headers).map(([name, value = '']) => [name, String(value)])
  return {
    method: method.toUpperCase(),
    path,
    query: query.join('?'),
    headers: Object.fromEntries(plain),
    remoteAddress: socket.remoteAddress ?? '',
  }
}

/** An upgrade that is refused leaves no response object: the reply is written as it is. */
function refuse(socket: Duplex, reply: Reply): void {
  const { status, headers, body } = closing(reply)
  const fields = { ...headers, 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? 'Status'}\r\n${lines.join('')}\r\n`)
  socket.end(body)
}

/** Reads the body within its limit, then answers once, unless the client has gone. */
function serve(app: WebApp, req: IncomingMessage, res: ServerResponse): void {
  const head = headOf(req)
  const reception = app.receive(head)
  const reader = new BodyReader(reception)
  const gone = new AbortController()
  res.once('close', () => {
    reader.drop()
    gone.abort()
  })
  req.on('error', () => undefined)
  req.on('data', (chunk: Buffer) => {
    if (res.headersSent || gone.signal.aborted) return
    const cutOff = reader.add(chunk)
    if (!cutOff) return
    write(res, closing(cutOff), head.method)
    res.once('finish', () => req.destroy())
  })
  req.on('end', () => {
    if (res.headersSent) return
    const body = reader.end()
    if (!(body instanceof Uint8Array)) return write(res, body, head.method)
    void respond(reception, { body, signal: gone.signal }).then((answer) => {
      if (!gone.signal.aborted) finish(res, answer, head.method)
    })
  })
}

function finish(res: ServerResponse, answer: Answer, method: string): void {
  if (!('stream' in answer)) return write(res, answer, method)
  res.writeHead(answer.status, answer.headers)
  if (method === 'HEAD') res.end()
  else new NodeReplyStream(res).start(answer.stream)
}

function write(res: ServerResponse, { status, headers, body }: Reply, method: string): void {
  const hasBody = status !== 204 && status !== 304
  const length = hasBody ? { 'content-length': Buffer.byteLength(body) } : {}
  res.writeHead(status, STATUS_TEXT[status] ?? 'Status', { ...headers, ...length })
  res.end(method === 'HEAD' || !hasBody ? undefined : body)
}
