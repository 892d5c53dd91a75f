import { backoffMs } from '../flow/backoff.ts'
import type { ServerMessageOf } from '../protocol/control.ts'
import { AppError, messageOf } from '../std/errors.ts'
import { ClockOffset } from './clock-offset.ts'
import type { ClockEstimate } from './clock-offset.ts'
import type { Environment, Socket } from './environment.ts'
import type { Incoming } from './incoming.ts'
import { SocketLife } from './socket-life.ts'
import type { LifeEnd } from './socket-life.ts'
import type { ConnectionStatus, SketchClientOptions } from './types.ts'

export type ConnectionEvent =
  | { readonly type: 'status'; readonly status: ConnectionStatus }
  /** The wire is open; once per connection, before its status `live`. */
  | { readonly type: 'welcome'; readonly welcome: ServerMessageOf<'welcome'>; readonly socket: Socket }
  | { readonly type: 'message'; readonly message: Exclude<Incoming, { type: 'welcome' | 'pong' }> }
  | { readonly type: 'clock'; readonly estimate: ClockEstimate }
  | { readonly type: 'bytes'; readonly down: number }

type ConnectionEnvironment = Pick<
  Environment,
  'openSocket' | 'clock' | 'epochMs' | 'random' | 'isHidden' | 'onVisibilityChange' | 'onOnline'
>

export interface ConnectionOptions {
  readonly url: SketchClientOptions['url']
  readonly env: ConnectionEnvironment
  readonly signal: AbortSignal
  onEvent(event: ConnectionEvent): void
}

const NEVER_LIVE: LifeEnd = { reason: '', code: undefined, liveMs: 0 }
/** A connection that lived this long was good: the next loss starts again with the shortest delay. */
const STABLE_MS = 5_000

export interface RunningConnection {
  readonly done: Promise<void>
  /** Dials now instead of waiting; the way on from `locked`. */
  retry(): void
}

/** Keeps one connection alive until `signal` aborts or the server speaks another protocol; retries without end. */
export function connect(options: ConnectionOptions): RunningConnection {
  const connection = new Connection(options)
  return { done: connection.run(), retry: () => connection.retry() }
}

class Connection {
  readonly #options: ConnectionOptions
  #offset = new ClockOffset()
  #life: SocketLife | undefined
  #wake: (() => void) | undefined
  #locked = false

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  retry(): void {
    this.#wake?.()
  }

  async run(): Promise<void> {
    const { env, signal } = this.#options
    const hurry = (): void => {
      if (!this.#locked) this.#wake?.()
      this.#life?.probe()
    }
    const abort = (): void => {
      this.#wake?.()
      this.#life?.end('Closed by the page.')
    }
    const offVisibility = env.onVisibilityChange(() => env.isHidden() || hurry())
    const offOnline = env.onOnline(hurry)
    signal.addEventListener('abort', abort)
    try {
      await this.#loop()
    } finally {
      offVisibility()
      offOnline()
      signal.removeEventListener('abort', abort)
    }
  }

  async #loop(): Promise<void> {
    const { env, signal } = this.#options
    let failures = 0
    while (!signal.aborted) {
      this.#status({ name: 'connecting', attempt: failures })
      if (signal.aborted) break
      const end = await this.#live()
      if (signal.aborted) break
      // Only a newer page helps.
      if (end.code === 'protocol_version') return this.#status({ name: 'reload', reason: end.reason })
      // Only another key helps.
      if (end.code === 'unauthorized' || end.code === 'forbidden') {
        await this.#untilUnlocked(end.reason)
        continue
      }
      if (end.liveMs >= STABLE_MS) failures = 0
      const delayMs = backoffMs(failures++, env.random())
      this.#status({ name: 'waiting', retryAtMs: env.epochMs() + delayMs, reason: end.reason })
      await this.#sleep(delayMs)
    }
    this.#status({ name: 'closed' })
  }

  /** Trying again by itself would only be refused again, and counted against us. */
  async #untilUnlocked(reason: string): Promise<void> {
    this.#locked = true
    this.#status({ name: 'locked', reason })
    await this.#sleep(undefined)
    this.#locked = false
  }

  async #live(): Promise<LifeEnd> {
    const { env, onEvent } = this.#options
    // A restarted server counts its time from somewhere else.
    this.#offset = new ClockOffset()
    try {
      const { url: given } = this.#options
      const url = typeof given === 'string' ? given : await given()
      if (this.#options.signal.aborted) return NEVER_LIVE
      this.#life = new SocketLife({
        url,
        env,
        onBytes: (down) => onEvent({ type: 'bytes', down }),
        onMessage: (message) => this.#message(message),
        onWelcome: (welcome, socket) => {
          onEvent({ type: 'welcome', welcome, socket })
          this.#status({ name: 'live' })
        },
      })
      return await this.#life.ended
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthorized')
        return { ...NEVER_LIVE, reason: error.message, code: error.code }
      return { ...NEVER_LIVE, reason: `Cannot dial the server: ${messageOf(error)}` }
    } finally {
      this.#life = undefined
    }
  }

  #message(message: Incoming): void {
    if (message.type === 'pong') {
      const receivedMs = this.#options.env.clock.now()
      const estimate = this.#offset.add({ sentMs: message.clientMs, serverMs: message.serverMs, receivedMs })
      this.#options.onEvent({ type: 'clock', estimate })
    } else if (message.type !== 'welcome') {
      this.#options.onEvent({ type: 'message', message })
    }
  }

  /** Until `delayMs` have gone by or somebody wakes us; `undefined`: only the latter. */
  #sleep(delayMs: number | undefined): Promise<void> {
    if (this.#options.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel =
        delayMs === undefined ? undefined : this.#options.env.clock.setTimer(() => this.#wake?.(), delayMs)
      this.#wake = () => {
        this.#wake = undefined
        cancel?.()
        resolve()
      }
    })
  }

  #status(status: ConnectionStatus): void {
    this.#options.onEvent({ type: 'status', status })
  }
}
