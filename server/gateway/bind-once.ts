import type { Decoded, Exchange, OnceDialect } from '../compat/dialect.ts'
import type { Session } from '../session/session.ts'
import { isTerminal } from '../session/session-event.ts'
import type { SessionEvent, TerminalEvent } from '../session/session-event.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { newId, randomSeed } from './bind.ts'
import type { BindDeps } from './bind.ts'
import type { HttpRequest, Reply } from './host.ts'

type FrameDecoded = Extract<Decoded, { kind: 'frame' }>

/**
 * Requests that get one answer each. Those of one address share one FIFO session, so that many requests of one caller
 * take one caller's turn; the session lives while any of them does.
 */
export class OnceDoor {
  readonly #dialect: OnceDialect
  readonly #deps: BindDeps
  readonly #callers = new Map<string, Caller>()

  constructor(dialect: OnceDialect, deps: BindDeps) {
    this.#dialect = dialect
    this.#deps = deps
  }

  async respond(request: HttpRequest): Promise<Reply> {
    const caller = this.#enter(request.remoteAddress)
    const exchange = this.#dialect.exchange({
      model: this.#deps.model,
      nowMs: () => this.#deps.clock.now(),
      randomSeed,
      requestId: newId(),
      nextSeq: () => (caller instanceof Caller ? caller.nextSeq() : 0),
    })
    if (!(caller instanceof Caller)) return exchange.refuse(caller)
    try {
      return await exchangeWith(exchange, caller, request)
    } finally {
      caller.users -= 1
      if (caller.users === 0) this.#leave(request.remoteAddress, caller)
    }
  }

  /** An answer in this door's own words to a request that is not read at all. */
  refuse(error: WireError): Reply {
    const { model, clock } = this.#deps
    const context = { model, nowMs: () => clock.now(), randomSeed, requestId: newId(), nextSeq: () => 0 }
    return this.#dialect.exchange(context).refuse(error)
  }

  #enter(address: string): Caller | WireError {
    const known = this.#callers.get(address)
    if (known) {
      known.users += 1
      return known
    }
    const ends = new Map<number, (end: TerminalEvent) => void>()
    const created = this.#deps.registry.create({
      policy: this.#dialect.policy,
      maxImageBytes: this.#dialect.messageLimitBytes,
      sink: (event) => deliver(ends, event),
    })
    if (!created.ok) return created.error
    created.session.open()
    const caller = new Caller(created.session, ends)
    this.#callers.set(address, caller)
    return caller
  }

  #leave(address: string, caller: Caller): void {
    this.#callers.delete(address)
    this.#deps.registry.close(caller.session)
  }
}

class Caller {
  readonly session: Session
  users = 1
  #seq = 0
  readonly #ends: Map<number, (end: TerminalEvent) => void>

  constructor(session: Session, ends: Map<number, (end: TerminalEvent) => void>) {
    this.session = session
    this.#ends = ends
  }

  nextSeq(): number {
    return this.#seq++
  }

  ask(decoded: FrameDecoded): Promise<TerminalEvent> {
    return new Promise((resolve) => {
      this.#ends.set(decoded.frame.seq, resolve)
      this.session.submit(decoded.frame, decoded.params)
    })
  }
}

function deliver(ends: Map<number, (end: TerminalEvent) => void>, event: SessionEvent): void {
  if (!isTerminal(event)) return
  ends.get(event.seq)?.(event)
  ends.delete(event.seq)
}

async function exchangeWith(exchange: Exchange, caller: Caller, request: HttpRequest): Promise<Reply> {
  const decoded = exchange.decode(request.body)
  const problem = decoded.find((one) => one.kind === 'problem')
  if (problem?.kind === 'problem') return exchange.refuse(problem.error)
  const frames = decoded.filter((one) => one.kind === 'frame')
  const cancelAll = () => {
    for (const { frame } of frames) caller.session.cancel(frame.seq)
  }
  request.signal.addEventListener('abort', cancelAll, { once: true })
  const ends = await Promise.all(
    frames.map(async (frame) => {
      const end = await caller.ask(frame)
      // One picture less is no answer, so the rest need not be made.
      if (end.type !== 'image') cancelAll()
      return end
    }),
  )
  request.signal.removeEventListener('abort', cancelAll)
  return exchange.answer(ends)
}
