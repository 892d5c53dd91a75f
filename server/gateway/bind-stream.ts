import type { Chunk, OnceAnswer, RequestFacts, StreamDialect, StreamExchange } from '../compat/dialect.ts'
import { isTerminal } from '../session/session-event.ts'
import type { SessionEvent } from '../session/session-event.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { newId } from './bind.ts'
import type { BindDeps } from './bind.ts'
import { onceContext } from './bind-once.ts'
import type { TaskRequest } from './bind-once.ts'
import type { CallerSessions } from './caller-sessions.ts'
import type { Answer } from './host.ts'
import { KeptStream } from './kept-stream.ts'
import { Work } from './work.ts'

/** Streams of one door that are kept for readers who come back; above it the oldest that ended goes. */
const MAX_KEPT = 64

/** Requests that are answered piece by piece. */
export class StreamDoor {
  readonly #dialect: StreamDialect
  readonly #deps: BindDeps
  readonly #sessions: CallerSessions
  readonly #kept = new Map<string, { readonly caller: string; readonly stream: KeptStream }>()

  constructor(dialect: StreamDialect, deps: BindDeps, sessions: CallerSessions) {
    this.#dialect = dialect
    this.#deps = deps
    this.#sessions = sessions
  }

  async respond(request: TaskRequest): Promise<Answer> {
    const resumed = this.#dialect.resume?.(request.facts)
    if (resumed) {
      const kept = this.#kept.get(resumed.streamId)
      const stream = kept?.caller === request.caller ? kept.stream : undefined
      if (stream && !stream.isReadTo(resumed.pieces)) return stream.reader(resumed.pieces)
      if (this.#dialect.gone) return this.#dialect.gone
    }
    return await this.#begin(request)
  }

  async #begin(request: TaskRequest): Promise<Answer> {
    const streamId = newId()
    const context = { ...onceContext(this.#deps, request.facts, request.requestId ?? streamId), streamId }
    const exchange = this.#dialect.exchange(context)
    const decoded = exchange.decode(request.body)
    const problem = decoded.find((one) => one.kind === 'problem')
    if (problem) return exchange.refuse(problem.error)
    const session = this.#sessions.enter(request.caller)
    if ('code' in session) return exchange.refuse(session)
    const work = new Work({
      decoded,
      session,
      fetches: this.#deps.fetches,
      nowMs: () => this.#deps.clock.now(),
      onBug: this.#deps.onBug,
    })
    const begun = beginStream(exchange, work)
    const done = begun.done.finally(() => this.#sessions.leave(session))
    const refusal = await Promise.race([begun.refusal, begun.admitted])
    if (refusal) {
      done.catch((error: unknown) => this.#deps.onBug(`streaming ${this.#dialect.id}`, error))
      return exchange.refuse(refusal)
    }
    const stream = this.#keep(streamId, request.caller, { exchange, work, chunks: begun.chunks, done })
    request.signal?.addEventListener('abort', () => stream.unread(), { once: true })
    if (request.signal?.aborted) stream.unread()
    return stream.reader(0)
  }

  #keep(streamId: string, caller: string, source: StreamSource): KeptStream {
    const { heartbeat, lingerMs } = this.#dialect
    const stream = new KeptStream({
      head: source.exchange.head,
      clock: this.#deps.clock,
      heartbeat,
      lingerMs,
      cancel: () => source.work.cancel(),
      forget: () => this.#kept.delete(streamId),
    })
    if (lingerMs > 0) this.#remember(streamId, { caller, stream })
    source.chunks((chunk) => stream.push(chunk))
    source.done.then(
      () => stream.finish(source.exchange.end()),
      (error: unknown) => {
        this.#deps.onBug(`streaming ${this.#dialect.id}`, error)
        stream.finish([])
      },
    )
    return stream
  }

  #remember(streamId: string, kept: { readonly caller: string; readonly stream: KeptStream }): void {
    this.#kept.set(streamId, kept)
    for (const [id, { stream }] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT) break
      if (stream.isFinished) this.#kept.delete(id)
    }
  }

  refuse(error: WireError, facts: RequestFacts): OnceAnswer {
    const context = { ...onceContext(this.#deps, facts, newId()), streamId: '' }
    return this.#dialect.exchange(context).refuse(error)
  }
}

interface StreamSource {
  readonly exchange: StreamExchange
  readonly work: Work
  /** Hands over what came so far and then every chunk as it comes. */
  readonly chunks: (take: (chunk: Chunk) => void) => void
  readonly done: Promise<void>
}

/**
 * Runs the work; a refusal before anything else was said is still a plain answer with a status of its own. `done`
 * rejects with what the exchange threw: its bugs end its own work, and not whoever told the event.
 */
function beginStream(exchange: StreamExchange, work: Work) {
  const early: Chunk[] = []
  let take: ((chunk: Chunk) => void) | undefined
  const put = (chunk: Chunk) => (take ? take(chunk) : early.push(chunk))
  let settle: (error: WireError | undefined) => void = () => undefined
  const refusal = new Promise<WireError | undefined>((resolve) => (settle = resolve))
  let bug: { readonly error: unknown } | undefined
  work.onEvent((event: SessionEvent) => {
    settle(isTerminal(event) && 'error' in event ? event.error : undefined)
    if (bug) return
    try {
      for (const chunk of exchange.encode(event)) put(chunk)
    } catch (error) {
      bug = { error }
      work.cancel()
    }
  })
  const run = work.run()
  return {
    refusal,
    /** Nothing was refused on the spot: the work waits or runs. */
    admitted: work.submitted,
    done: run.then(() => {
      if (bug) throw bug.error
    }),
    chunks: (taker: (chunk: Chunk) => void) => {
      take = taker
      for (const chunk of early.splice(0)) taker(chunk)
    },
  }
}
