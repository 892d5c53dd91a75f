import './uws-head-limit.ts'
import uWS from 'uWebSockets.js'
import type {
  HttpRequest as UwsRequest,
  HttpResponse,
  RecognizedString,
  TemplatedApp,
  us_listen_socket,
  us_socket_context_t,
  WebSocket,
} from 'uWebSockets.js'
import { BodyReader } from './body-reader.ts'
import type {
  Answer,
  Host,
  ListenAddress,
  Reply,
  RequestHead,
  SendResult,
  Socket,
  SocketHandler,
  SocketRoute,
  StreamReply,
  Upgrade,
  WebApp,
} from './host.ts'
import { PING_EVERY_MS } from './host.ts'
import { cannotListen, closing, respond } from './host-replies.ts'
import { STATUS_TEXT } from './status-text.ts'
import type { TlsFiles } from './tls-files.ts'
import { UwsReplyStream } from './uws-reply-stream.ts'

declare module 'uWebSockets.js' {
  // The binary takes these (AppWrapper.h, uWS_App_listen), its declarations forgot them.
  interface TemplatedApp {
    listen(
      host: RecognizedString,
      port: number,
      options: number,
      cb: (token: us_listen_socket | false) => void,
    ): TemplatedApp
  }
  const LIBUS_LISTEN_EXCLUSIVE_PORT: number
}

/** What says nothing for so long (s), not even an answer to a ping, is gone. Clients that think meanwhile answer late. */
const IDLE_TIMEOUT_S = 120
/** Two of the largest messages may wait in a socket that the outbox, too, holds back. */
const MAX_BACKPRESSURE_BYTES = 32 * 1024 * 1024

/** The address was read, the rest of the request is never read again: only plain data leaves this file. */
interface SocketData {
  readonly open: (socket: Socket) => SocketHandler
  readonly remoteAddress: string
  socket: UwsSocket | undefined
  handler: SocketHandler | undefined
  closedWith: number | undefined
  pings: ReturnType<typeof setInterval> | undefined
}

/** The host a person runs. Copies what uWebSockets.js lends, corks what it writes, answers no request twice. */
export class UwsHost implements Host {
  readonly #app: TemplatedApp
  #listening: us_listen_socket | undefined

  /** @param tls PEM files that were checked to fit each other; without them plain HTTP */
  constructor(app: WebApp, tls?: TlsFiles) {
    this.#app = tls ? uWS.SSLApp({ cert_file_name: tls.certFile, key_file_name: tls.keyFile }) : uWS.App()
    for (const route of app.sockets) this.#addSocket(route)
    this.#app.any('/*', (res, req) => serve(app, res, req))
  }

  #addSocket(route: SocketRoute): void {
    this.#app.ws<SocketData>(route.path, {
      maxPayloadLength: route.maxMessageBytes,
      maxBackpressure: MAX_BACKPRESSURE_BYTES,
      idleTimeout: IDLE_TIMEOUT_S,
      // Its own pings come with the end of the timeout, which is too late for proxies.
      sendPingsAutomatically: false,
      // JPEG does not compress.
      compression: uWS.DISABLED,
      upgrade: (res, req, context) => upgrade(route, res, { req, context }),
      open: (ws) => {
        const data = ws.getUserData()
        data.socket = new UwsSocket(ws, data.remoteAddress)
        data.handler = data.open(data.socket)
        if (data.closedWith === undefined) data.pings = setInterval(() => ws.ping(), PING_EVERY_MS).unref()
        // Closed by the app while it was being opened, when there was no handler yet that could hear of it.
        if (data.closedWith !== undefined) data.handler.closed(data.closedWith)
      },
      message: (ws, message, isBinary) => ws.getUserData().handler?.message(copyMessage(message, isBinary)),
      // Not in the callback itself: what does not fit into one write there is never written to its end, because
      // uWebSockets.js stops waiting for the socket as soon as the callback returns.
      drain: (ws) => {
        const { handler, socket } = ws.getUserData()
        setImmediate(() => (socket?.isOpen ? handler?.drain() : undefined))
      },
      close: (ws, code) => {
        const data = ws.getUserData()
        clearInterval(data.pings)
        data.socket?.gone()
        data.closedWith = code
        data.handler?.closed(code)
      },
    })
  }

  listen({ host, port }: ListenAddress): Promise<number> {
    return new Promise((resolve, reject) => {
      // Exclusively: by default the kernel would share the port and a second server would start in silence.
      this.#app.listen(host, port, uWS.LIBUS_LISTEN_EXCLUSIVE_PORT, (token) => {
        if (token === false) return reject(cannotListen({ host, port }))
        this.#listening = token
        resolve(uWS.us_socket_local_port(token))
      })
    })
  }

  stopListening(): void {
    if (this.#listening) uWS.us_listen_socket_close(this.#listening)
    this.#listening = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening = undefined
    this.#app.close()
  }
}

class UwsSocket implements Socket {
  readonly remoteAddress: string
  /** Cleared at the end: touching a closed uWebSockets.js socket throws. */
  #ws: WebSocket<SocketData> | undefined

  constructor(ws: WebSocket<SocketData>, remoteAddress: string) {
    this.#ws = ws
    this.remoteAddress = remoteAddress
  }

  get isOpen(): boolean {
    return this.#ws !== undefined
  }

  get bufferedBytes(): number {
    return this.#ws?.getBufferedAmount() ?? 0
  }

  send(data: string | Uint8Array): SendResult {
    const ws = this.#ws
    if (!ws) return 'dropped'
    if (ws.send(data, typeof data !== 'string', false) === 2) return 'dropped'
    return this.bufferedBytes > 0 ? 'buffered' : 'sent'
  }

  close(code: number, reason: string): void {
    this.#ws?.end(code, reason)
  }

  gone(): void {
    this.#ws = undefined
  }
}

function copyMessage(message: ArrayBuffer, isBinary: boolean): string | Uint8Array {
  return isBinary ? new Uint8Array(message.slice(0)) : Buffer.from(message).toString('utf8')
}

function readHead(res: HttpResponse, req: UwsRequest): RequestHead {
  const headers: Record<string, string> = {}
  req.forEach((key, value) => (headers[key] = value))
  const remoteAddress = Buffer.from(res.getRemoteAddressAsText()).toString('latin1')
  return {
    method: req.getCaseSensitiveMethod().toUpperCase(),
    path: req.getUrl(),
    // Without a `?` it is undefined, whatever its declaration says.
    query: req.getQuery() ?? '',
    headers,
    remoteAddress,
  }
}

function upgrade(
  route: SocketRoute,
  res: HttpResponse,
  { req, context }: { req: UwsRequest; context: us_socket_context_t },
): void {
  const head = readHead(res, req)
  const finish = (answer: Upgrade) => finishUpgrade(res, answer, { head, context })
  const answer = route.upgrade(head)
  if (!(answer instanceof Promise)) return finish(answer)
  let gone = false
  res.onAborted(() => (gone = true))
  // An upgrade is never corked here: after it uWebSockets.js goes on to read the response it corked, and where the new
  // socket lies at the same place in memory it takes that for a response to be closed.
  void answer.then((late) => {
    if (gone) return
    if (typeof late === 'function') finish(late)
    else res.cork(() => finish(late))
  })
}

function finishUpgrade(
  res: HttpResponse,
  answer: Upgrade,
  { head, context }: { head: RequestHead; context: us_socket_context_t },
): void {
  if (typeof answer !== 'function') return write(res, answer, head.method)
  const data: SocketData = {
    open: answer,
    remoteAddress: head.remoteAddress,
    socket: undefined,
    handler: undefined,
    closedWith: undefined,
    pings: undefined,
  }
  const key = head.headers['sec-websocket-key'] ?? ''
  const protocol = head.headers['sec-websocket-protocol'] ?? ''
  res.upgrade(data, key, protocol, head.headers['sec-websocket-extensions'] ?? '', context)
}

/** Reads the body within its limit, then answers once, unless the client has gone. */
function serve(app: WebApp, res: HttpResponse, req: UwsRequest): void {
  const head = readHead(res, req)
  const reception = app.receive(head)
  const body = new BodyReader(reception)
  const gone = new AbortController()
  let answered = false
  res.onAborted(() => {
    answered = true
    body.drop()
    gone.abort()
  })
  const answer = (reply: Answer, closeAfter = false) => {
    if (answered) return
    answered = true
    if ('stream' in reply) return startStream(res, reply, { method: head.method, gone: gone.signal })
    res.cork(() => write(res, closeAfter ? closing(reply) : reply, head.method, closeAfter))
  }
  res.onData((chunk, isLast) => {
    if (answered) return
    const cutOff = body.add(new Uint8Array(chunk.slice(0)))
    if (cutOff) return answer(cutOff, true)
    if (!isLast) return
    const whole = body.end()
    if (!(whole instanceof Uint8Array)) return answer(whole)
    void respond(reception, { body: whole, signal: gone.signal }).then(answer)
  })
}

function startStream(
  res: HttpResponse,
  reply: StreamReply,
  { method, gone }: { method: string; gone: AbortSignal },
): void {
  res.cork(() => {
    writeHead(res, reply)
    if (method === 'HEAD') res.endWithoutBody()
  })
  if (method !== 'HEAD') new UwsReplyStream(res, { gone, filler: reply.filler }).start(reply.stream)
}

function writeHead(res: HttpResponse, { status, headers }: Pick<Reply, 'status' | 'headers'>): void {
  res.writeStatus(`${status} ${STATUS_TEXT[status] ?? 'Status'}`)
  for (const [name, value] of Object.entries(headers)) res.writeHeader(name, value)
}

function write(res: HttpResponse, reply: Reply, method: string, closeAfter = false): void {
  writeHead(res, reply)
  if (closeAfter) res.end(method === 'HEAD' ? '' : reply.body, true)
  else if (method === 'HEAD') {
    // Told the length by itself, uWebSockets.js waits for so many bytes and closes the connection on the next request.
    res.writeHeader('content-length', String(Buffer.byteLength(reply.body)))
    res.endWithoutBody()
  } else endWith(res, reply.body)
}

/**
 * Writes what the connection takes, and the rest as it takes more. `end` would copy what is left over, and a client may ask
 * for the same file a thousand times before it reads any of it; as long as an answer is not taken whole, uWebSockets.js
 * closes the connection on the next request.
 */
function endWith(res: HttpResponse, body: Reply['body']): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const [, isOver] = res.tryEnd(bytes, bytes.length)
  if (isOver) return
  // In place of whoever waits for an end before the answer. Here nothing is left to stop: it is not called again.
  res.onAborted(() => undefined)
  res.onWritable((offset) => res.tryEnd(bytes.subarray(offset), bytes.length)[0])
}
