import { describe, expect, it } from 'vitest'
import { distribution, mean, percentile, spread } from './statistics.ts'

describe('percentile', () => {
  it('interpolates between ranks, whatever the order of the values', () => {
    expect(percentile([4, 1, 3, 2], 50)).toBe(2.5)
    expect(percentile([10, 20, 30], 100)).toBe(30)
    expect(percentile([10, 20, 30], 0)).toBe(10)
    expect(percentile([5], 95)).toBe(5)
    expect(percentile([], 50)).toBeNaN()
  })

  it('gives the figures of a known series', () => {
    const values = Array.from({ length: 101 }, (_, i) => i)
    expect(spread(values)).toEqual({ p50: 50, p95: 95, p99: 99 })
    expect(mean(values)).toBe(50)
    expect(distribution(values)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100, count: 101 })
    expect(distribution([]).count).toBe(0)
  })
})
