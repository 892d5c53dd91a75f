import type { Exchange, OnceAnswer, OnceContext, OnceDialect, RequestFacts } from '../compat/dialect.ts'
import type { ParsedJson } from '../compat/validation.ts'
import type { SessionSink } from '../session/session-event.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { newId, randomSeed } from './bind.ts'
import type { BindDeps } from './bind.ts'
import type { CallerSessions } from './caller-sessions.ts'
import { Work } from './work.ts'

export interface TaskRequest {
  readonly caller: string
  readonly body: Uint8Array
  /** The JSON of the body, where it was read already. */
  readonly read?: ParsedJson
  readonly facts: RequestFacts
  readonly requestId?: string
  /** Aborts when nobody waits for the answer any more; the work is then given up. */
  readonly signal?: AbortSignal
}

/** One request that is being worked on: a plain door waits for its answer, a queue keeps it. */
export interface Task {
  readonly requestId: string
  readonly state: 'waiting' | 'running' | 'ended'
  /** Frames of the same caller that come first. */
  readonly position: number
  /** Pictures it asked for, and how many of them have ended. */
  readonly count: Work['count']
  /** When the engine began the first of them. */
  readonly startedMs: number | undefined
  /** Never rejects but for a bug of ours. */
  readonly answer: Promise<OnceAnswer>
  /** Every event of its frames from now on; returns the unsubscribe. */
  onEvent(listener: SessionSink): () => void
  /** Ends what waits and runs; the answer is then the dialect's words for `cancelled`. */
  cancel(): void
}

/** Requests that get one answer each. */
export class OnceDoor {
  readonly #dialect: OnceDialect
  readonly #deps: BindDeps
  readonly #sessions: CallerSessions

  constructor(dialect: OnceDialect, deps: BindDeps, sessions: CallerSessions) {
    this.#dialect = dialect
    this.#deps = deps
    this.#sessions = sessions
  }

  /** Decodes and submits; what is refused has its answer at once. */
  start(request: TaskRequest): Task {
    const requestId = request.requestId ?? newId()
    const exchange = this.#dialect.exchange(onceContext(this.#deps, request.facts, requestId))
    const refused = (error: WireError) => endedTask(requestId, exchange.refuse(error))
    const decoded = exchange.decode(request.body, request.read)
    const problem = decoded.find((one) => one.kind === 'problem')
    if (problem) return refused(problem.error)
    const session = this.#sessions.enter(request.caller)
    if ('code' in session) return refused(session)
    const work = new Work({
      decoded,
      session,
      fetches: this.#deps.fetches,
      isPartialFine: this.#dialect.isPartialFine ?? false,
      nowMs: () => this.#deps.clock.now(),
      onBug: this.#deps.onBug,
    })
    const task = runningTask({ requestId, exchange, work, leave: () => this.#sessions.leave(session) })
    request.signal?.addEventListener('abort', () => task.cancel(), { once: true })
    return task
  }

  /** An answer in this door's own words to a request that is not read at all. */
  refuse(error: WireError, facts: RequestFacts): OnceAnswer {
    return this.#dialect.exchange(onceContext(this.#deps, facts, newId())).refuse(error)
  }
}

export function onceContext(deps: BindDeps, request: RequestFacts, requestId: string): OnceContext {
  let seq = 0
  const { model, clock } = deps
  // One request is read and answered under one model: it tells what was made of it.
  return { model, request, nowMs: () => clock.now(), randomSeed, requestId, nextSeq: () => seq++ }
}

interface Running {
  readonly requestId: string
  readonly exchange: Exchange
  readonly work: Work
  readonly leave: () => void
}

function runningTask({ requestId, exchange, work, leave }: Running): Task {
  let ended = false
  const answer = async (): Promise<OnceAnswer> => {
    try {
      return exchange.answer(await work.run())
    } finally {
      ended = true
      leave()
    }
  }
  return {
    requestId,
    answer: answer(),
    onEvent: (listener) => work.onEvent(listener),
    cancel: () => work.cancel(),
    get state() {
      return ended ? 'ended' : work.startedMs === undefined ? 'waiting' : 'running'
    },
    get position() {
      return ended ? 0 : work.position
    },
    get count() {
      return work.count
    },
    get startedMs() {
      return work.startedMs
    },
  }
}

function endedTask(requestId: string, answer: OnceAnswer): Task {
  return {
    requestId,
    state: 'ended',
    position: 0,
    count: { pictures: 0, ended: 0 },
    startedMs: undefined,
    answer: Promise.resolve(answer),
    onEvent: () => () => undefined,
    cancel: () => undefined,
  }
}
