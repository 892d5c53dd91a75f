import type { OnceAnswer } from '../../compat/dialect.ts'
import type { FalJob, FalJobStatus, FalLog } from '../../compat/fal-queue.ts'
import type { SessionEvent } from '../../session/session-event.ts'
import type { Task } from '../bind-once.ts'

const MAX_LOGS = 200

/** A task under the eyes of a queue: its status in fal's words, its log, and its answer for whoever asks later. */
export class SubmittedJob implements FalJob {
  readonly app: string
  readonly requestId: string
  readonly logs: FalLog[] = []
  /** Until it has its answer: it holds the request and its pictures, which the limits of the queue do not count. */
  #task: Task | undefined
  readonly #listeners = new Set<() => void>()
  #answer: OnceAnswer | undefined

  constructor(app: string, task: Task) {
    this.app = app
    this.requestId = task.requestId
    this.#task = task
    task.onEvent((event) => this.#heard(event))
  }

  status(): FalJobStatus {
    if (this.#answer) return 'COMPLETED'
    return this.#task?.state === 'waiting' ? 'IN_QUEUE' : 'IN_PROGRESS'
  }

  position(): number {
    return this.#task?.position ?? 0
  }

  answer(): OnceAnswer | undefined {
    return this.#answer
  }

  cancel(): void {
    this.#task?.cancel()
  }

  /** To be called once, when the task has its answer. */
  end(answer: OnceAnswer): void {
    this.#answer = answer
    this.#task = undefined
    this.#changed()
  }

  /** Calls `listener` whenever the status or the log may have changed; returns the unsubscribe. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #heard(event: SessionEvent): void {
    if (event.type === 'started') this.#log('The engine has begun')
    else if (event.type === 'step') this.#log(`Step ${event.step} of ${event.steps}`)
    else return
    this.#changed()
  }

  #log(message: string): void {
    const timestamp = new Date().toISOString()
    if (this.logs.length < MAX_LOGS)
      this.logs.push({ timestamp, level: 'INFO', source: 'SKETCHWIRE', message })
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
