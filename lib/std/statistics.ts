/** The p-th percentile (0..100) by linear interpolation between the two nearest ranks; NaN for no values. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const rank = (p / 100) * (sorted.length - 1)
  const low = sorted[Math.floor(rank)]
  const high = sorted[Math.ceil(rank)]
  if (low === undefined || high === undefined) return Number.NaN
  return low + (high - low) * (rank - Math.floor(rank))
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : sum(values) / values.length
}

export interface Spread {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export function spread(values: readonly number[]): Spread {
  return { p50: percentile(values, 50), p95: percentile(values, 95), p99: percentile(values, 99) }
}

/** A distribution in the four figures that are shown of it. */
export interface Distribution extends Spread {
  readonly max: number
  readonly count: number
}

/** NaN in every figure but the count for no values. */
export function distribution(values: readonly number[]): Distribution {
  return { ...spread(values), max: percentile(values, 100), count: values.length }
}
