import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { askToPersist } from './persist.ts'
import { writeSaved } from './saved.ts'

const DAY_MS = 24 * 60 * 60 * 1000

beforeEach(() => writeSaved('asked-to-persist', null))
afterEach(() => void vi.unstubAllGlobals())

/** A browser that keeps storage already or not; counts how often it is asked to. */
function browser({ persisted = false } = {}) {
  const persist = vi.fn(async () => false)
  vi.stubGlobal('navigator', { storage: { persisted: async () => persisted, persist } })
  return persist
}

it('a browser is asked to keep storage, and not again before a week has passed', async () => {
  const persist = browser()
  const nowMs = Date.now()
  await askToPersist(nowMs)
  await askToPersist(nowMs + DAY_MS)
  expect(persist).toHaveBeenCalledTimes(1)
  await askToPersist(nowMs + 8 * DAY_MS)
  expect(persist).toHaveBeenCalledTimes(2)
})

it('a browser that keeps it is not asked, and one that cannot be asked is left alone', async () => {
  const persist = browser({ persisted: true })
  await askToPersist()
  expect(persist).not.toHaveBeenCalled()
  vi.stubGlobal('navigator', {})
  await expect(askToPersist()).resolves.toBeUndefined()
})
