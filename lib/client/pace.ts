/** Uplink, hand-over and the odd busy task between sending and the server's mailbox. */
const MARGIN_MS = 12
const REMEMBERED = 6

/**
 * Says how long the second frame should be held back while the first one runs. Sent at once it would wait at the
 * server for the whole run and grow old; sent just before the run ends it is as new as can be, and the engine still
 * never waits. Credit stays what is right (C2), this is only when.
 */
export class Pace {
  #running: { readonly seq: number; readonly sinceMs: number } | undefined
  #runsMs: number[] = []
  #snapshotMs = 0

  /** A live frame of ours got an engine slot. */
  started(seq: number, nowMs: number): void {
    this.#running = { seq, sinceMs: nowMs }
  }

  /**
   * A frame ended; `done` when it ended with a picture, so that its time tells something. `next`: the live frame of
   * ours that waits behind it. It is taken to begin at once: sent before word of that has come, one more would wait for
   * the whole of it.
   */
  ended(seq: number, nowMs: number, { done, next }: { done: boolean; next: number | undefined }): void {
    if (this.#running?.seq !== seq) return
    if (done) this.#runsMs = [...this.#runsMs, nowMs - this.#running.sinceMs].slice(-REMEMBERED)
    this.#running = next === undefined ? undefined : { seq: next, sinceMs: nowMs }
  }

  /** How long the last snapshot took. */
  snapshotTook(ms: number): void {
    this.#snapshotMs = ms
  }

  /**
   * Milliseconds from now until the next snapshot should be begun; 0 when nothing of ours runs. Counts on the median
   * of the recent runs: of counting on the fastest, half of the gain is lost on a machine whose runs vary.
   */
  waitMs(nowMs: number): number {
    if (!this.#running || this.#runsMs.length === 0) return 0
    const readyMs = this.#running.sinceMs + lowerMedian(this.#runsMs)
    return Math.max(0, readyMs - this.#snapshotMs - MARGIN_MS - nowMs)
  }

  reset(): void {
    this.#running = undefined
  }
}

function lowerMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
