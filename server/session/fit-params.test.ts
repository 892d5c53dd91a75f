import fc from 'fast-check'
import { expect, it } from 'vitest'
import { asPainted } from '../../lib/protocol/as-painted.ts'
import { checkParams } from '../../lib/protocol/param-limits.ts'
import { FAKE_MODEL } from '../engine/fake-engine.ts'
import { fitTo, nthPicture, paramsFor } from './fit-params.ts'

const asked = { prompt: 'a boat', seed: 1 }

it('gives what the model takes, also of one whose strength ends below 1, with a sketch and without', () => {
  const numbers = fc.record({
    strength: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    steps: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
    guidanceScale: fc.option(fc.double({ min: 0, max: 30, noNaN: true }), { nil: undefined }),
  })
  const kind = fc.constantFrom('lcm' as const, 'generic' as const)
  const most = fc.constantFrom(0.3, 0.5, 1)
  fc.assert(
    fc.property(numbers, kind, most, fc.boolean(), (given, strengthSemantics, high, hasImage) => {
      const limits = { ...FAKE_MODEL.limits, strength: [0.1, high] as [number, number] }
      const model = { ...FAKE_MODEL, strengthSemantics, limits }
      const params = paramsFor({ asked: { ...asked, ...given }, hasImage, size: 'fitted' }, model)
      expect(checkParams(...asPainted(params, model, hasImage))).toBeUndefined()
      if (!hasImage) expect(params.strength).toBe(1)
    }),
  )
})

it('gives each picture of a request its own seed, of whichever model it begins on', () => {
  const first = fitTo(FAKE_MODEL, { asked: { ...asked, seed: -1.5 }, hasImage: false, size: 'fitted' })
  const third = nthPicture(first, 2)
  expect([first.params.seed, third.params.seed]).toEqual([4294967295, 1])
  expect(paramsFor(third.wanted, { ...FAKE_MODEL, id: 'another' })).toEqual(third.params)
})
