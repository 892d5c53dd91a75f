import type { WireError } from '../../lib/protocol/errors.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import type { DialectId } from '../compat/dialect.ts'
import type { Registry } from '../session/registry.ts'
import type { FrameRequest } from '../session/frame-request.ts'
import type { SessionPolicy } from '../session/policy.ts'
import { lineFull } from '../session/refusals.ts'
import type { Session } from '../session/session.ts'
import { isTerminal } from '../session/session-event.ts'
import type { SessionEvent, SessionSink } from '../session/session-event.ts'

export interface CallerSessionsOptions {
  readonly dialect: {
    readonly id: DialectId
    readonly policy: SessionPolicy
    readonly messageLimitBytes: number
    readonly imageLimitBytes?: number
  }
  readonly registry: Registry
}

/**
 * One FIFO session per caller of a door that answers requests: many requests of one caller take one caller's turn and
 * never supersede each other. A session lives while any request of its caller does.
 */
export class CallerSessions {
  readonly #options: CallerSessionsOptions
  readonly #sessions = new Map<string, CallerSession>()

  constructor(options: CallerSessionsOptions) {
    this.#options = options
  }

  /** Every `enter` needs its `leave`. */
  enter(caller: string): CallerSession | WireError {
    const known = this.#sessions.get(caller)
    if (known) {
      known.users += 1
      return known
    }
    const { dialect, registry } = this.#options
    const ready: { session?: CallerSession } = {}
    const created = registry.create({
      caller,
      door: dialect.id,
      policy: dialect.policy,
      maxImageBytes: dialect.imageLimitBytes ?? dialect.messageLimitBytes,
      sink: (event) => ready.session?.deliver(event),
    })
    if (!created.ok) return created.error
    const made = new CallerSession(caller, created.session, dialect.policy.mailbox.depth)
    ready.session = made
    created.session.open()
    this.#sessions.set(caller, made)
    return made
  }

  leave(session: CallerSession): void {
    session.users -= 1
    if (session.users > 0) return
    this.#sessions.delete(session.caller)
    this.#options.registry.close(session.session)
  }
}

/** A session that several requests share; each hears of its own frames only. */
export class CallerSession {
  readonly caller: string
  readonly session: Session
  /** Places in the line. */
  readonly #depth: number
  users = 1
  #nextSeq = 0
  /** Places kept for frames whose picture is still to come from elsewhere. */
  #expected = 0
  #lastBatch: number | undefined
  readonly #sinks = new Map<number, SessionSink>()

  constructor(caller: string, session: Session, depth: number) {
    this.caller = caller
    this.session = session
    this.#depth = depth
  }

  get nextSeq(): number {
    return this.#nextSeq
  }

  /**
   * Keeps places in the line for frames whose picture has yet to be fetched, until `arrived`; the error where there are
   * too few: nothing is fetched for those who would be sent away with it.
   */
  expect(places: number): WireError | undefined {
    const full = this.#lacks(places)
    if (!full) this.#expected += places
    return full
  }

  /** To be called once for places that were kept, right before the `ask` that takes them. */
  arrived(places: number): void {
    this.#expected -= places
  }

  /** Submits under the session's next number, which it returns; `sink` hears of it until its terminal event. */
  ask(frame: FrameRequest, params: DrawParams | undefined, sink: SessionSink): number {
    const seq = this.#nextSeq++
    this.#sinks.set(seq, sink)
    // Frames of one batch come one after the other and fill one place.
    const hasPlace = frame.batch !== undefined && frame.batch === this.#lastBatch
    this.#lastBatch = frame.batch
    const full = hasPlace || this.#expected === 0 ? undefined : this.#lacks(1)
    if (full) this.session.refuse({ seq, rev: seq }, full)
    else this.session.submit({ ...frame, seq, rev: seq }, params)
    return seq
  }

  #lacks(places: number): WireError | undefined {
    const taken = this.session.filledPlaces + this.#expected
    return taken + places <= this.#depth ? undefined : lineFull(taken)
  }

  /** Frames of this caller, waiting and running, that were asked for before `seq`. */
  before(seq: number): number {
    return [...this.#sinks.keys()].filter((other) => other < seq).length
  }

  deliver(event: SessionEvent): void {
    if (!('seq' in event)) return
    const sink = this.#sinks.get(event.seq)
    if (isTerminal(event)) this.#sinks.delete(event.seq)
    sink?.(event)
  }
}
