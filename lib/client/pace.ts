/** Uplink, hand-over and the odd busy task between sending and the server's mailbox. */
const MARGIN_MS = 12
const REMEMBERED = 6

/**
 * Says how long the next frame should be held back while others run. Sent at once it would wait at the
 * server for the whole run and grow old; sent just before the run ends it is as new as can be, and the engine still
 * never waits. Where several run at a time they are sent evenly apart, or their pictures would come in bursts.
 * Credit stays what is right (C2), this is only when.
 */
export class Pace {
  /** How many frames of ours may be in flight: those that run at a time, and one that waits. */
  credit = 2
  /** How long the last snapshot took. */
  snapshotMs = 0
  /** When each live frame of ours that runs began, oldest first. */
  readonly #running = new Map<number, number>()
  #runsMs: number[] = []

  /** A live frame of ours got an engine slot. */
  started(seq: number, nowMs: number): void {
    this.#running.set(seq, nowMs)
  }

  /**
   * A frame ended; `done` when it ended with a picture, so that its time tells something. `left`: our other live frames
   * in flight. The one that waits is taken to begin at once: sent before word of that has come, one more would wait for
   * the whole of it.
   */
  ended(seq: number, nowMs: number, { done, left }: { done: boolean; left: readonly number[] }): void {
    const sinceMs = this.#running.get(seq)
    if (sinceMs === undefined) return
    this.#running.delete(seq)
    if (done) this.#runsMs = [...this.#runsMs, nowMs - sinceMs].slice(-REMEMBERED)
    const next = left.find((other) => !this.#running.has(other))
    if (next !== undefined) this.started(next, nowMs)
  }

  /**
   * Milliseconds from now until the next snapshot should be begun; 0 when nothing of ours runs. Counts on the lower
   * median of the recent runs: of counting on the fastest, half of the gain is lost on a machine whose runs vary.
   */
  waitMs(nowMs: number): number {
    const newestMs = [...this.#running.values()].at(-1) ?? -Infinity
    const runsMs = [...this.#runsMs].sort((a, b) => a - b)
    const apartMs = (runsMs[(runsMs.length - 1) >> 1] ?? 0) / (this.credit - 1 || 1)
    return Math.max(0, newestMs + apartMs - this.snapshotMs - MARGIN_MS - nowMs)
  }

  reset(): void {
    this.#running.clear()
  }
}
