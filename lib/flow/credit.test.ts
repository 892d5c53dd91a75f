import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Credit } from './credit.ts'

describe('Credit', () => {
  it('[C1] admits up to its limit and no more', () => {
    const credit = new Credit(2)
    expect([credit.take(1), credit.take(2), credit.take(3)]).toEqual([true, true, false])
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

  it.each([0, -1, 1.5, Number.NaN])('has no window of %s', (limit) => {
    expect(() => new Credit(limit)).toThrow(RangeError)
  })

  it('has at any time as many in flight as were taken and not given back, and never more than the limit', () => {
    const move = fc.tuple(fc.constantFrom('take', 'give'), fc.integer({ min: 0, max: 9 }))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(move), (limit, moves) => {
        const credit = new Credit(limit)
        const inFlight = new Set<number>()
        for (const [kind, seq] of moves) {
          const isTaken = kind === 'take' && inFlight.size < limit && !inFlight.has(seq)
          const isGiven = kind === 'give' && inFlight.has(seq)
          expect(kind === 'take' ? credit.take(seq) : credit.give(seq)).toBe(isTaken || isGiven)
          if (isTaken) inFlight.add(seq)
          else if (isGiven) inFlight.delete(seq)
          expect(credit.has(seq)).toBe(inFlight.has(seq))
        }
      }),
    )
  })
})
