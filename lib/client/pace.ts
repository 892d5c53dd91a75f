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
  /** When each live frame of ours that runs began; oldest first. */
  readonly #running = new Map<number, number>()
  #lastStartMs = 0
  #abreast = 1
  #runsMs: number[] = []
  #snapshotMs = 0

  /** How many frames of ours may run at a time: the credit, but for the one that waits. */
  setCredit(credit: number): void {
    this.#abreast = Math.max(1, credit - 1)
  }

  /** A live frame of ours got an engine slot. */
  started(seq: number, nowMs: number): void {
    this.#running.set(seq, nowMs)
    this.#lastStartMs = nowMs
  }

  /**
   * A frame ended; `done` when it ended with a picture, so that its time tells something. `next`: the live frame of
   * ours that waits behind it. It is taken to begin at once: sent before word of that has come, one more would wait for
   * the whole of it.
   */
  ended(seq: number, nowMs: number, { done, next }: { done: boolean; next: number | undefined }): void {
    const sinceMs = this.#running.get(seq)
    if (sinceMs === undefined) return
    this.#running.delete(seq)
    if (done) this.#runsMs = [...this.#runsMs, nowMs - sinceMs].slice(-REMEMBERED)
    if (next !== undefined) this.started(next, nowMs)
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
    const [oldestMs] = this.#running.values()
    if (oldestMs === undefined || this.#runsMs.length === 0) return 0
    const runMs = lowerMedian(this.#runsMs)
    const freeMs = this.#running.size < this.#abreast ? 0 : oldestMs + runMs
    const readyMs = Math.max(freeMs, this.#lastStartMs + runMs / this.#abreast)
    return Math.max(0, readyMs - this.#snapshotMs - MARGIN_MS - nowMs)
  }

  reset(): void {
    this.#running.clear()
  }
}

function lowerMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
