import type { TaskState } from '../compat/a1111-progress.ts'
import type { Task } from './bind-once.ts'

/** Tasks whose names are remembered, per server: the oldest is forgotten first. */
const MAX_TASKS = 256

/** What became of the requests that named themselves (`force_task_id`), for pages that ask by that name. */
export class TaskBook {
  readonly #tasks = new Map<string, Task>()

  note(caller: string, name: string, task: Task): void {
    this.#tasks.set(JSON.stringify([caller, name]), task)
    const [oldest] = this.#tasks.keys()
    if (this.#tasks.size > MAX_TASKS && oldest !== undefined) this.#tasks.delete(oldest)
  }

  stateOf(caller: string, name: string): TaskState | undefined {
    const state = this.#tasks.get(JSON.stringify([caller, name]))?.state
    if (state === undefined) return undefined
    return { active: state === 'running', queued: state === 'waiting', completed: state === 'ended' }
  }
}
