/**
 * The window of frames that may be in flight (SPEC C1), as the server counts it to refuse a client that sends more. The
 * client's own count is its ledger.
 */
export class Credit {
  readonly limit: number
  readonly #inFlight = new Set<number>()

  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1)
      throw new RangeError(`Credit must be a whole number of at least 1, got ${limit}`)
    this.limit = limit
  }

  /** True while `seq` is in flight. */
  has(seq: number): boolean {
    return this.#inFlight.has(seq)
  }

  /** True when `seq` was admitted into the window. A seq already in flight is never admitted twice. */
  take(seq: number): boolean {
    if (this.#inFlight.size >= this.limit || this.#inFlight.has(seq)) return false
    this.#inFlight.add(seq)
    return true
  }

  /** True when `seq` was in flight; a second terminal event for the same frame gives nothing back. */
  give(seq: number): boolean {
    return this.#inFlight.delete(seq)
  }
}
