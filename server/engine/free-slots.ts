import { EngineError } from './engine.ts'

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: EngineError) => void
}

/**
 * The queue behind `Engine.whenFree`: first come, first served, and one wake-up per free slot. Who was woken has
 * until the next turn of the event loop to begin its job; then the next one in line is asked.
 */
export class FreeSlots {
  readonly #waiters: Waiter[] = []
  readonly #hasFree: () => boolean
  #granted = false
  #closed = false

  /** @param hasFree true while a job could begin at once. */
  constructor(hasFree: () => boolean) {
    this.#hasFree = hasFree
  }

  get waiting(): number {
    return this.#waiters.length
  }

  /** Rejects with EngineError `cancelled` when `signal` is aborted, `draining` when closed. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(cancelled())
    if (this.#closed) return Promise.reject(closedError())
    return new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        reject(cancelled())
      }
      const waiter: Waiter = {
        resolve: () => {
          signal.removeEventListener('abort', onAbort)
          resolve()
        },
        reject: (error) => {
          signal.removeEventListener('abort', onAbort)
          reject(error)
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiters.push(waiter)
      this.changed()
    })
  }

  /** To be called whenever a slot became free or the engine ready. */
  changed(): void {
    if (this.#granted || this.#closed || !this.#hasFree()) return
    const first = this.#waiters.shift()
    if (first === undefined) return
    this.#granted = true
    first.resolve()
    setImmediate(() => {
      this.#granted = false
      this.changed()
    })
  }

  close(): void {
    this.#closed = true
    for (const waiter of this.#waiters.splice(0)) waiter.reject(closedError())
  }
}

function cancelled(): EngineError {
  return new EngineError('cancelled', 'Gave up waiting for a free engine slot')
}

export function closedError(): EngineError {
  return new EngineError('draining', 'The engine has been closed; try again when the server is back')
}
