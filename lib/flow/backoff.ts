export interface BackoffOptions {
  readonly firstMs: number
  readonly factor: number
  readonly maxMs: number
}

const RECONNECT: BackoffOptions = { firstMs: 250, factor: 1.7, maxMs: 8_000 }

/**
 * Delay before reconnect `attempt` (0 = the first), in ms, with "equal jitter": half fixed, half random, so that
 * a thousand pages that lost the same server do not return in the same instant.
 *
 * @param random a number in [0, 1)
 */
export function backoffMs(attempt: number, random: number, options: BackoffOptions = RECONNECT): number {
  const full = Math.min(options.maxMs, options.firstMs * options.factor ** attempt)
  return full / 2 + (full / 2) * random
}
