import type { Clock } from '../clock.ts'

/** A clock that tests move by hand. `pending` must be 0 when everything under test has been closed. */
export class FakeClock implements Clock {
  #nowMs = 0
  #nextId = 0
  readonly #timers = new Map<number, { atMs: number; run: () => void }>()

  now(): number {
    return this.#nowMs
  }

  setTimer(run: () => void, delayMs: number): () => void {
    const id = this.#nextId++
    this.#timers.set(id, { atMs: this.#nowMs + Math.max(0, delayMs), run })
    return () => this.#timers.delete(id)
  }

  get pending(): number {
    return this.#timers.size
  }

  /** Moves time forward, running due timers in order of their time, those they set included. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs
    for (;;) {
      const due = this.#nextDue(untilMs)
      if (due === undefined) break
      this.#timers.delete(due.id)
      this.#nowMs = due.atMs
      due.run()
    }
    this.#nowMs = untilMs
  }

  #nextDue(untilMs: number): { id: number; atMs: number; run: () => void } | undefined {
    let best: { id: number; atMs: number; run: () => void } | undefined
    for (const [id, timer] of this.#timers) {
      if (timer.atMs <= untilMs && (best === undefined || timer.atMs < best.atMs)) best = { id, ...timer }
    }
    return best
  }
}
