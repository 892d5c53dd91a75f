import type { Clock } from '../std/clock.ts'

export interface RefinerOptions {
  readonly clock: Clock
  readonly afterMs: number
  /** May the pass start by itself, were the pen at rest long enough? */
  mayRest(): boolean
  /** May a pass start that a person asked for? */
  mayNow(): boolean
  start(): void
}

/** Decides when the one better pass begins: after the pen has rested, or as soon as possible when asked. */
export class Refiner {
  readonly #options: RefinerOptions
  #restedSinceMs = -Infinity
  #asked = false
  #cancelTimer: (() => void) | undefined

  constructor(options: RefinerOptions) {
    this.#options = options
  }

  /** The pen moved, or the pass was taken away: the rest begins anew. */
  restart(): void {
    this.#restedSinceMs = this.#options.clock.now()
    this.#cancel()
  }

  now(): void {
    this.#asked = true
    this.consider()
  }

  /** To be called whenever something changed that the two questions read; cheap. */
  consider(): void {
    const { clock, afterMs } = this.#options
    if (this.#asked && this.#options.mayNow()) return this.#start()
    if (!this.#options.mayRest()) return this.#cancel()
    this.#cancelTimer ??= clock.setTimer(
      () => {
        this.#cancelTimer = undefined
        if (this.#options.mayRest()) this.#start()
      },
      this.#restedSinceMs + afterMs - clock.now(),
    )
  }

  dispose(): void {
    this.#asked = false
    this.#cancel()
  }

  #start(): void {
    this.#asked = false
    this.#cancel()
    this.#options.start()
  }

  #cancel(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }
}
