import type { ServerMessageOf } from '../protocol/control.ts'
import type { ERROR_TABLE, ErrorCode } from '../protocol/errors.ts'
import { PROTOCOL_VERSION } from '../protocol/version.ts'
import { AppError, messageOf } from '../std/errors.ts'
import type { Environment, Socket } from './environment.ts'
import { readIncoming } from './incoming.ts'
import type { Incoming } from './incoming.ts'

/** How soon after something was sent the server is asked, where it has said nothing since. */
export const PING_EVERY_MS = 10_000
/** Where nothing was sent it is asked in every so many of those: nobody waits for what it says. */
export const IDLE_PINGS_IN = 3
/** Longest silence after a ping, and longest wait for `welcome` after the dial. */
export const ANSWER_WITHIN_MS = 8_000
/** A ping stands in line behind what was sent before it: so much the slowest link of any use takes in a millisecond. */
export const SLOWEST_BYTES_PER_MS = 16

type CloseCode<C extends ErrorCode> = (typeof ERROR_TABLE)[C]['closeCode']

/** What a close code says. The error before it says the same: over HTTP/2 browsers may report 1006 in its place. */
export const CLOSES: Record<number, ErrorCode> = {
  4001: 'unauthorized',
  4003: 'forbidden',
  4009: 'protocol_version',
} satisfies { [C in 'unauthorized' | 'forbidden' | 'protocol_version' as CloseCode<C>]: C }

export interface LifeEnd {
  readonly reason: string
  /** The error behind it, where there is one that decides what helps. */
  readonly code: string | undefined
  /** How long the connection was live; 0 when it never was. */
  readonly liveMs: number
}

export interface LifeOptions {
  readonly url: string
  readonly env: Pick<Environment, 'openSocket' | 'clock'>
  onWelcome(welcome: ServerMessageOf<'welcome'>, socket: Socket): void
  onMessage(message: Incoming): void
  onBytes(down: number): void
}

const REASONS: Record<number, string> = {
  1012: 'The server is restarting.',
  1013: 'The server is full.',
}

/** One socket from dial to end: hello, welcome, liveness. Nothing of it stays when `ended` has resolved. */
export class SocketLife {
  readonly ended: Promise<LifeEnd>
  readonly #options: LifeOptions
  readonly #socket: Socket
  #resolve: (end: LifeEnd) => void = () => undefined
  #liveSinceMs: number | undefined
  /** Why we are not let in. */
  #refusal: ServerMessageOf<'error'> | undefined
  #cancelDeadline: (() => void) | undefined
  #cancelPing: (() => void) | undefined
  /** Sent since the server was heard last. */
  #unheardBytes = 0
  #idle = 0
  #over = false

  constructor(options: LifeOptions) {
    this.#options = options
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve
    })
    const socket = options.env.openSocket(options.url, {
      open: () => this.#hello(),
      message: (data) => this.#receive(data),
      close: (code, reason) => this.#closed(code, reason),
    })
    this.#socket = {
      send: (data) => {
        this.#unheardBytes += data.length
        socket.send(data)
      },
      bufferedBytes: () => socket.bufferedBytes(),
      close: () => socket.close(),
    }
    this.#expectAnswer()
  }

  /** Asks now whether the other side is still there: a machine that slept cannot know. */
  probe(isDue = true): void {
    if (this.#liveSinceMs === undefined || this.#over) return
    const { clock } = this.#options.env
    this.#cancelPing?.()
    this.#cancelPing = clock.setTimer(
      () => this.probe(this.#unheardBytes > 0 || ++this.#idle >= IDLE_PINGS_IN),
      PING_EVERY_MS,
    )
    // One that is asked already is not given more time.
    if (!isDue || this.#cancelDeadline) return
    this.#idle = 0
    this.#expectAnswer()
    this.#socket.send(JSON.stringify({ type: 'ping', clientMs: clock.now() }))
  }

  /** Gives the socket up without waiting for the close handshake, which a dead link never finishes. */
  end(reason: string, code?: string): void {
    if (this.#over) return
    this.#over = true
    this.#cancelDeadline?.()
    this.#cancelPing?.()
    this.#socket.close()
    const liveMs = this.#liveSinceMs === undefined ? 0 : this.#options.env.clock.now() - this.#liveSinceMs
    this.#resolve({ reason, code, liveMs })
  }

  #hello(): void {
    this.#socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, client: 'sketchwire-web' }))
  }

  #closed(code: number, reason: string): void {
    const fallback =
      this.#liveSinceMs === undefined ? 'The server cannot be reached.' : 'The connection was lost.'
    // Its sentence came before the close, whose reason is a code.
    const sentence = REASONS[code] ?? (this.#refusal?.message || reason || fallback)
    this.end(sentence, CLOSES[code] ?? this.#refusal?.code)
  }

  #expectAnswer(): void {
    const unsent = this.#socket.bufferedBytes()
    this.#cancelDeadline = this.#options.env.clock.setTimer(
      // What waits to be sent grows less: somebody takes it.
      () =>
        this.#socket.bufferedBytes() < unsent
          ? this.#expectAnswer()
          : this.end('The server does not answer.'),
      ANSWER_WITHIN_MS + this.#unheardBytes / SLOWEST_BYTES_PER_MS,
    )
  }

  #heard(): void {
    this.#unheardBytes = 0
    this.#cancelDeadline?.()
    this.#cancelDeadline = undefined
  }

  #receive(data: unknown): void {
    if (this.#over) return
    this.#options.onBytes(
      typeof data === 'string' ? data.length : data instanceof ArrayBuffer ? data.byteLength : 0,
    )
    // Any message proves life, not only the pong: it may stand in line behind a large picture.
    if (this.#liveSinceMs !== undefined) this.#heard()
    const message = this.#read(data)
    // A frame may be on its way: asked at the next tick, or a link that dies now shows late.
    if (message?.type !== 'pong') this.#idle = IDLE_PINGS_IN
    if (message?.type === 'welcome') this.#welcome(message)
    else if (message?.type === 'error' && this.#liveSinceMs === undefined) this.#refusal = message
    else if (message) this.#options.onMessage(message)
  }

  #read(data: unknown): Incoming | undefined {
    try {
      return readIncoming(data)
    } catch (error) {
      // A reply that cannot be read may have been the end of a frame: only a new connection has a sure count (E1).
      const code = error instanceof AppError ? error.code : undefined
      this.end(`The server sent something this page cannot read: ${messageOf(error)}`, code)
      return undefined
    }
  }

  #welcome(welcome: ServerMessageOf<'welcome'>): void {
    if (welcome.protocol !== PROTOCOL_VERSION) {
      this.end(
        `The server speaks protocol ${welcome.protocol}, this page ${PROTOCOL_VERSION}; reload the page.`,
        'protocol_version',
      )
      return
    }
    if (this.#liveSinceMs !== undefined) return
    this.#liveSinceMs = this.#options.env.clock.now()
    this.#heard()
    this.#options.onWelcome(welcome, this.#socket)
    this.probe()
  }
}
