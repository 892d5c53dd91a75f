import type { JobKind, TaskState } from '../compat/a1111-progress.ts'
import type { Task } from './bind-once.ts'

/** Tasks whose names are remembered, per server: the oldest is forgotten first. */
const MAX_TASKS = 256

interface Noted {
  readonly caller: string
  readonly name: string
  readonly task: Task
  readonly kind: JobKind
}

/** A request that waits for something else than its turn at the engine: for its model. */
export interface Expected {
  /** Its caller wants it no more. */
  readonly cancelled: boolean
  /** It has begun, or never will. */
  forget(): void
}

/** All that is kept of a task that has ended: its request and its pictures, megabytes each, go with its answer. */
const ENDED = { state: 'ended' } as const satisfies Pick<Task, 'state'>

/** The requests of every caller: those that are being worked on, and what became of those that were. */
export class TaskBook {
  readonly #named = new Map<string, Pick<Task, 'state'>>()
  readonly #open = new Set<Noted>()
  readonly #expected = new Set<{ readonly caller: string; readonly name: string; cancelled: boolean }>()

  /** Until it is forgotten it counts as one that waits; every `expect` needs its `forget`. */
  expect(caller: string, name: string): Expected {
    const expected = { caller, name, cancelled: false }
    this.#expected.add(expected)
    return {
      get cancelled() {
        return expected.cancelled
      },
      forget: () => this.#expected.delete(expected),
    }
  }

  cancelExpected(caller: string): void {
    for (const expected of this.#expected) if (expected.caller === caller) expected.cancelled = true
  }

  /** @param name the client's own (`force_task_id`); without one it goes by the request's id */
  note(caller: string, name: string | undefined, task: Task, kind: JobKind = 'txt2img'): void {
    const noted = { caller, name: name ?? `task(${task.requestId})`, task, kind }
    const key = JSON.stringify([caller, noted.name])
    this.#named.set(key, task)
    const [oldest] = this.#named.keys()
    if (this.#named.size > MAX_TASKS && oldest !== undefined) this.#named.delete(oldest)
    this.#open.add(noted)
    const close = () => {
      this.#open.delete(noted)
      // A later request may have taken the name.
      if (this.#named.get(key) === task) this.#named.set(key, ENDED)
    }
    void task.answer.then(close, close)
  }

  stateOf(caller: string, name: string): TaskState | undefined {
    if (this.#expectedOf(caller).includes(name)) return { active: false, queued: true, completed: false }
    const state = this.#named.get(JSON.stringify([caller, name]))?.state
    if (state === undefined) return undefined
    return { active: state === 'running', queued: state === 'waiting', completed: state === 'ended' }
  }

  /** What the engine works on for this caller, between two pictures too. */
  running(caller: string): Noted | undefined {
    return this.#of(caller, 'running')[0]
  }

  /** Names of those that wait, in their order. */
  waiting(caller: string): readonly string[] {
    const waiting = this.#of(caller, 'waiting').map(({ name }) => name)
    return [...waiting, ...this.#expectedOf(caller)]
  }

  #expectedOf(caller: string): readonly string[] {
    return [...this.#expected].flatMap((one) => (one.caller === caller ? [one.name] : []))
  }

  #of(caller: string, state: Task['state']): readonly Noted[] {
    return [...this.#open].filter((noted) => noted.caller === caller && noted.task.state === state)
  }
}
