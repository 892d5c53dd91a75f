import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Credit } from './credit.ts'

describe('Credit', () => {
  it('[C1] admits up to its limit and no more', () => {
    const credit = new Credit(2)
    expect([credit.take(1), credit.take(2), credit.take(3)]).toEqual([true, true, false])
    expect(credit.available).toBe(0)
    expect(credit.give(1)).toBe(true)
    expect(credit.take(3)).toBe(true)
  })

  it('[C1] a second terminal event for one frame gives nothing back', () => {
    const credit = new Credit(1)
    credit.take(7)
    expect([credit.give(7), credit.give(7)]).toEqual([true, false])
  })

  it('does not admit a seq that is in flight already', () => {
    const credit = new Credit(2)
    expect([credit.take(1), credit.take(1)]).toEqual([true, false])
  })

  it('[E1] forgets what was in flight on reset', () => {
    const credit = new Credit(1)
    credit.take(1)
    credit.reset()
    expect(credit.available).toBe(1)
    expect(credit.give(1)).toBe(false)
  })

  it('follows a changed limit, also below what is in flight', () => {
    const credit = new Credit(3)
    ;[1, 2, 3].forEach((seq) => credit.take(seq))
    credit.limit = 1
    expect(credit.available).toBe(0)
    ;[1, 2].forEach((seq) => credit.give(seq))
    expect(credit.take(4)).toBe(false)
    expect(() => (credit.limit = 0)).toThrow(RangeError)
  })

  it('never has more in flight than the limit', () => {
    const move = fc.tuple(fc.constantFrom('take', 'give'), fc.integer({ min: 0, max: 9 }))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(move), (limit, moves) => {
        const credit = new Credit(limit)
        for (const [kind, seq] of moves) {
          if (kind === 'take') credit.take(seq)
          else credit.give(seq)
          expect(credit.inFlight).toBeLessThanOrEqual(limit)
          expect(credit.available).toBe(limit - credit.inFlight)
        }
      }),
    )
  })
})
