import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../lib/std/testing/fake-clock.ts'
import { timeRuns, timesOf } from './timing.ts'

/** Runs of these lengths in turn, the last of them for ever. */
function runsOf(...lengthsMs: number[]) {
  const clock = new FakeClock()
  let calls = 0
  const run = () => {
    clock.advance(lengthsMs[Math.min(calls++, lengthsMs.length - 1)] ?? 0)
    return Promise.resolve()
  }
  return { clock, run, calls: () => calls }
}

describe('timeRuns', () => {
  it('warms up for a second and a half after the first run, whatever a run takes', async () => {
    const { clock, run, calls } = runsOf(700, 100)
    const { firstMs, ms } = await timeRuns(run, { clock, runs: 30 })
    expect(firstMs).toBe(700)
    expect(ms).toEqual(Array.from({ length: 30 }, () => 100))
    expect(calls()).toBe(1 + 15 + 30)
  })

  it('times short runs for two seconds, however few were asked for', async () => {
    const { clock, run } = runsOf(10)
    expect((await timeRuns(run, { clock, runs: 3 })).ms).toHaveLength(200)
  })

  it('is content with five runs of a graph that takes long', async () => {
    const { clock, run, calls } = runsOf(8000)
    expect((await timeRuns(run, { clock, runs: 30 })).ms).toHaveLength(5)
    expect(calls()).toBe(1 + 1 + 5)
  })

  it('leaves the slow runs of a device that wakes up out of the figures', async () => {
    const { clock, run } = runsOf(900, 300, 300, 300, 300, 300, 50)
    expect(timesOf((await timeRuns(run, { clock, runs: 5 })).ms)).toEqual({ p50: 50, p95: 50, runs: 40 })
  })
})
