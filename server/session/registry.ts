import type { WireError } from '../../lib/protocol/errors.ts'
import type { Clock } from '../../lib/std/clock.ts'
import type { Engine } from '../engine/engine.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { SessionObserver, SessionPlace } from './observer.ts'
import { HeldInputs, InputRoom } from './held-inputs.ts'
import type { InputLimits } from './held-inputs.ts'
import { ANY_RATE } from './admission.ts'
import { STOPPING } from './refusals.ts'
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
  /** How many of them one caller may take; without it all. */
  readonly placesOf?: (caller: string) => number
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
  /** Its place goes to somebody else, for the reason given. Without it, it keeps its place. */
  readonly giveWay?: (why: WireError) => void
  /** Whether there is work for it that the session has not heard of. */
  readonly isBusy?: () => boolean
}

/** A session that sent no frame for this long gives way where places are wanted (SPEC E5). */
export const GIVES_WAY_AFTER_MS = 10 * 60_000

export type OpenResult =
  { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly error: WireError }

/** The sessions alive, by id. One connection, one session; nothing of one is reachable from another. */
export class Registry {
  readonly #options: RegistryOptions
  readonly #sessions = new Map<string, Session>()
  readonly #places = new Map<string, SessionPlace & Pick<OpenOptions, 'giveWay' | 'isBusy'>>()
  readonly #traces = new Traces()
  readonly #followers = new Followers()
  readonly #inputs: InputRoom
  readonly #unsubscribe: readonly (() => void)[]
  #leaving = false
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

  /** The server is about to stop, or stops: nobody new should be sent here. */
  get leaving(): boolean {
    return this.#leaving
  }

  /** Makes a session in state `opening`; a full or stopping server is an answer, not an exception. */
  create(open: OpenOptions): OpenResult {
    const { caller, door, giveWay, isBusy } = open
    const place: SessionPlace = { caller, door }
    const error = this.#draining ? STOPPING : this.#lacksPlace(caller)
    if (error) {
      this.#options.observer.sessionRefused(place, error.code)
      return { ok: false, error }
    }
    const session = this.#build(open)
    this.#sessions.set(session.id, session)
    this.#places.set(session.id, { ...place, ...(giveWay && { giveWay }), ...(isBusy && { isBusy }) })
    this.#followers.opened(place, session)
    this.#options.dispatcher.add(session, caller)
    this.#options.observer.sessionOpened(session.id, place)
    return { ok: true, session }
  }

  /** Why there is no place for one session more of this caller, where none gives way. */
  #lacksPlace(caller: string): WireError | undefined {
    const { maxSessions, placesOf } = this.#options
    const own = this.#of(caller, undefined)
    const places = Math.min(maxSessions, placesOf?.(caller) ?? maxSessions)
    if (places < maxSessions && own.length >= places && !this.#makeRoom(own)) return ownPlacesTaken(places)
    if (this.#sessions.size < maxSessions || this.#makeRoom([...this.#sessions.values()])) return undefined
    return allPlacesTaken(maxSessions)
  }

  /** Ends the one that has been quiet for the longest, if long enough. */
  #makeRoom(sessions: readonly Session[]): boolean {
    const quiet = sessions.filter((session) => this.#mayGiveWay(session))
    const [longest] = quiet.sort((a, b) => a.quietSinceMs - b.quietSinceMs)
    if (!longest) return false
    this.#options.observer.sessionGaveWay(longest.id)
    this.#places.get(longest.id)?.giveWay?.(GAVE_WAY)
    this.close(longest)
    return true
  }

  #mayGiveWay({ id, load, quietSinceMs }: Session): boolean {
    const isQuiet = this.#options.clock.now() - quietSinceMs >= GIVES_WAY_AFTER_MS
    const place = this.#places.get(id)
    if (!isQuiet || load.waiting + load.running > 0 || place?.isBusy?.() === true) return false
    return place?.giveWay !== undefined
  }

  #build(open: OpenOptions): Session {
    const { engine, clock, observer, newId, framesPerSecond, dispatcher } = this.#options
    const refusesWhenFull = open.policy.mailbox.whenFull === 'reject-new'
    const rate = refusesWhenFull ? ANY_RATE : { capacity: framesPerSecond * 2, perSecond: framesPerSecond }
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
        this.#followers.note({ caller, door }, id, event)
        this.#traces.note({ caller, door, session: id }, event, clock.now())
        open.sink(event)
      },
      observer,
      wake: () => dispatcher.wake(),
    })
  }

  close(session: Session): void {
    if (!this.#sessions.delete(session.id)) return
    this.#followers.closed(session)
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

  /** Hears of the newest job of this caller, of one that runs already too, in whatever session of the door it is. */
  follow(caller: string, tell: SessionSink, door?: string): Follower {
    return this.#followers.follow({ caller, door }, tell, this.#of(caller, door))
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

  /** Says that the server is about to stop, and goes on as before: whoever sends people here needs a moment to hear it. */
  leave(): void {
    this.#leaving = true
  }

  /** No new sessions, no new frames; what runs may finish. */
  drain(): void {
    this.#leaving = true
    this.#draining = true
    for (const session of this.#sessions.values()) session.drain()
  }

  /** Ends what still runs after the drain's patience. */
  abandon(): void {
    for (const session of this.#sessions.values()) session.abandon()
  }

  dispose(): void {
    for (const stop of this.#unsubscribe) stop()
    for (const session of [...this.#sessions.values()]) this.close(session)
  }
}

const GAVE_WAY: WireError = {
  code: 'too_many_sessions',
  message: `All places are taken, and nothing was drawn here for ${GIVES_WAY_AFTER_MS / 60_000} minutes; connect again to draw`,
}

function allPlacesTaken(places: number): WireError {
  const message = `All ${places} places are taken; try again later or raise SKETCHWIRE_MAX_SESSIONS.`
  return { code: 'too_many_sessions', message, retryAfterMs: 2000 }
}

function ownPlacesTaken(places: number): WireError {
  const message = `All ${places} places of this token's subject are taken; close one of its canvases or raise SKETCHWIRE_SUBJECT_SESSIONS.`
  return { code: 'too_many_sessions', message, retryAfterMs: 2000 }
}
