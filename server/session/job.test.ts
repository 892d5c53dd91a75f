import { afterEach, describe, expect, it } from 'vitest'
import { previewWant } from '../../lib/protocol/preview.ts'
import { FAKE_MODEL } from '../engine/fake-engine.ts'
import { toJob } from './job.ts'
import { harness, JPEG, PARAMS } from './testing/harness.ts'

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

  it('refines at exactly the shape of the live picture, at the size the model names where it has the shape', () => {
    const sizes = [256, 384, 512, 768].map((side) => ({ width: side, height: side }))
    const model = { ...FAKE_MODEL, sizes, refine: { width: 512, height: 512, steps: 8 } }
    expect(toJob({ ...source, mode: 'refine' }, model)).toMatchObject({ width: 512, height: 512 })
    const params = { ...PARAMS, width: 512, height: 512 }
    expect(toJob({ ...source, mode: 'refine', params }, model)).toMatchObject({ width: 768, height: 768 })
    const nearly = { ...PARAMS, width: 256, height: 257 }
    expect(toJob({ ...source, mode: 'refine', params: nearly }, model)).toMatchObject({ height: 257 })
  })
})

describe('a session', () => {
  let world = harness()
  const start = (...args: Parameters<typeof harness>) => (world = harness(...args))
  afterEach(async () => {
    await world.close()
    expect(world.clock.pending).toBe(0)
  })

  it('refines whatever sizes were asked for: 200 fits into 400 twice, and their buckets 256 and 384 do not', async () => {
    const sizes = [256, 384, 512].map((side) => ({ width: side, height: side }))
    const { open, runOut } = start({ info: { sizes } })
    const { session, endOf } = open()
    for (const [seq, side, mode] of [
      [1, 200, 'live'],
      [2, 400, 'refine'],
    ] as const) {
      session.setParams(10 + seq, { ...PARAMS, width: side, height: side })
      session.submit({ seq, rev: 10 + seq, mode, image: JPEG })
      await runOut()
      expect(endOf(seq)).toMatchObject({ type: 'image', width: side })
    }
  })

  it('W7 paints at full strength from the words alone', async () => {
    const { open, engine, runOut } = start()
    const { session } = open()
    session.setParams(5, { ...PARAMS, strength: 0.2 })
    session.submit({ seq: 1, rev: 5, mode: 'live', image: undefined })
    await runOut()
    expect(engine.jobs).toMatchObject([{ image: undefined, strength: 1 }])
  })
})
