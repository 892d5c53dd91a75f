// The seam between us and whatever speaks HTTP and WebSocket. Three hosts pass host.contract.ts: uWebSockets.js,
// node:http with ws, and memory.

/** Every socket is pinged so often: many proxies close what is silent for 60 s. */
export const PING_EVERY_MS = 30_000

/** A request before its body; everything is copied, nothing is lent. */
export interface RequestHead {
  /** Upper case. */
  readonly method: string
  /** Still percent-encoded, without the query. */
  readonly path: string
  readonly query: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly remoteAddress: string
}

/** What comes after the head. */
export interface RequestBody {
  readonly body: Uint8Array
  /** Aborts when the client goes away before its answer. */
  readonly signal: AbortSignal
}

export interface HttpRequest extends RequestHead, RequestBody {}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** A reply whose body comes in pieces, for as long as it takes. */
export interface StreamReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A piece that means nothing to the reader (`:\n\n` in an event stream): the host may send it at any time. */
  readonly filler: string
  /** Called once, at once. The head leaves with the first piece. */
  readonly stream: (out: ReplyStream) => ReplyStreamHandler
}

export type Answer = Reply | StreamReply

/** `buffered`: it will leave when the client reads on; `dropped`: it never will. */
export type SendResult = 'sent' | 'buffered' | 'dropped'

/** Where an outbox empties itself. */
export interface Sink {
  /** Bytes accepted and not yet taken by the operating system. */
  readonly bufferedBytes: number
  send(data: string | Uint8Array): SendResult
}

/** An open socket. Calls after its end do nothing. */
export interface Socket extends Sink {
  readonly remoteAddress: string
  close(code: number, reason: string): void
}

/** The body of a reply on its way. Calls after its end do nothing. */
export interface ReplyStream extends Sink {
  end(): void
}

export interface ReplyStreamHandler {
  /** The buffer has drained: sending may go on. */
  drain(): void
  /** The last call: the reader went away, or the reply was ended. */
  closed(): void
}

export interface SocketHandler {
  message(data: string | Uint8Array): void
  /** The buffer has drained: sending may go on. */
  drain(): void
  /** The last call; 1006 when the other side vanished. */
  closed(code: number): void
}

export type Upgrade = Reply | ((socket: Socket) => SocketHandler)

export interface SocketRoute {
  /** `/fixed`, or with `:named` segments. */
  readonly path: string
  /** The transport's own cap: a larger message drops the socket with 1006. */
  readonly maxMessageBytes: number
  /** A Reply refuses the upgrade; a function takes the open socket. */
  upgrade(head: RequestHead): Upgrade | Promise<Upgrade>
}

/** Memory for one body on its way in. */
export interface BodyRoom {
  /** False where there is none for so many bytes more: nothing of the body is kept then, and `full` is its answer. */
  take(bytes: number): boolean
  /** What was taken is free again: the body is whole, or nobody reads it. */
  give(): void
  full(): Reply
}

/** What the app makes of a request by its head alone. One of `bodyTooLarge`, `room.full` and `respond` is its answer. */
export interface Reception {
  /** Largest body worth keeping, in bytes. Of a longer one nothing is kept, and it gets `bodyTooLarge`. */
  readonly bodyLimitBytes: number
  /** A body above it is not even read to its end: the connection is closed after the answer. */
  readonly cutOffBytes: number
  /** Of what is kept of it until it is whole; without it there is enough. */
  readonly room?: BodyRoom
  bodyTooLarge(): Reply
  respond(body: RequestBody): Answer | Promise<Answer>
}

export interface WebApp {
  readonly sockets: readonly SocketRoute[]
  /** Called once per request, before its body: what a caller may send depends on who it is. */
  receive(head: RequestHead): Reception
}

export interface ListenAddress {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
}

export interface Host extends AsyncDisposable {
  /** Resolves with the port; rejects with AppError `port_in_use` when it is taken. */
  listen(address: ListenAddress): Promise<number>
  /** Takes no new connections; those that are open stay. */
  stopListening(): void
}
