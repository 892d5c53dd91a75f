/**
 * Times what blocks one thread, each in its turn. Of two that are asked for at once, as the two passes of guidance are,
 * the second waits until the first is done: that is not time of its own.
 */
export class TurnTimer {
  readonly #nowMs: () => number
  /** When the thread was last free. */
  #freeMs = -Infinity

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  async time<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
    const askedMs = this.#nowMs()
    const value = await run()
    const endMs = this.#nowMs()
    const ms = endMs - Math.max(askedMs, this.#freeMs)
    this.#freeMs = endMs
    return { value, ms }
  }
}
