import { expect, it } from 'vitest'
import { FakeClock } from '../../lib/std/testing/fake-clock.ts'
import { SizeLimits } from './size-limits.ts'

const square = { width: 512, height: 512 }
const wide = { width: 768, height: 512 }
const tall = { width: 512, height: 768 }
const large = { width: 768, height: 768 }
const MINUTE_MS = 60_000

it('refuses a size that had no memory, and all with as many pixels, on that provider', () => {
  const limits = new SizeLimits(new FakeClock(), square)
  const refused = (provider: string) =>
    [square, wide, tall, large].filter((one) => limits.refuses(provider, one))
  expect(refused('cuda')).toEqual([])
  limits.failedAt('cuda', large)
  expect(refused('cuda')).toEqual([large])
  limits.failedAt('cuda', wide)
  expect(refused('cuda')).toEqual([wide, tall, large])
  expect(refused('cpu')).toEqual([])
})

it('never refuses the default size', () => {
  const limits = new SizeLimits(new FakeClock(), square)
  limits.failedAt('cuda', { width: 64, height: 64 })
  expect([limits.refuses('cuda', square), limits.refuses('cuda', wide)]).toEqual([false, true])
})

it('lets it be tried again after ten minutes: another program may have ended', () => {
  const clock = new FakeClock()
  const limits = new SizeLimits(clock, square)
  limits.failedAt('cuda', wide)
  clock.advance(10 * MINUTE_MS - 1)
  expect(limits.refuses('cuda', tall)).toBe(true)
  clock.advance(1)
  expect(limits.refuses('cuda', tall)).toBe(false)
  // What was found before counts no more.
  limits.failedAt('cuda', large)
  expect([limits.refuses('cuda', tall), limits.refuses('cuda', large)]).toEqual([false, true])
})
