import { describe, expect, it } from 'vitest'
import { GraphCache } from './graph-cache.ts'

function cache(budgetBytes: number) {
  const told: string[] = []
  const graphs = new GraphCache<string>({
    budgetBytes,
    close: async (name) => void told.push(`close ${name}`),
  })
  const at = (key: string, bytes = 10) => ({
    key,
    bytes,
    open: async () => {
      told.push(`open ${key}`)
      return key
    },
  })
  const use = (key: string, bytes?: number) => graphs.use(at(key, bytes), (value) => value)
  return { graphs, told, at, use }
}

describe('GraphCache', () => {
  it('opens once, when first used, and shares what two open at once', async () => {
    const { graphs, told, use } = cache(30)
    expect(await Promise.all([use('a'), use('a'), use('b')])).toEqual(['a', 'a', 'b'])
    await use('a')
    expect(told).toEqual(['open a', 'open b'])
    expect([graphs.size, graphs.bytes]).toEqual([2, 20])
  })

  it('closes what is unused for longest before it opens what would exceed the budget', async () => {
    const { told, graphs, use } = cache(30)
    for (const key of ['a', 'b', 'c', 'a', 'd']) await use(key)
    expect(told).toEqual(['open a', 'open b', 'open c', 'close b', 'open d'])
    await use('large', 25)
    expect(told.slice(5)).toEqual(['close c', 'close a', 'close d', 'open large'])
    expect(graphs.bytes).toBe(25)
  })

  it('opens alone what is larger than the budget', async () => {
    const { told, use } = cache(30)
    await use('a')
    expect(await use('huge', 100)).toBe('huge')
    await use('a')
    expect(told).toEqual(['open a', 'close a', 'open huge', 'close huge', 'open a'])
  })

  it('never closes what is being used', async () => {
    const { told, graphs, at, use } = cache(10)
    let done: () => void = () => undefined
    const long = graphs.use(at('a'), () => new Promise<void>((resolve) => (done = resolve)))
    await use('b')
    expect(told).toEqual(['open a', 'open b'])
    done()
    await long
    await graphs.clear()
    expect(told).toEqual(['open a', 'open b', 'close a', 'close b'])
    expect(graphs.size).toBe(0)
  })

  it('forgets what could not be opened', async () => {
    const { graphs, use } = cache(30)
    const failing = { key: 'a', bytes: 10, open: () => Promise.reject(new Error('damaged')) }
    await expect(graphs.use(failing, () => 'never')).rejects.toThrow('damaged')
    expect(await use('a')).toBe('a')
  })

  it('stays within the budget when nothing is in use, whatever is asked for', async () => {
    const { graphs, use } = cache(35)
    for (let i = 0; i < 60; i++) {
      await use(`graph ${(i * 7) % 9}`, 5 + ((i * 3) % 25))
      expect(graphs.bytes).toBeLessThanOrEqual(35)
    }
  })
})
