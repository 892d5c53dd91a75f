import { randomInt, randomUUID } from 'node:crypto'
import type { Decoded, DialectContext, SocketDialect, Translator } from '../compat/dialect.ts'
import { ERROR_TABLE } from '../../lib/protocol/errors.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { assertNever } from '../../lib/std/assert.ts'
import type { Clock } from '../../lib/std/clock.ts'
import type { Registry } from '../session/registry.ts'
import type { Session } from '../session/session.ts'
import type { SessionEvent } from '../session/session-event.ts'
import type { RequestHead, Socket, SocketHandler } from './host.ts'
import { Outbox } from './outbox.ts'

export interface BindDeps {
  readonly registry: Registry
  readonly model: ModelInfo
  readonly clock: Clock
  readonly onSocket: (dialect: string, change: 'opened' | 'closed', code: number) => void
  readonly onBug: (where: string, error: unknown) => void
}

/** A random seed for those who gave none. */
export function randomSeed(): number {
  return randomInt(0, 2 ** 32)
}

export function newId(): string {
  return randomUUID()
}

/** The sockets that are open, so that a stopping server can say goodbye to all of them. */
export class OpenSockets {
  readonly #sockets = new Set<Socket>()

  add(socket: Socket): void {
    this.#sockets.add(socket)
  }

  delete(socket: Socket): void {
    this.#sockets.delete(socket)
  }

  get size(): number {
    return this.#sockets.size
  }

  closeAll(code: number, reason: string): void {
    for (const socket of [...this.#sockets]) socket.close(code, reason)
  }
}

/** One socket, one dialect, one session and one outbox, for as long as the socket is open. */
export function bindSocket(
  dialect: SocketDialect,
  deps: BindDeps,
  open: OpenSockets,
): (head: RequestHead) => (socket: Socket) => SocketHandler {
  return (head) => (socket) => {
    open.add(socket)
    deps.onSocket(dialect.id, 'opened', 0)
    const binding = new SocketBinding({ dialect, deps, socket, head })
    binding.start()
    return {
      message: (data) => binding.message(data),
      drain: () => binding.drain(),
      closed: (code) => {
        open.delete(socket)
        binding.closed()
        deps.onSocket(dialect.id, 'closed', code)
      },
    }
  }
}

interface BindingOptions {
  readonly dialect: SocketDialect
  readonly deps: BindDeps
  readonly socket: Socket
  readonly head: RequestHead
}

class SocketBinding {
  readonly #options: BindingOptions
  readonly #outbox: Outbox
  readonly #translator: Translator
  #session: Session | undefined

  constructor(options: BindingOptions) {
    this.#options = options
    const { deps, dialect, socket } = options
    const context: DialectContext = { model: deps.model, nowMs: () => deps.clock.now(), randomSeed }
    this.#translator = dialect.translator(context)
    this.#outbox = new Outbox(socket, () => socket.close(1008, 'reads too slowly'))
  }

  start(): void {
    const { deps, dialect, head } = this.#options
    const created = deps.registry.create({
      policy: dialect.policy(new URLSearchParams(head.query)),
      maxImageBytes: dialect.messageLimitBytes,
      sink: (event) => this.#emit(event),
    })
    if (!created.ok) return this.#problem(created.error)
    this.#session = created.session
    if (dialect.opensOn === 'connect') created.session.open()
  }

  message(data: string | Uint8Array): void {
    const limit = this.#options.dialect.messageLimitBytes
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : data.length
    if (bytes > limit) return this.#problem(tooLarge(bytes, limit))
    try {
      for (const decoded of this.#translator.decode(data)) this.#apply(decoded)
    } catch (error) {
      this.#options.deps.onBug(`decoding a ${this.#options.dialect.id} message`, error)
      this.#problem({ code: 'internal', message: 'The server failed on this message; its log says why' })
    }
  }

  #apply(decoded: Decoded): void {
    const session = this.#session
    if (!session) return
    switch (decoded.kind) {
      case 'open':
        return session.open()
      case 'params':
        return session.setParams(decoded.rev, decoded.params)
      case 'frame':
        return session.submit(decoded.frame, decoded.params)
      case 'refuse':
        return session.refuse(decoded.frame, decoded.error)
      case 'previews':
        return session.setPreviews(decoded.want)
      case 'cancel':
        return session.cancel(decoded.seq)
      case 'problem':
        return this.#problem(decoded.error, decoded.close)
      case 'reply':
        return this.#outbox.push(decoded.out)
      default:
        return assertNever(decoded)
    }
  }

  #emit(event: SessionEvent): void {
    for (const out of this.#translator.encode(event)) this.#outbox.push(out)
  }

  /** Says what is wrong; where the error table has a close code for it, the socket cannot stay. */
  #problem(error: WireError, close = closeOf(error)): void {
    this.#emit({ type: 'problem', error })
    if (close) this.#options.socket.close(close.code, close.reason)
  }

  drain(): void {
    this.#outbox.flush()
  }

  closed(): void {
    this.#outbox.clear()
    if (this.#session) this.#options.deps.registry.close(this.#session)
    this.#session = undefined
  }
}

function closeOf(error: WireError): { code: number; reason: string } | undefined {
  const code = ERROR_TABLE[error.code].closeCode
  return code === undefined ? undefined : { code, reason: error.code }
}

export function tooLarge(bytes: number, limit: number): WireError {
  const message = `The message has ${bytes} bytes; send at most ${limit}: a smaller or more compressed picture`
  return { code: 'message_too_large', message, field: 'message', value: bytes, range: `0..${limit} bytes` }
}
