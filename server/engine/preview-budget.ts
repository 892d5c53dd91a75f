/** Of the time that denoising steps take, what previews may take on average. */
const SHARE = 0.5
/** Saved up at most (ms), unless one step's previews cost more: a short job of a fast model still shows its steps. */
const BURST_MS = 250

/**
 * Keeps previews from costing more than half a step on average, whatever they cost: steps earn, previews spend, and a
 * preview that cannot be paid is left out. Remembers across jobs.
 */
export class PreviewBudget {
  #savedMs = BURST_MS
  /** What the previews of one step cost lately. */
  #costMs = 0

  /** A denoising step took `ms`. */
  earn(ms: number): void {
    this.#savedMs = Math.min(Math.max(BURST_MS, this.#costMs), this.#savedMs + ms * SHARE)
  }

  get allows(): boolean {
    return this.#savedMs >= this.#costMs
  }

  /** The previews of one step took `ms`. */
  spend(ms: number): void {
    this.#savedMs -= ms
    this.#costMs = this.#costMs === 0 ? ms : 0.75 * this.#costMs + 0.25 * ms
  }
}
