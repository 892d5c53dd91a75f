/** State of one rate limit; immutable, so that the rule is a function. */
export interface TokenBucket {
  readonly tokens: number
  readonly atMs: number
}

export interface TokenBucketRule {
  readonly capacity: number
  readonly perSecond: number
}

export function fullBucket(rule: TokenBucketRule, nowMs: number): TokenBucket {
  return { tokens: rule.capacity, atMs: nowMs }
}

export type Spend =
  | { readonly ok: true; readonly bucket: TokenBucket }
  | { readonly ok: false; readonly bucket: TokenBucket; readonly retryAfterMs: number }

/** Takes one token at `nowMs`, or says after how many milliseconds one will be there. */
export function spend(rule: TokenBucketRule, bucket: TokenBucket, nowMs: number): Spend {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs)
  const tokens = Math.min(rule.capacity, bucket.tokens + (elapsedMs / 1000) * rule.perSecond)
  if (tokens >= 1) return { ok: true, bucket: { tokens: tokens - 1, atMs: nowMs } }
  return {
    ok: false,
    bucket: { tokens, atMs: nowMs },
    retryAfterMs: Math.ceil(((1 - tokens) / rule.perSecond) * 1000),
  }
}
