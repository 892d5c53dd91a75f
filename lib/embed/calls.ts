import { AppError } from '../std/errors.ts'
import type { Clock } from '../std/clock.ts'
import type { BareHostMessage, FrameMessage } from './messages.ts'

type Outcome = Extract<FrameMessage, { type: 'result' | 'failure' }>
type BareCall = Extract<BareHostMessage, { id: number }>
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never
export type Call = WithoutId<BareCall>

/** A picture may wait for its better pass; longer than that nobody waits. */
const ANSWER_WITHIN_MS = 30_000

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly cancel: () => void
}

/** Questions to the frame and their answers, by number. What is asked before the frame is there waits for it. */
export class Calls {
  readonly #pending = new Map<number, Pending>()
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #post: (message: BareHostMessage) => void
  #waiting: BareCall[] = []
  #open = false
  #lastId = 0

  constructor(clock: Pick<Clock, 'setTimer'>, post: (message: BareHostMessage) => void) {
    this.#clock = clock
    this.#post = post
  }

  /**
   * Rejects with the frame's own error, or with AppError `no_answer` or `closed`. `now`: of a frame that is there, and to
   * which no other question goes yet, or no more.
   */
  ask(call: Call, now = this.#open): Promise<unknown> {
    this.#lastId += 1
    const message = { ...call, id: this.#lastId }
    const { id } = message
    return new Promise((resolve, reject) => {
      const late = () =>
        this.#fail(id, new AppError('no_answer', `The canvas did not answer ${call.type} in time`))
      const cancel = this.#clock.setTimer(late, ANSWER_WITHIN_MS)
      this.#pending.set(id, { resolve, reject, cancel })
      if (now) this.#post(message)
      else this.#waiting.push(message)
    })
  }

  /** The frame listens from now on. */
  open(): void {
    this.#open = true
    for (const message of this.#waiting.splice(0)) if (this.#pending.has(message.id)) this.#post(message)
  }

  /** The frame is away and will come again: what it was asked is lost, what is asked from now on waits. */
  pause(): void {
    const unsent = new Set(this.#waiting.map(({ id }) => id))
    this.#open = false
    for (const id of this.#pending.keys())
      if (!unsent.has(id)) this.#fail(id, new AppError('closed', 'The canvas was reloaded; ask again'))
  }

  settle(outcome: Outcome): void {
    if (outcome.type === 'failure') {
      const { code, message, field, value, range } = outcome.error
      const place = { ...(field !== undefined && { field }), ...(range !== undefined && { range }), value }
      return this.#fail(outcome.id, new AppError(code, message, place))
    }
    const pending = this.#take(outcome.id)
    pending?.resolve(outcome.value)
  }

  close(): void {
    this.#open = false
    this.#waiting = []
    for (const id of this.#pending.keys()) this.#fail(id, new AppError('closed', 'The canvas is gone'))
  }

  #fail(id: number, error: AppError): void {
    this.#take(id)?.reject(error)
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    pending?.cancel()
    this.#pending.delete(id)
    return pending
  }
}
