import { describe, expect, it } from 'vitest'
import { Pace } from './pace.ts'

/** A pace that has seen runs of these lengths. */
function paceAfter(runsMs: readonly number[]): Pace {
  const pace = new Pace()
  runsMs.forEach((runMs, i) => {
    pace.started(i, 0)
    pace.ended(i, runMs, { done: true, left: [] })
  })
  return pace
}

describe('Pace', () => {
  it('holds nothing back while nothing runs, or while no run has told how long one takes', () => {
    expect(new Pace().waitMs(0)).toBe(0)
    expect(paceAfter([100]).waitMs(0)).toBe(0)
    const first = new Pace()
    first.started(1, 0)
    expect(first.waitMs(0)).toBe(0)
  })

  it('waits until a run of the usual length would be over, less the snapshot and the way there', () => {
    const pace = paceAfter([900, 150, 200])
    pace.snapshotMs = 20
    pace.started(9, 1000)
    expect(pace.waitMs(1000)).toBe(200 - 20 - 12)
    expect(pace.waitMs(1100)).toBe(100 - 20 - 12)
    expect(pace.waitMs(1500)).toBe(0)
  })

  it('forgets the old runs of a machine that has become slower', () => {
    const pace = paceAfter([50, 50, 50, 50, 200, 200, 200, 200, 200, 200])
    pace.started(9, 0)
    expect(pace.waitMs(0)).toBe(188)
  })

  it('learns nothing from a run that failed, nor from the end of another frame', () => {
    const pace = paceAfter([200])
    pace.started(5, 0)
    pace.ended(4, 10, { done: true, left: [] })
    expect(pace.waitMs(0)).toBe(188)
    pace.ended(5, 10, { done: false, left: [] })
    expect(pace.waitMs(0)).toBe(0)
    pace.started(6, 0)
    expect(pace.waitMs(0)).toBe(188)
  })

  it('takes the frame that waits to begin when the one before it ends, until it is told when it did', () => {
    const pace = paceAfter([200])
    pace.started(5, 1000)
    pace.ended(5, 1200, { done: true, left: [6] })
    expect(pace.waitMs(1200)).toBe(188)
    pace.started(6, 1230)
    expect(pace.waitMs(1230)).toBe(188)
    pace.ended(6, 1430, { done: true, left: [] })
    expect(pace.waitMs(1430)).toBe(0)
  })

  it('[E1] holds nothing back after a lost connection', () => {
    const pace = paceAfter([200])
    pace.started(5, 0)
    pace.reset()
    expect(pace.waitMs(0)).toBe(0)
  })

  it('sends evenly apart what runs two at a time', () => {
    const pace = paceAfter([200])
    pace.credit = 3
    pace.started(5, 1000)
    expect(pace.waitMs(1000)).toBe(100 - 12)
    pace.started(6, 1100)
    // Half a run after the last one began, and when the older of the two is over: both at 1200.
    expect(pace.waitMs(1100)).toBe(100 - 12)
    pace.ended(5, 1200, { done: true, left: [6] })
    expect(pace.waitMs(1200)).toBe(0)
  })

  it('finds an even distance again after two that began together', () => {
    const pace = paceAfter([200])
    pace.credit = 3
    pace.started(5, 1000)
    pace.started(6, 1010)
    expect(pace.waitMs(1010)).toBe(100 - 12)
    pace.ended(5, 1200, { done: true, left: [6, 7] })
    // The one that waited is taken to have begun.
    expect(pace.waitMs(1200)).toBe(100 - 12)
  })
})
