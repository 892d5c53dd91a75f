import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Timings } from '../protocol/control.ts'
import { sum } from '../std/statistics.ts'
import { browserShare, type FrameTimes, meanStages, networkMs, stagesOf } from './stages.ts'

/** The server's clock is 5000 ms ahead; the way up took 7 ms, the way down 3. */
const OFFSET_MS = 5000
const TIMES: FrameTimes = {
  penAtMs: 1000,
  snapshotAtMs: 1010,
  snapshotMs: 12,
  sentAtMs: 1025,
  receivedAtMs: 1025 + 7 + 100 + 3,
  paintedAtMs: 1139,
}
const TIMINGS: Timings = {
  waitMs: 20,
  decodeMs: 2,
  textEncodeMs: 0,
  vaeEncodeMs: 10,
  unetMs: [20, 21, 22],
  vaeDecodeMs: 1,
  encodeMs: 2,
  engineMs: 79,
  totalMs: 100,
  receivedAtMs: 1025 + 7 + OFFSET_MS,
}
const named = (stages: readonly { name: string; ms: number }[]) =>
  Object.fromEntries(stages.map(({ name, ms }) => [name, ms]))

describe('stagesOf', () => {
  it('tells the way up from the way down by the offset of the clocks', () => {
    expect(named(stagesOf(TIMES, TIMINGS, OFFSET_MS))).toMatchObject({
      hold: 10,
      snapshot: 12,
      encode: 3,
      up: 7,
      wait: 20,
      'U-Net 1': 20,
      'U-Net 3': 22,
      'server other': 2,
      down: 3,
      paint: 4,
    })
  })

  it('halves both ways where the offset, or the server time, is not known', () => {
    expect(named(stagesOf(TIMES, TIMINGS, undefined))).toMatchObject({ up: 5, down: 5 })
    const { receivedAtMs: _, ...old } = TIMINGS
    expect(named(stagesOf(TIMES, old, OFFSET_MS))).toMatchObject({ up: 5, down: 5 })
  })

  it('adds up to pen-to-paint and has no way below zero, however wrong the offset is', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e5, max: 1e5, noNaN: true }), (offsetMs) => {
        const stages = stagesOf(TIMES, TIMINGS, offsetMs)
        expect(sum(stages.map(({ ms }) => ms))).toBeCloseTo(TIMES.paintedAtMs - TIMES.penAtMs)
        const { up, down } = named(stages)
        expect(Math.min(up ?? -1, down ?? -1)).toBeGreaterThanOrEqual(0)
        expect((up ?? 0) + (down ?? 0)).toBeCloseTo(networkMs(TIMES, TIMINGS))
      }),
    )
  })

  it("counts snapshot, encode and paint as the browser's share", () => {
    expect(browserShare(stagesOf(TIMES, TIMINGS, OFFSET_MS))).toBeCloseTo((12 + 3 + 4) / 139)
  })

  it('means every stage over all frames, one that a frame lacks as zero', () => {
    const mean = meanStages([
      [
        { name: 'a', ms: 2 },
        { name: 'b', ms: 4 },
      ],
      [{ name: 'a', ms: 4 }],
    ])
    expect(mean).toEqual([
      { name: 'a', ms: 3 },
      { name: 'b', ms: 2 },
    ])
    expect(meanStages([])).toEqual([])
  })
})
