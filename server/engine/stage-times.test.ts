import { describe, expect, it } from 'vitest'
import { StageTimes } from './stage-times.ts'

const around = { decodeMs: 1, encodeMs: 2 }

describe('StageTimes', () => {
  it('tells one U-Net time per step, both passes of guidance together', () => {
    const times = new StageTimes()
    for (const passes of [[10, 12], [11, 13], [9]]) {
      for (const ms of passes) times.add('unet', ms)
      times.endStep()
    }
    expect(times.timings(around).unetMs).toEqual([22, 24, 9])
    expect(times.lastStepMs).toBe(9)
  })

  it('does so where the passes shared calls with other pictures, and keeps apart what was this one', () => {
    const times = new StageTimes()
    // Two of four rows of one call of 20 ms, as the batcher tells it.
    times.addPass(10, 5)
    times.addPass(10, 5)
    times.endStep()
    // In two calls.
    times.addPass(20, 5)
    times.addPass(14, 7)
    times.endStep()
    expect(times.timings(around).unetMs).toEqual([20, 34])
    expect(times.lastStepMs).toBe(12)
  })

  it('gives steps that were waited for together the same time', () => {
    const times = new StageTimes()
    for (const [ms, stays] of [
      [1, true],
      [1, true],
      [28, false],
      [12, false],
    ] as const) {
      times.add('unet', ms)
      times.endStep(stays)
    }
    expect(times.timings(around).unetMs).toEqual([10, 10, 10, 12])
  })

  it('adds up the other stages, each by itself', () => {
    const times = new StageTimes()
    times.add('textEncode', 3)
    times.add('textEncode', 4)
    times.add('vaeEncode', 5)
    expect(times.timings(around)).toMatchObject({
      ...around,
      textEncodeMs: 7,
      vaeEncodeMs: 5,
      unetMs: [],
      vaeDecodeMs: 0,
    })
    expect(times.lastStepMs).toBe(0)
  })
})
