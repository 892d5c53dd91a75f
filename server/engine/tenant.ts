import type { Engine, GenerateOptions, Job, JobResult } from './engine.ts'

/** One engine inside the switchable one: who waits for it and what runs on it, so that it can leave in good order. */
export class Tenant {
  readonly engine: Engine
  readonly #waits = new Set<() => void>()
  readonly #unsubscribe: readonly (() => void)[]
  #running = 0
  #onIdle: () => void = () => undefined

  /** @param onChange its state or its info has become another. */
  constructor(engine: Engine, onChange: () => void) {
    this.engine = engine
    this.#unsubscribe = [engine.onState(onChange), engine.onInfo(onChange)]
  }

  /** As the engine's own; rejects, too, when those who wait are sent away. */
  async whenFree(signal: AbortSignal): Promise<void> {
    // Not AbortSignal.any: on Node 20 each of its signals stays with a long-lived source.
    const wait = new AbortController()
    const giveUp = () => wait.abort()
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    this.#waits.add(giveUp)
    try {
      await this.engine.whenFree(wait.signal)
    } finally {
      signal.removeEventListener('abort', giveUp)
      this.#waits.delete(giveUp)
    }
  }

  async generate(job: Job, options: GenerateOptions): Promise<JobResult> {
    this.#running += 1
    try {
      return await this.engine.generate(job, options)
    } finally {
      this.#running -= 1
      if (this.#running === 0) this.#onIdle()
    }
  }

  /** Nobody follows it and nobody waits for it any more. */
  sendAway(): void {
    for (const stop of this.#unsubscribe) stop()
    for (const giveUp of [...this.#waits]) giveUp()
  }

  /** Closes the engine when the last job that runs on it has ended. */
  async leave(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    await this.engine[Symbol.asyncDispose]()
  }

  /** Closes the engine now: what runs on it ends with an error. */
  close(): PromiseLike<void> {
    for (const stop of this.#unsubscribe) stop()
    return this.engine[Symbol.asyncDispose]()
  }
}
