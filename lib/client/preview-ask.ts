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
  #running: { readonly seq: number; readonly sinceMs: number; readonly cancel: () => void } | undefined
  #asked = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A new connection asks for none by itself; `undefined`: there is no connection. */
  connect(socket: Socket | undefined): void {
    this.#running?.cancel()
    this.#running = undefined
    this.#socket = socket
    this.#asked = false
  }

  /** An engine slot works on a live frame. */
  started(seq: number): void {
    this.#running?.cancel()
    const cancel = this.#clock.setTimer(() => this.#ask(true), SLOW_MS)
    this.#running = { seq, sinceMs: this.#clock.now(), cancel }
  }

  ended(seq: number, done: boolean): void {
    if (this.#running?.seq !== seq) return
    const tookMs = this.#clock.now() - this.#running.sinceMs
    this.#running.cancel()
    this.#running = undefined
    if (done && tookMs < FAST_MS) this.#ask(false)
  }

  #ask(wanted: boolean): void {
    if (wanted === this.#asked) return
    this.#asked = wanted
    this.#socket?.send(JSON.stringify({ type: 'previews', everySteps: wanted ? 1 : 0 }))
  }
}
