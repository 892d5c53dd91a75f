import { randomInt, randomUUID } from 'node:crypto'
import type { Decoded, RequestFacts, SocketDialect, Translator } from '../compat/dialect.ts'
import { ERROR_TABLE } from '../../lib/protocol/errors.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { assertNever } from '../../lib/std/assert.ts'
import type { Clock } from '../../lib/std/clock.ts'
import type { Registry } from '../session/registry.ts'
import type { Follower } from '../session/followers.ts'
import type { Session } from '../session/session.ts'
import type { SessionEvent } from '../session/session-event.ts'
import type { Identity } from '../auth/identity.ts'
import type { FetchTurns } from './fetch-turns.ts'
import { FrameLine } from './frame-line.ts'
import type { Socket, SocketHandler } from './host.ts'
import { Outbox } from './outbox.ts'

export interface BindDeps {
  readonly registry: Registry
  /** Read at every use: it may become another. */
  readonly model: ModelInfo
  readonly clock: Clock
  readonly onSocket: (dialect: string, change: 'opened' | 'closed', code: number) => void
  readonly fetches: FetchTurns
  /** Whose jobs of any door the caller may follow; of others, those of the door that the dialect names. */
  readonly mayWatchAll: (caller: string) => boolean
  readonly onBug: (where: string, error: unknown) => void
}

/** `rest` with the model of now, whenever it is looked at. */
export function withModel<T extends object>(deps: Pick<BindDeps, 'model'>, rest: T) {
  return {
    ...rest,
    get model() {
      return deps.model
    },
  }
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

/** What is known of a socket before its first message. */
export interface Handshake {
  readonly facts: RequestFacts
  /** An error: the server does not know who this is, and says so as soon as the dialect's client can hear it. */
  readonly identity: Identity | WireError
}

/** One socket, one dialect, one session and one outbox, for as long as the socket is open. */
export function bindSocket(
  dialect: SocketDialect,
  deps: BindDeps,
  open: OpenSockets,
): (handshake: Handshake) => (socket: Socket) => SocketHandler {
  return (handshake) => (socket) => {
    open.add(socket)
    deps.onSocket(dialect.id, 'opened', 0)
    const binding = new SocketBinding({ dialect, deps, socket, handshake })
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

/** Longer than any network takes to bring the first message of a client that means it. */
export const HELLO_WITHIN_MS = 10_000
const NO_HELLO: WireError = {
  code: 'hello_timeout',
  message: `No hello within ${HELLO_WITHIN_MS / 1000} s; connect again and say hello first`,
}

interface BindingOptions {
  readonly dialect: SocketDialect
  readonly deps: BindDeps
  readonly socket: Socket
  readonly handshake: Handshake
}

class SocketBinding {
  readonly #options: BindingOptions
  readonly #outbox: Outbox
  readonly #translator: Translator
  #session: Session | undefined
  #cancelPatience: () => void = () => undefined
  #follower: Follower | undefined
  #line: FrameLine | undefined
  #cancelIdle: () => void = () => undefined

  constructor(options: BindingOptions) {
    this.#options = options
    const { deps, dialect, socket, handshake } = options
    const { clock } = deps
    const context = withModel(deps, { request: handshake.facts, nowMs: () => clock.now(), randomSeed })
    this.#translator = dialect.translator(context)
    this.#outbox = new Outbox(socket, () => socket.close(1008, 'reads too slowly'))
  }

  start(): void {
    const { deps, dialect, handshake } = this.#options
    const { identity, facts } = handshake
    // At once: of a first message of a stranger the transport would keep what has come of it, megabytes a socket.
    if ('code' in identity) return this.#problem(identity)
    // Those who never say who they are would keep their place for ever.
    if (dialect.opensOn === 'hello')
      this.#cancelPatience = deps.clock.setTimer(() => this.#impatient(), HELLO_WITHIN_MS)
    const policy = dialect.policy(facts.query)
    const created = deps.registry.create({
      caller: identity.caller,
      door: dialect.id,
      policy,
      maxImageBytes: dialect.imageLimitBytes ?? dialect.messageLimitBytes,
      sink: (event) => this.#emit(event),
      ...(!dialect.watchesOnly && { giveWay: (why) => this.#problem(why) }),
      // A frame whose picture is still fetched is none of the session's yet.
      isBusy: () => this.#line?.isEmpty === false,
    })
    if (!created.ok) return this.#problem(created.error)
    const { session } = created
    this.#session = session
    this.#line = new FrameLine({
      session,
      fetch: (url, signal) => deps.fetches.fetch(identity.caller, url, signal),
      depth: policy.mailbox.depth,
      sink: (event) => this.#emit(event),
    })
    if (dialect.opensOn === 'connect') session.open()
    for (const decoded of this.#translator.begin?.() ?? []) this.#apply(decoded)
    this.#awaitNext()
  }

  /** Begins the dialect's patience with a silent client anew. */
  #awaitNext(): void {
    const { deps, dialect } = this.#options
    this.#cancelIdle()
    if (dialect.idle && this.#session)
      this.#cancelIdle = deps.clock.setTimer(() => this.#idle(), dialect.idle.afterMs)
  }

  #idle(): void {
    const { dialect, socket } = this.#options
    const { waiting, running } = this.#session?.load ?? { waiting: 0, running: 0 }
    if (waiting + running > 0 || this.#line?.isEmpty === false) return this.#awaitNext()
    for (const out of this.#translator.idle?.() ?? []) this.#outbox.push(out)
    if (dialect.idle) socket.close(dialect.idle.close.code, dialect.idle.close.reason)
  }

  #impatient(): void {
    if (this.#session?.state === 'opening') this.#problem(NO_HELLO)
  }

  message(data: string | Uint8Array): void {
    const { dialect, handshake } = this.#options
    if ('code' in handshake.identity) return
    this.#awaitNext()
    const limit = dialect.messageLimitBytes
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
        return session.setParams(decoded.rev, decoded.params, decoded.madeFor)
      case 'frame':
        return this.#line?.submit(decoded.frame, decoded.params, decoded.imageUrl)
      case 'refuse':
        return this.#line?.refuse(decoded.frame, decoded.error)
      case 'previews':
        return session.setPreviews(decoded.want)
      case 'follow':
        return this.#follow(decoded)
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

  #follow({ want, door }: Extract<Decoded, { kind: 'follow' }>): void {
    const { deps, handshake } = this.#options
    if ('code' in handshake.identity) return
    const { caller } = handshake.identity
    const watched = deps.mayWatchAll(caller) ? undefined : door
    this.#follower ??= deps.registry.follow(caller, (event) => this.#emit(event), watched)
    this.#follower.change(want)
  }

  /** A dialect's bug costs its own socket, and not whoever told the event: the engine's are told to all in one go. */
  #emit(event: SessionEvent): void {
    try {
      for (const out of this.#translator.encode(event)) this.#outbox.push(out)
    } catch (error) {
      const { deps, dialect, socket } = this.#options
      deps.onBug(`telling a ${dialect.id} client of ${event.type}`, error)
      socket.close(1011, 'internal')
    }
  }

  /** Says what is wrong; where the error table has a close code for it, the socket cannot stay. */
  #problem(error: WireError, close = this.#closeOf(error)): void {
    this.#emit({ type: 'problem', error })
    if (close) this.#options.socket.close(close.code, close.reason)
  }

  #closeOf(error: WireError): { code: number; reason: string } | undefined {
    const code = this.#options.dialect.closeCodes?.[error.code] ?? ERROR_TABLE[error.code].closeCode
    return code === undefined ? undefined : { code, reason: error.code }
  }

  drain(): void {
    this.#outbox.flush()
  }

  closed(): void {
    this.#cancelPatience()
    this.#cancelIdle()
    this.#line?.clear()
    this.#outbox.clear()
    this.#follower?.stop()
    if (this.#session) this.#options.deps.registry.close(this.#session)
    this.#session = undefined
  }
}

export function tooLarge(bytes: number, limit: number): WireError {
  const message = `The message has ${bytes} bytes; send at most ${limit}: a smaller or more compressed picture`
  return { code: 'message_too_large', message, field: 'message', value: bytes, range: `0..${limit} bytes` }
}
