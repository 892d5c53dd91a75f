// The seam between us and whatever speaks HTTP and WebSocket. Two hosts pass host.contract.ts: uWebSockets.js and memory.

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

export interface HttpRequest extends RequestHead {
  readonly body: Uint8Array
  /** Aborts when the client goes away before its answer. */
  readonly signal: AbortSignal
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** `buffered`: it will leave when the client reads on; `dropped`: it never will. */
export type SendResult = 'sent' | 'buffered' | 'dropped'

/** An open socket. Calls after its end do nothing. */
export interface Socket {
  readonly remoteAddress: string
  /** Bytes accepted and not yet taken by the operating system. */
  readonly bufferedBytes: number
  send(data: string | Uint8Array): SendResult
  close(code: number, reason: string): void
}

export interface SocketHandler {
  message(data: string | Uint8Array): void
  /** The buffer has drained: sending may go on. */
  drain(): void
  /** The last call; 1006 when the other side vanished. */
  closed(code: number): void
}

export interface SocketRoute {
  readonly path: string
  /** The transport's own cap: a larger message drops the socket with 1006. */
  readonly maxMessageBytes: number
  /** A Reply refuses the upgrade; a function takes the open socket. */
  upgrade(head: RequestHead): Reply | ((socket: Socket) => SocketHandler)
}

export interface WebApp {
  readonly sockets: readonly SocketRoute[]
  /** Largest body worth reading, in bytes; above twice that the connection is closed after a 413. */
  bodyLimitBytes(head: RequestHead): number
  /** What a body above `bodyLimitBytes` gets. */
  bodyTooLarge(head: RequestHead, limitBytes: number): Reply
  respond(request: HttpRequest): Reply | Promise<Reply>
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
