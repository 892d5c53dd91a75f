import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { ClientState } from '../../lib/client/types.ts'
import { AppError } from '../../lib/std/errors.ts'
import { PageKey } from './page-key.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

/** A page that gives these keys, one after the other, and a server that knows `good`. */
function world(keys: (string | undefined)[]) {
  const tried: (string | undefined)[] = []
  const ask = vi.fn(async () => (keys.length > 1 ? keys.shift() : keys[0]))
  const page = new PageKey({
    ask,
    random: () => 0.5,
    dialUrl: async (key) => {
      tried.push(key)
      if (key !== undefined && key !== 'good') throw new AppError('unauthorized', `${key} has expired`)
      return `ws://server/${key ?? 'nobody'}`
    },
  })
  const store = createStore<Pick<ClientState, 'status'>>()(() => ({
    status: { name: 'connecting', attempt: 0 },
  }))
  const client = { store: store as never, retry: vi.fn() }
  const become = (status: ClientState['status']) => store.setState({ status })
  return { page, client, tried, ask, become }
}

describe('the key of an embedded canvas', () => {
  it('is asked for anew before each dial', async () => {
    const { page, ask } = world(['good'])
    expect([await page.dial(), await page.dial()]).toEqual(['ws://server/good', 'ws://server/good'])
    expect(ask).toHaveBeenCalledTimes(2)
  })

  it('that is refused is told in the words of the server, until another is let in', async () => {
    const { page } = world(['old', 'good'])
    await expect(page.dial()).rejects.toThrow('old has expired')
    expect(page.refusal.getState().reason).toBe('old has expired')
    await page.dial()
    expect(page.refusal.getState().reason).toBeUndefined()
  })

  it('is asked for again while the server lets nobody in, and dialled with only when it is another one', async () => {
    const { page, client, become, tried } = world(['old', 'old', undefined, 'good'])
    const stop = page.watch(client)
    await expect(page.dial()).rejects.toThrow()
    become({ name: 'locked', reason: 'old has expired' })
    await vi.advanceTimersByTimeAsync(2_500)
    await vi.advanceTimersByTimeAsync(4_000)
    expect(client.retry).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(7_000)
    expect(client.retry).toHaveBeenCalledTimes(1)
    expect(await page.dial()).toBe('ws://server/good')
    expect(tried).toEqual(['old', 'good'])
    become({ name: 'live' })
    stop()
  })

  it('is not asked for any more once the canvas is gone', async () => {
    const { page, client, become, ask } = world([undefined])
    const stop = page.watch(client)
    become({ name: 'locked', reason: 'a key, please' })
    stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(ask).not.toHaveBeenCalled()
  })
})
