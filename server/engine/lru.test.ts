import { describe, expect, it } from 'vitest'
import { Lru, memoizePromise } from './lru.ts'

describe('Lru', () => {
  it('keeps at most its limit and forgets the one unused for longest', () => {
    const forgotten: number[] = []
    const lru = new Lru<string, number>(2, (value) => forgotten.push(value))
    lru.get('a', () => 1)
    lru.get('b', () => 2)
    expect(lru.get('a', () => 9)).toBe(1)
    lru.get('c', () => 3)
    expect(forgotten).toEqual([2])
    expect(lru.size).toBe(2)
    lru.clear()
    expect(forgotten).toEqual([2, 1, 3])
  })

  it('deletes only the value it still holds', () => {
    const lru = new Lru<string, number>(2)
    lru.get('a', () => 1)
    lru.delete('a', 2)
    expect(lru.size).toBe(1)
    lru.delete('a', 1)
    expect(lru.size).toBe(0)
  })

  it('refuses a limit that is none', () => {
    for (const limit of [0, -1, 1.5, Number.NaN]) expect(() => new Lru(limit)).toThrow(RangeError)
  })
})

describe('memoizePromise', () => {
  it('asks once per key, also for two who ask at the same time, and is bounded', async () => {
    const asked: string[] = []
    const memo = memoizePromise(2, (key) => {
      asked.push(key)
      return Promise.resolve(key.toUpperCase())
    })
    expect(await Promise.all([memo('a'), memo('a'), memo('b')])).toEqual(['A', 'A', 'B'])
    await memo('c')
    await memo('a')
    expect(asked).toEqual(['a', 'b', 'c', 'a'])
  })

  it('forgets a rejection, so that the next one asks again', async () => {
    let calls = 0
    const memo = memoizePromise(2, () =>
      ++calls === 1 ? Promise.reject(new Error('once')) : Promise.resolve(calls),
    )
    await expect(memo('a')).rejects.toThrow('once')
    expect(await memo('a')).toBe(2)
    expect(await memo('a')).toBe(2)
  })
})
