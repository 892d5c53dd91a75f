import { describe, expect, it } from 'vitest'
import { TurnTimer } from './turn-timer.ts'

/** A thread on which a run takes as long as it says, one after the other. */
function thread() {
  let now = 0
  const timer = new TurnTimer(() => now)
  const run = (ms: number) => () =>
    new Promise<number>((resolve) =>
      setImmediate(() => {
        now += ms
        resolve(ms)
      }),
    )
  return { timer, run, idle: (ms: number) => (now += ms) }
}

describe('TurnTimer', () => {
  it('tells what a run took, and what it gave', async () => {
    const { timer, run } = thread()
    expect(await timer.time(run(12))).toEqual({ value: 12, ms: 12 })
  })

  it('does not count the wait for those that were asked for before', async () => {
    const { timer, run } = thread()
    const all = await Promise.all([10, 20, 5].map((ms) => timer.time(run(ms))))
    expect(all.map(({ ms }) => ms)).toEqual([10, 20, 5])
  })

  it('does not count the time in which nothing ran', async () => {
    const { timer, run, idle } = thread()
    await timer.time(run(10))
    idle(100)
    expect((await timer.time(run(7))).ms).toBe(7)
  })
})
