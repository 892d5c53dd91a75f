import { expect, test } from 'vitest'
import { FakeClock } from '../../lib/std/testing/fake-clock.ts'
import { Keeper } from './keeper.ts'

/** A keeper whose writes end when the test says so, and what it was told. */
function watched() {
  const clock = new FakeClock()
  const writes: { readonly succeed: () => void; readonly refuse: () => void }[] = []
  const kept: boolean[] = []
  const write = () =>
    new Promise<void>((resolve, reject) => {
      writes.push({ succeed: resolve, refuse: () => reject(new Error('full')) })
    })
  const keeper = new Keeper({ write, onKept: (now) => kept.push(now), clock })
  return { clock, writes, kept, keeper }
}

const settle = () => new Promise((resolve) => setTimeout(resolve))

test('many changes are one write, a moment later', () => {
  const { clock, writes, keeper } = watched()
  for (let i = 0; i < 20; i++) keeper.soon()
  expect(writes).toHaveLength(0)
  clock.advance(350)
  expect(writes).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

test('what changes during a write is written after it, and never beside it', async () => {
  const { clock, writes, keeper } = watched()
  keeper.soon()
  clock.advance(350)
  keeper.soon()
  clock.advance(60_000)
  expect(writes).toHaveLength(1)
  writes[0]?.succeed()
  await settle()
  clock.advance(350)
  expect(writes).toHaveLength(2)
})

test('a refused write is said once and tried again until it succeeds, which is said too', async () => {
  const { clock, writes, kept, keeper } = watched()
  keeper.soon()
  clock.advance(350)
  writes[0]?.refuse()
  await settle()
  expect(kept).toEqual([false])
  keeper.soon()
  clock.advance(4999)
  expect(writes).toHaveLength(1)
  clock.advance(1)
  writes[1]?.refuse()
  await settle()
  expect(kept).toEqual([false])
  clock.advance(5000)
  writes[2]?.succeed()
  await settle()
  expect(kept).toEqual([false, true])
  expect(clock.pending).toBe(0)
})

test('a page that may go writes at once, and one that closes writes what waits and then nothing', async () => {
  const { clock, writes, keeper } = watched()
  keeper.soon()
  void keeper.flush()
  expect(writes).toHaveLength(1)
  keeper.soon()
  const stopped = keeper.stop()
  writes[0]?.succeed()
  await settle()
  expect(writes).toHaveLength(2)
  writes[1]?.succeed()
  await stopped
  keeper.soon()
  expect(clock.pending).toBe(0)
})
