import { describe, expect, it } from 'vitest'
import { FAKE_MODEL } from '../engine/fake-engine.ts'
import { admit, firstBucket } from './admission.ts'
import type { AdmissionLimits, AdmissionLoad } from './admission.ts'
import { JPEG, PARAMS } from './testing/harness.ts'

const limits: AdmissionLimits = {
  model: FAKE_MODEL,
  maxImageBytes: 100,
  rate: { capacity: 2, perSecond: 10 },
}
const load = (patch: Partial<AdmissionLoad> = {}): AdmissionLoad => ({
  draining: false,
  engine: 'ready',
  bucket: firstBucket(limits, 0),
  nowMs: 0,
  ...patch,
})
const request = { rev: 1, params: PARAMS, image: JPEG }
const codeOf = (verdict: ReturnType<typeof admit>) => (verdict.admitted ? 'admitted' : verdict.error.code)

describe('admit', () => {
  it('lets a good frame in and takes one token', () => {
    const verdict = admit(request, limits, load())
    expect(verdict).toMatchObject({ admitted: true, params: PARAMS, bucket: { tokens: 1 } })
  })

  it('lets frames wait while the engine loads or restarts, and refuses them when it is gone', () => {
    expect(codeOf(admit(request, limits, load({ engine: 'loading' })))).toBe('admitted')
    expect(codeOf(admit(request, limits, load({ engine: 'degraded' })))).toBe('admitted')
    expect(codeOf(admit(request, limits, load({ engine: 'closed' })))).toBe('engine_crashed')
  })

  it('E4 refuses while draining', () => {
    expect(codeOf(admit(request, limits, load({ draining: true })))).toBe('draining')
  })

  it('F5 refuses a revision it does not hold, naming it', () => {
    expect(admit({ ...request, rev: 9, params: undefined }, limits, load())).toMatchObject({
      error: { code: 'unknown_params_rev', field: 'rev', value: 9 },
    })
  })

  it('refuses what no decoder should see: unknown bytes and too many of them', () => {
    const gif = new TextEncoder().encode('GIF89a')
    expect(admit({ ...request, image: gif }, limits, load())).toMatchObject({
      error: { code: 'unsupported_image', field: 'image', value: '47 49 46 38 39 61' },
    })
    const long = new Uint8Array(101)
    long.set(JPEG)
    expect(admit({ ...request, image: long }, limits, load())).toMatchObject({
      error: { code: 'image_too_large', value: 101, range: '0..100 bytes' },
    })
  })

  it('E2 names field, value and range of parameters the model cannot do', () => {
    const steps = admit({ ...request, params: { ...PARAMS, steps: 20 } }, limits, load())
    expect(steps).toMatchObject({
      error: { code: 'invalid_params', field: 'steps', value: 20, range: '1..8' },
    })
  })

  it('refuses steps that strength leaves no room for, but not when there is no image to be strong about', () => {
    const model = { ...FAKE_MODEL, limits: { ...FAKE_MODEL.limits, strength: [0, 1] as [number, number] } }
    const weak = { ...request, params: { ...PARAMS, strength: 0.05, steps: 4 } }
    expect(codeOf(admit(weak, { ...limits, model }, load()))).toBe('steps_strength_too_small')
    expect(codeOf(admit({ ...weak, image: undefined }, { ...limits, model }, load()))).toBe('admitted')
  })

  it('paints from the words alone on a model whose strength ends below 1, which holds sketches to it', () => {
    const model = {
      ...FAKE_MODEL,
      limits: { ...FAKE_MODEL.limits, strength: [0.1, 0.5] as [number, number] },
    }
    expect(codeOf(admit(request, { ...limits, model }, load()))).toBe('invalid_params')
    expect(codeOf(admit({ ...request, image: undefined }, { ...limits, model }, load()))).toBe('admitted')
  })

  it('takes one token for all pictures of a request, and lets none of them in where there is none left', () => {
    let { bucket } = load()
    for (const batch of [1, 1, 1, 2, 2]) {
      const verdict = admit({ ...request, batch }, limits, load({ bucket }))
      expect(codeOf(verdict)).toBe('admitted')
      bucket = verdict.bucket
    }
    for (const batch of [3, 3]) {
      const verdict = admit({ ...request, batch }, limits, load({ bucket }))
      expect(codeOf(verdict)).toBe('rate_limited')
      bucket = verdict.bucket
    }
  })

  it('says after how long to come back when the rate is used up', () => {
    let bucket = firstBucket(limits, 0)
    for (let i = 0; i < 2; i++) bucket = admit(request, limits, load({ bucket })).bucket
    expect(admit(request, limits, load({ bucket }))).toMatchObject({
      error: { code: 'rate_limited', retryAfterMs: 100 },
    })
    expect(codeOf(admit(request, limits, load({ bucket, nowMs: 100 })))).toBe('admitted')
  })
})
