import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Mailbox } from './mailbox.ts'

describe('Mailbox', () => {
  it('refuses a depth that is not a whole number of at least 1', () => {
    for (const depth of [0, -1, 1.5, Number.NaN]) {
      expect(() => new Mailbox({ depth, whenFull: 'drop-oldest' })).toThrow(RangeError)
    }
  })

  it('with depth 1 keeps the newest and hands back what it displaced', () => {
    const box = new Mailbox<number>({ depth: 1, whenFull: 'drop-oldest' })
    expect(box.put(1)).toEqual({ accepted: true, displaced: [] })
    expect(box.put(2)).toEqual({ accepted: true, displaced: [1] })
    expect(box.take()).toBe(2)
    expect(box.take()).toBeUndefined()
  })

  it('with more depth drops the oldest and keeps the order of the rest', () => {
    const box = new Mailbox<number>({ depth: 2, whenFull: 'drop-oldest' })
    expect([1, 2, 3, 4].map((n) => box.put(n))).toMatchObject([
      {},
      {},
      { displaced: [1] },
      { displaced: [2] },
    ])
    expect(box.drain()).toEqual([3, 4])
  })

  it('with reject-new keeps what waits', () => {
    const box = new Mailbox<number>({ depth: 2, whenFull: 'reject-new' })
    expect([box.put(1), box.put(2), box.put(3)].map((put) => put.accepted)).toEqual([true, true, false])
    expect(box.drain()).toEqual([1, 2])
  })

  it('removes one item out of the middle', () => {
    const box = new Mailbox<number>({ depth: 3, whenFull: 'reject-new' })
    ;[1, 2, 3].forEach((n) => box.put(n))
    expect(box.remove((n) => n === 2)).toBe(2)
    expect(box.remove((n) => n === 2)).toBeUndefined()
    expect(box.drain()).toEqual([1, 3])
  })

  it('lets a batch fill one place, go together, and keep its turn once begun', () => {
    const box = new Mailbox<string>({ depth: 1, whenFull: 'drop-oldest' })
    for (const item of ['a1', 'a2', 'a3'])
      expect(box.put(item, 'a')).toEqual({ accepted: true, displaced: [] })
    expect(box.put('b1', 'b')).toEqual({ accepted: true, displaced: ['a1', 'a2', 'a3'] })
    box.put('b2', 'b')
    expect(box.filled).toBe(1)
    expect(box.take()).toBe('b1')
    expect(box.filled).toBe(0)
    expect(box.put('c', 'c')).toEqual({ accepted: true, displaced: [] })
    expect(box.put('d')).toEqual({ accepted: true, displaced: ['c'] })
    expect(box.drain()).toEqual(['b2', 'd'])
  })

  it('never holds more than its depth and loses no item, whatever comes', () => {
    const action = fc.oneof(fc.record({ put: fc.nat() }), fc.constant('take' as const))
    const policy = fc.record({
      depth: fc.integer({ min: 1, max: 5 }),
      whenFull: fc.constantFrom('drop-oldest' as const, 'reject-new' as const),
    })
    fc.assert(
      fc.property(policy, fc.array(action), (rule, actions) => {
        const box = new Mailbox<number>(rule)
        let put = 0
        let gone = 0
        for (const step of actions) {
          if (step === 'take') gone += box.take() === undefined ? 0 : 1
          else {
            put++
            const result = box.put(step.put)
            gone += result.accepted ? result.displaced.length : 1
          }
          expect(box.size).toBeLessThanOrEqual(rule.depth)
          expect(box.size + gone).toBe(put)
        }
      }),
    )
  })
})
