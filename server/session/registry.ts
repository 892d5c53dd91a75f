import type { WireError } from '../../lib/protocol/errors.ts'
import type { Clock } from '../../lib/std/clock.ts'
import type { Engine } from '../engine/engine.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { SessionObserver } from './observer.ts'
import { HeldInputs, InputRoom } from './held-inputs.ts'
import type { InputLimits } from './held-inputs.ts'
import { Session } from './session.ts'
import type { SessionPolicy } from './policy.ts'
import type { SessionSink } from './session-event.ts'
import { Followers } from './followers.ts'
import type { Follower } from './followers.ts'
import { Traces } from './traces.ts'
import type { JobTrace } from './traces.ts'

export interface RegistryOptions {
  readonly engine: Engine
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly observer: SessionObserver
  readonly maxSessions: number
  readonly framesPerSecond: number
  readonly inputLimits?: InputLimits
  /** Unguessable: a session's id may later let its owner back in. */
  readonly newId: () => string
}

export interface OpenOptions {
  /** Who asks: a token's subject, else an address. Sessions of one caller may ask about each other's jobs. */
  readonly caller: string
  /** Id of the dialect. */
  readonly door: string
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
  readonly #places = new Map<string, Pick<OpenOptions, 'caller' | 'door'>>()
  readonly #traces = new Traces()
  readonly #followers = new Followers()
  readonly #inputs: InputRoom
  readonly #unsubscribe: readonly (() => void)[]
  #draining = false

  constructor(options: RegistryOptions) {
    this.#options = options
    const { engine } = options
    this.#inputs = new InputRoom(options.inputLimits)
    this.#unsubscribe = [
      engine.onState((state) => {
        for (const session of this.#sessions.values()) session.engineChanged(state)
      }),
      engine.onInfo(() => {
        for (const session of this.#sessions.values()) session.modelChanged()
      }),
    ]
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
    this.#places.set(session.id, { caller: open.caller, door: open.door })
    this.#followers.opened(open.caller, session)
    this.#options.dispatcher.add(session, open.caller)
    this.#options.observer.sessionOpened(session.id)
    return { ok: true, session }
  }

  #build(open: OpenOptions): Session {
    const { engine, clock, observer, newId, framesPerSecond, dispatcher } = this.#options
    const rate = { capacity: framesPerSecond * 2, perSecond: framesPerSecond }
    const { caller, door } = open
    const id = newId()
    return new Session({
      id,
      policy: open.policy,
      model: () => engine.info,
      limits: { maxImageBytes: open.maxImageBytes, rate },
      engineState: () => engine.state(),
      abreast: () => engine.abreast,
      inputs: new HeldInputs(this.#inputs, caller),
      clock,
      sink: (event) => {
        this.#followers.note(caller, id, event)
        this.#traces.note({ caller, door, session: id }, event, clock.now())
        open.sink(event)
      },
      observer,
      wake: () => dispatcher.wake(),
    })
  }

  close(session: Session): void {
    if (!this.#sessions.delete(session.id)) return
    this.#followers.closed(this.#places.get(session.id)?.caller ?? '', session)
    this.#places.delete(session.id)
    this.#options.dispatcher.remove(session)
    session.close()
    this.#options.observer.sessionClosed(session.id)
  }

  /** The newest job of this caller that the engine has begun, running or ended; of one dialect, or of any. */
  latest(caller: string, door?: string): JobTrace | undefined {
    return this.#traces.latest(caller, door)
  }

  /** The session of that job, while it lives: who polls for previews watches it. */
  current(caller: string, door?: string): Session | undefined {
    const trace = this.latest(caller, door)
    return trace && this.#sessions.get(trace.session)
  }

  /** Hears of the newest job of this caller, of one that runs already too, in whatever session it is. */
  follow(caller: string, tell: SessionSink): Follower {
    return this.#followers.follow(caller, tell, this.#of(caller, undefined))
  }

  /** Frames of this caller that wait and that run. */
  load(caller: string, door?: string): { readonly waiting: number; readonly running: number } {
    const loads = this.#of(caller, door).map((session) => session.load)
    return {
      waiting: loads.reduce((sum, { waiting }) => sum + waiting, 0),
      running: loads.reduce((sum, { running }) => sum + running, 0),
    }
  }

  /** Ends the job of this caller that runs now as `cancelled`; false when none does. */
  interrupt(caller: string, door?: string): boolean {
    const trace = this.latest(caller, door)
    const session = this.current(caller, door)
    if (!trace || !session || trace.end !== undefined) return false
    session.cancel(trace.seq)
    return true
  }

  #of(caller: string, door: string | undefined): Session[] {
    return [...this.#sessions.values()].filter(({ id }) => {
      const place = this.#places.get(id)
      return place?.caller === caller && (door === undefined || place.door === door)
    })
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
    for (const stop of this.#unsubscribe) stop()
    for (const session of [...this.#sessions.values()]) this.close(session)
  }
}

function refusal(code: 'draining' | 'too_many_sessions', message: string): OpenResult {
  return { ok: false, error: { code, message, retryAfterMs: 2000 } }
}
