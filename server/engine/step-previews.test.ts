import { describe, expect, it } from 'vitest'
import { previewWant, type PreviewWant } from '../../lib/protocol/preview.ts'
import { previewSize, StepPreviews } from './step-previews.ts'

const size = { width: 256, height: 256 }

/** Decoding takes `decodeMs` and each encoding `encodeMs` of a clock that only they move. */
function setup({ decodeMs = 0, encodeMs = 0 } = {}) {
  const work = { decoded: 0, encoded: 0, ms: 0 }
  const previews = new StepPreviews({
    nowMs: () => work.ms,
    encode: async () => {
      work.encoded += 1
      work.ms += encodeMs
      return Uint8Array.of(work.encoded)
    },
  })
  const decode = () => {
    work.decoded += 1
    work.ms += decodeMs
    return { rgb: new Uint8Array(3), width: 1, height: 1 }
  }
  const show = (wants: readonly PreviewWant[], step = 1, stepMs = 1000) =>
    previews.of({ step, steps: 50, stepMs, size, decode }, wants)
  return { work, previews, show }
}

describe('the previews of a step', () => {
  const every = previewWant({ everySteps: 1 })

  it('P1 are decoded once and encoded once per form, whoever asks', async () => {
    const { work, show } = setup()
    const png = previewWant({ everySteps: 2, codec: 'png' })
    const watchers = [every, { ...every }, { ...every, everySteps: 2 }, png, { ...png, fromStep: 2 }]
    const shown = await show(watchers, 2)
    expect(shown.map(({ codec }) => codec)).toEqual(['jpeg', 'png'])
    expect(work).toMatchObject({ decoded: 1, encoded: 2 })
  })

  it('P2 cost nothing when nobody who can see asks', async () => {
    const { work, previews, show } = setup({ decodeMs: 5 })
    expect(await show([])).toEqual([])
    expect(
      await show([
        { ...every, everySteps: 0 },
        { ...every, fromStep: 9 },
        { ...every, everySteps: 2 },
      ]),
    ).toEqual([])
    expect(work).toEqual({ decoded: 0, encoded: 0, ms: 0 })
    expect(previews.costMs).toBeUndefined()
  })

  it('P3 take at most half of the time of the steps on average, whatever one costs', async () => {
    for (const costMs of [10, 60, 400, 3000]) {
      const { work, show } = setup({ decodeMs: costMs / 2, encodeMs: costMs / 2 })
      const [steps, stepMs] = [2000, 20]
      for (let step = 0; step < steps; step++) await show([every], 1, stepMs)
      // What was saved up at the start is spent once.
      expect(work.ms).toBeLessThanOrEqual(0.5 * steps * stepMs + 250 + costMs)
      expect(work.ms).toBeGreaterThan(Math.min(costMs * steps, 0.5 * steps * stepMs) * 0.9 - costMs)
    }
  })

  it('tell what they cost', async () => {
    const { previews, show } = setup({ decodeMs: 3, encodeMs: 4 })
    await show([every])
    await show([every])
    expect(previews.costMs).toBe(14)
  })

  it('have the asked shape', () => {
    expect(previewSize({ width: 256, height: 256 }, 192)).toEqual({ width: 192, height: 192 })
    expect(previewSize({ width: 2048, height: 64 }, 192)).toEqual({ width: 192, height: 6 })
    expect(previewSize({ width: 100, height: 50 }, 192)).toEqual({ width: 100, height: 50 })
  })
})
