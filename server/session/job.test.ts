import { describe, expect, it } from 'vitest'
import { previewWant } from '../../lib/protocol/preview.ts'
import { FAKE_MODEL } from '../engine/fake-engine.ts'
import { toJob } from './job.ts'
import { JPEG, PARAMS } from './testing/harness.ts'

const WANTS = [previewWant({ everySteps: 2 })]
const source = { mode: 'live', image: JPEG, params: PARAMS, liveSize: undefined, previews: [] } as const

describe('toJob', () => {
  it('asks for exactly what the parameters say while live', () => {
    const job = toJob(
      { ...source, params: { ...PARAMS, width: 300, height: 200 }, previews: WANTS },
      FAKE_MODEL,
    )
    expect(job).toMatchObject({
      ...PARAMS,
      width: 300,
      height: 200,
      mode: 'live',
      image: JPEG,
      previews: WANTS,
    })
    expect(job).not.toHaveProperty('noiseFrom')
  })

  it('refines at the next larger size of the same aspect, with more steps and the noise of the live size', () => {
    const job = toJob({ ...source, mode: 'refine' }, FAKE_MODEL)
    expect(job).toMatchObject({
      width: 512,
      height: 512,
      steps: 8,
      seed: PARAMS.seed,
      noiseFrom: { width: 256, height: 256 },
    })
  })

  it('believes a client that already asks for the larger size, and keeps the noise of what it painted last', () => {
    const params = { ...PARAMS, width: 512, height: 512 }
    const job = toJob(
      { ...source, mode: 'refine', params, liveSize: { width: 256, height: 256 } },
      FAKE_MODEL,
    )
    expect(job).toMatchObject({ width: 512, height: 512, noiseFrom: { width: 256, height: 256 } })
  })

  it('stays at the largest size when there is none above, and never outruns strength or the model', () => {
    const params = { ...PARAMS, width: 512, height: 512, strength: 0.1, steps: 4 }
    expect(toJob({ ...source, mode: 'refine', params }, FAKE_MODEL)).toMatchObject({
      width: 512,
      height: 512,
      steps: 5,
    })
    const few = { ...FAKE_MODEL, limits: { ...FAKE_MODEL.limits, steps: [1, 6] as [number, number] } }
    expect(toJob({ ...source, mode: 'refine' }, few).steps).toBe(6)
  })

  it('paints at full strength from the words alone', () => {
    expect(toJob({ ...source, image: undefined }, FAKE_MODEL).strength).toBe(1)
  })
})
