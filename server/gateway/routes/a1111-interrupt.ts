// `interrupt` as AUTOMATIC1111 means it: a flag for the job that runs. What waits behind it goes on.
import type { Task } from '../bind-once.ts'

interface Open {
  readonly caller: string
  readonly task: Task
}

/** The requests that have no answer yet, each with all its pictures: in the order they came. */
export class OpenTasks {
  readonly #open = new Set<Open>()

  /** Open until it is answered. */
  add(caller: string, task: Task): void {
    const open = { caller, task }
    this.#open.add(open)
    const close = () => this.#open.delete(open)
    void task.answer.then(close, close)
  }

  /**
   * Ends the request of this caller that runs; where none does, the one that came first of those that wait, be it for
   * their turn or for their picture from another server. False where there is none.
   */
  interrupt(caller: string): boolean {
    const own = [...this.#open].filter((open) => open.caller === caller)
    const ended = own.find(({ task }) => task.state === 'running') ?? own[0]
    ended?.task.cancel()
    return ended !== undefined
  }
}
