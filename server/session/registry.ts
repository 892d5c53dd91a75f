import type { WireError } from '../../lib/protocol/errors.ts'
import type { Clock } from '../../lib/std/clock.ts'
import type { Engine } from '../engine/engine.ts'
import type { AdmissionLimits } from './admission.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { SessionObserver } from './observer.ts'
import { Session } from './session.ts'
import type { SessionPolicy } from './session.ts'
import type { SessionSink } from './session-event.ts'

export interface RegistryOptions {
  readonly engine: Engine
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly observer: SessionObserver
  readonly maxSessions: number
  readonly framesPerSecond: number
  /** Unguessable: a session's id may later let its owner back in. */
  readonly newId: () => string
}

export interface OpenOptions {
  readonly policy: SessionPolicy
  readonly maxImageBytes: number
  readonly sink: SessionSink
}

export type OpenResult =
  { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly error: WireError }

/** The sessions alive, by id. One connection, one session; nothing of one is reachable from another. */
export class Registry {
  readonly #options: RegistryOptions
  readonly #sessions = new Map<string, Session>()
  readonly #unsubscribe: () => void
  #draining = false

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#unsubscribe = options.engine.onState((state) => {
      for (const session of this.#sessions.values()) session.engineChanged(state)
    })
  }

  get size(): number {
    return this.#sessions.size
  }

  get draining(): boolean {
    return this.#draining
  }

  /** Makes a session in state `opening`; a full or stopping server is an answer, not an exception. */
  create(open: OpenOptions): OpenResult {
    const { maxSessions } = this.#options
    if (this.#draining) return refusal('draining', 'The server is stopping; reconnect in a moment.')
    if (this.#sessions.size >= maxSessions) {
      return refusal(
        'too_many_sessions',
        `All ${maxSessions} places are taken; try again later or raise SKETCHWIRE_MAX_SESSIONS.`,
      )
    }
    const session = this.#build(open)
    this.#sessions.set(session.id, session)
    this.#options.dispatcher.add(session)
    this.#options.observer.sessionOpened(session.id)
    return { ok: true, session }
  }

  #build(open: OpenOptions): Session {
    const { engine, clock, observer, newId, framesPerSecond, dispatcher } = this.#options
    const rate = { capacity: framesPerSecond * 2, perSecond: framesPerSecond }
    const limits: AdmissionLimits = { model: engine.info, maxImageBytes: open.maxImageBytes, rate }
    return new Session({
      id: newId(),
      policy: open.policy,
      model: engine.info,
      limits,
      engineState: () => engine.state(),
      clock,
      sink: open.sink,
      observer,
      wake: () => dispatcher.wake(),
    })
  }

  close(session: Session): void {
    if (!this.#sessions.delete(session.id)) return
    this.#options.dispatcher.remove(session)
    session.close()
    this.#options.observer.sessionClosed(session.id)
  }

  /** No new sessions, no new frames; what runs may finish. */
  drain(): void {
    this.#draining = true
    for (const session of this.#sessions.values()) session.drain()
  }

  /** Ends what still runs after the drain's patience. */
  abandon(): void {
    const message = 'The server stopped before this frame was done; reconnect in a moment.'
    for (const session of this.#sessions.values()) session.abandon({ code: 'draining', message })
  }

  dispose(): void {
    this.#unsubscribe()
    for (const session of [...this.#sessions.values()]) this.close(session)
  }
}

function refusal(code: 'draining' | 'too_many_sessions', message: string): OpenResult {
  return { ok: false, error: { code, message, retryAfterMs: 2000 } }
}
