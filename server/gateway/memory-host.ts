// A host without a network, for tests: sockets whose reader decides when it reads. Passes host.contract.ts.
import { AppError } from '../../lib/std/errors.ts'
import { BodyReader } from './body-reader.ts'
import type {
  Host,
  ListenAddress,
  Reply,
  ReplyStream,
  ReplyStreamHandler,
  RequestHead,
  SendResult,
  Socket,
  SocketHandler,
  WebApp,
} from './host.ts'
import { matchPath } from './path-pattern.ts'

const FIRST_FREE_PORT = 40_000
const taken = new Map<number, MemoryHost>()

export interface MemoryRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

export class MemoryHost implements Host {
  readonly #app: WebApp
  readonly #sockets = new Set<MemorySocket>()
  readonly #readers = new Set<MemoryReader>()
  #port: number | undefined

  constructor(app: WebApp) {
    this.#app = app
  }

  async listen({ host, port }: ListenAddress): Promise<number> {
    const wanted = port === 0 ? FIRST_FREE_PORT + taken.size : port
    if (taken.has(wanted)) throw new AppError('port_in_use', `Port ${wanted} on ${host} is taken`)
    taken.set(wanted, this)
    this.#port = wanted
    return wanted
  }

  stopListening(): void {
    if (this.#port !== undefined) taken.delete(this.#port)
    this.#port = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopListening()
    for (const socket of [...this.#sockets]) socket.end(1006)
    for (const reader of this.#readers) reader.leave()
  }

  /** The whole answer; of a streamed one all there is until it ends. */
  async request(request: MemoryRequest): Promise<Reply> {
    const answer = await this.open(request)
    if (!(answer instanceof MemoryReader)) return answer
    const body = await answer.untilEnd()
    return { status: answer.status, headers: answer.headers, body }
  }

  /** The answer, or of a streamed one its reader. */
  async open(request: MemoryRequest): Promise<Reply | MemoryReader> {
    this.#checkListening()
    const head = toHead(request)
    const body = toBytes(request.body ?? '')
    const reception = this.#app.receive(head)
    const reader = new BodyReader(reception)
    const cutOff = reader.add(body)
    if (cutOff) return cutOff
    const whole = reader.end()
    if (!(whole instanceof Uint8Array)) return whole
    const gone = new AbortController()
    request.signal?.addEventListener('abort', () => gone.abort())
    const reply = await reception.respond({ body: whole, signal: gone.signal })
    if ('stream' in reply) return this.#read(new MemoryReader(reply, gone), reply.stream)
    return head.method === 'HEAD' ? { ...reply, body: '' } : reply
  }

  #read(reader: MemoryReader, stream: (out: ReplyStream) => ReplyStreamHandler): MemoryReader {
    this.#readers.add(reader)
    reader.start(stream)
    return reader
  }

  /** A Reply when the upgrade is refused. */
  async connect(request: MemoryRequest): Promise<MemoryClient | Reply> {
    this.#checkListening()
    const head = toHead(request)
    const route = this.#app.sockets.find(({ path }) => matchPath(path, head.path))
    if (!route) return { status: 404, headers: {}, body: '' }
    const answer = await route.upgrade(head)
    if (typeof answer !== 'function') return answer
    const socket = new MemorySocket(head.remoteAddress, route.maxMessageBytes, () =>
      this.#sockets.delete(socket),
    )
    this.#sockets.add(socket)
    socket.handler = answer(socket)
    if (socket.closeCode !== undefined) socket.handler.closed(socket.closeCode)
    return new MemoryClient(socket)
  }

  #checkListening(): void {
    if (this.#port === undefined) throw new AppError('not_listening', 'Nobody listens here')
  }
}

/** The other end of a streamed reply. Reads only when told to. */
export class MemoryReader implements ReplyStream {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly #gone: AbortController
  readonly #unread: Uint8Array[] = []
  #handler: ReplyStreamHandler | undefined
  #isOver = false
  #window = Infinity
  #notify: () => void = () => undefined

  constructor(head: Pick<Reply, 'status' | 'headers'>, gone: AbortController) {
    this.status = head.status
    this.headers = head.headers
    this.#gone = gone
  }

  start(stream: (out: ReplyStream) => ReplyStreamHandler): void {
    this.#gone.signal.addEventListener('abort', () => this.#finish())
    this.#handler = stream(this)
    if (this.#isOver) this.#handler.closed()
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get bufferedBytes(): number {
    return this.#unread.slice(this.#window).reduce((sum, piece) => sum + piece.length, 0)
  }

  send(data: string | Uint8Array): SendResult {
    if (this.#isOver) return 'dropped'
    this.#unread.push(toBytes(data).slice())
    this.#notify()
    return this.#unread.length > this.#window ? 'buffered' : 'sent'
  }

  end(): void {
    this.#finish()
  }

  /** From now on only `pieces` fit into the network; the rest stays in the server's buffer. */
  stall(pieces = 0): void {
    this.#window = pieces
  }

  /** Reads everything there is, once. */
  flush(): string {
    const wasBuffered = this.bufferedBytes > 0
    const read = this.#unread.splice(0)
    if (wasBuffered && !this.#isOver) this.#handler?.drain()
    return Buffer.concat(read).toString()
  }

  async untilEnd(): Promise<string> {
    let text = this.flush()
    while (!this.#isOver) {
      await new Promise<void>((resolve) => (this.#notify = resolve))
      text += this.flush()
    }
    return text + this.flush()
  }

  leave(): void {
    this.#gone.abort()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handler?.closed()
    this.#notify()
  }
}

class MemorySocket implements Socket {
  readonly remoteAddress: string
  readonly maxMessageBytes: number
  readonly #onEnd: () => void
  handler: SocketHandler | undefined
  /** Sent by the server and not yet read by the client. */
  readonly unread: (string | Uint8Array)[] = []
  /** Messages the network takes before the server's side begins to buffer. */
  window = Infinity
  closeCode: number | undefined
  closeReason = ''

  constructor(remoteAddress: string, maxMessageBytes: number, onEnd: () => void) {
    this.remoteAddress = remoteAddress
    this.maxMessageBytes = maxMessageBytes
    this.#onEnd = onEnd
  }

  get bufferedBytes(): number {
    return this.unread.slice(this.window).reduce((sum, message) => sum + toBytes(message).length, 0)
  }

  send(data: string | Uint8Array): SendResult {
    if (this.closeCode !== undefined) return 'dropped'
    this.unread.push(typeof data === 'string' ? data : data.slice())
    return this.unread.length > this.window ? 'buffered' : 'sent'
  }

  close(code: number, reason: string): void {
    this.closeReason = reason
    this.end(code)
  }

  end(code: number): void {
    if (this.closeCode !== undefined) return
    this.closeCode = code
    this.#onEnd()
    this.handler?.closed(code)
  }
}

/** The other end. Reads only when told to. */
export class MemoryClient {
  readonly #socket: MemorySocket

  constructor(socket: MemorySocket) {
    this.#socket = socket
  }

  get closeCode(): number | undefined {
    return this.#socket.closeCode
  }

  get closeReason(): string {
    return this.#socket.closeReason
  }

  send(data: string | Uint8Array): void {
    if (this.#socket.closeCode !== undefined) return
    if (toBytes(data).length > this.#socket.maxMessageBytes) return this.#socket.end(1006)
    this.#socket.handler?.message(typeof data === 'string' ? data : data.slice())
  }

  /** From now on only `messages` fit into the network; the rest stays in the server's buffer. */
  stall(messages = 0): void {
    this.#socket.window = messages
  }

  /** Reads everything there is, once; the server's side hears that it drained. */
  flush(): (string | Uint8Array)[] {
    const read = this.#socket.unread.splice(0)
    if (read.length > 0) this.#socket.handler?.drain()
    return read
  }

  close(code = 1000): void {
    this.#socket.end(code)
  }
}

function toHead(request: MemoryRequest): RequestHead {
  const [path = '', query = ''] = request.path.split('?')
  return {
    method: request.method ?? 'GET',
    path,
    query,
    headers: request.headers ?? {},
    remoteAddress: '127.0.0.1',
  }
}

function toBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data
}
