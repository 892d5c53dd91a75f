/** Time as an argument, so that nothing in the core reads a clock of its own and tests can move it. */
export interface Clock {
  /** Monotonic time in milliseconds. */
  now(): number
  /** Calls `run` once after `delayMs`; returns its cancellation. */
  setTimer(run: () => void, delayMs: number): () => void
}
