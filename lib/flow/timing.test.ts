import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffMs } from './backoff.ts'
import { fullBucket, spend } from './token-bucket.ts'

describe('backoffMs', () => {
  it('grows by its factor up to the ceiling, half of it jitter', () => {
    const options = { firstMs: 100, factor: 2, maxMs: 500 }
    expect([0, 1, 2, 3, 9].map((n) => backoffMs(n, 0, options))).toEqual([50, 100, 200, 250, 250])
    expect(backoffMs(1, 0.5, options)).toBe(150)
  })

  it('stays between half and the whole of the delay', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const ms = backoffMs(attempt, random)
        expect(ms).toBeGreaterThanOrEqual(125)
        expect(ms).toBeLessThanOrEqual(8000)
      }),
    )
  })
})

describe('token bucket', () => {
  const rule = { capacity: 2, perSecond: 10 }

  it('lets a burst of its capacity through, then says when to come back', () => {
    let bucket = fullBucket(rule, 0)
    for (let i = 0; i < 2; i++) {
      const taken = spend(rule, bucket, 0)
      expect(taken.ok).toBe(true)
      bucket = taken.bucket
    }
    expect(spend(rule, bucket, 0)).toMatchObject({ ok: false, retryAfterMs: 100 })
    expect(spend(rule, bucket, 100).ok).toBe(true)
  })

  it('over any stretch of time lets no more through than capacity plus rate', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 200 }), (gapsMs) => {
        let bucket = fullBucket(rule, 0)
        let nowMs = 0
        let passed = 0
        for (const gap of gapsMs) {
          nowMs += gap
          const taken = spend(rule, bucket, nowMs)
          bucket = taken.bucket
          passed += taken.ok ? 1 : 0
        }
        expect(passed).toBeLessThanOrEqual(rule.capacity + (nowMs / 1000) * rule.perSecond + 1e-6)
      }),
    )
  })
})
