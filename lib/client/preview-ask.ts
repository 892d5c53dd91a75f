import type { Clock } from '../std/clock.ts'
import type { Socket } from './environment.ts'

/** A picture that takes longer is worth watching while it forms. */
const SLOW_MS = 1_000
/** Pictures that take less are there before a preview could be looked at. */
const FAST_MS = 700

/** Asks for step previews while pictures are slow, and for none while they are fast: those cost the engine time. */
export class PreviewAsk {
  readonly #clock: Clock
  #socket: Socket | undefined
  /** What is to be done when each live frame of ours that runs ends: slots work on several at a time. */
  readonly #running = new Map<number, (done: boolean) => void>()
  #asked = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A new connection asks for none by itself; `undefined`: there is no connection. */
  connect(socket: Socket | undefined): void {
    for (const end of this.#running.values()) end(false)
    this.#running.clear()
    this.#socket = socket
    this.#asked = false
  }

  /** An engine slot works on a live frame. */
  started(seq: number): void {
    const sinceMs = this.#clock.now()
    const cancel = this.#clock.setTimer(() => this.#ask(true), SLOW_MS)
    this.#running.set(seq, (done) => {
      cancel()
      if (done && this.#clock.now() - sinceMs < FAST_MS) this.#ask(false)
    })
  }

  ended(seq: number, done: boolean): void {
    this.#running.get(seq)?.(done)
    this.#running.delete(seq)
  }

  #ask(wanted: boolean): void {
    if (wanted === this.#asked) return
    this.#asked = wanted
    this.#socket?.send(JSON.stringify({ type: 'previews', everySteps: wanted ? 1 : 0 }))
  }
}
