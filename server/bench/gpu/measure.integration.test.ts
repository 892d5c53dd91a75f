import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../engine/system-clock.ts'
import { measureGraph } from './measure.ts'

const options = {
  dir: fileURLToPath(new URL('..', import.meta.url)),
  provider: 'cpu',
  threads: 1,
  runs: 3,
  clock: systemClock,
}

describe('measureGraph', () => {
  it('opens, feeds and times a graph', async () => {
    const figures = await measureGraph('calibration.onnx', options)
    if ('failed' in figures) throw new Error(figures.failed)
    expect(figures.ms.runs).toBeGreaterThanOrEqual(3)
    expect(figures.ms.p50).toBeGreaterThan(0)
    expect(figures.ms.p95).toBeGreaterThanOrEqual(figures.ms.p50)
    expect(figures.perSecond).toBeCloseTo(1000 / figures.ms.p50, 6)
  })

  it('says why a graph could not be measured, and goes on', async () => {
    const figures = await measureGraph('nothing.onnx', options)
    expect(figures).toMatchObject({ failed: expect.stringContaining('nothing.onnx') })
  })
})
