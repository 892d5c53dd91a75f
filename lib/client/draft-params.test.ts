import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it, vi } from 'vitest'
import { checkParams } from '../protocol/param-limits.ts'
import { DrawParamsSchema, type DrawParams } from '../protocol/params.ts'
import { refinedSteps } from '../protocol/refinement.ts'
import { DEFAULTS, MODEL } from './testing/fakes.ts'
import { checkPatch, fitToModel, moveToModel, refinedParams } from './draft-params.ts'

describe('checkPatch', () => {
  it.each([
    ['prompt', 'x'.repeat(2001), '0..2000'],
    ['prompt', '🏡'.repeat(2001), '0..2000'],
    ['strength', Number.NaN, '0..1'],
    ['seed', -1, '0..4294967295'],
    ['steps', 2.5, '1..50'],
    ['width', 4096, '64..2048'],
  ] as const)('names field, value and range of a bad %s', (field, value, range) => {
    expect(checkPatch({ [field]: value })).toMatchObject({
      ok: false,
      error: { code: 'invalid_params', field, value, range },
    })
  })

  it('takes what the schema of the wire takes, and nothing else', () => {
    const unit = fc.constantFrom('x', 'é', '日', '🏡', '\ud83c')
    const text = fc
      .tuple(unit, fc.nat(1010), fc.constantFrom(0, 990, 1990))
      .map(([one, more, least]) => one.repeat(least + more))
    const value = fc.oneof(
      fc.constantFrom(null, true, Number.NaN, Infinity, -0.5, 2.5, 2 ** 32, '4', ''),
      fc.double(),
      fc.integer({ min: -1, max: 2100 }),
      text,
    )
    const field = fc.constantFrom(...Object.keys(DrawParamsSchema.entries))
    fc.assert(
      fc.property(field, value, (name, given) => {
        const isTaken = v.is(DrawParamsSchema, { ...DEFAULTS, [name]: given })
        const patch: unknown = { [name]: given }
        expect(checkPatch(patch as Partial<DrawParams>).ok).toBe(isTaken)
      }),
      { numRuns: 1000 },
    )
  })

  it('passes empty, emoji and right-to-left prompts', () => {
    for (const prompt of ['', '🏡'.repeat(2000), 'בית'])
      expect(checkPatch({ prompt })).toEqual({ ok: true, value: { prompt } })
  })

  it('counts no characters of a pasted megabyte', () => {
    const read = vi.spyOn(String.prototype, Symbol.iterator)
    const { ok } = checkPatch({ prompt: 'x'.repeat(1e6) })
    const times = read.mock.calls.length
    read.mockRestore()
    expect([ok, times]).toEqual([false, 0])
  })
})

describe('fitToModel', () => {
  it('always gives parameters the model takes, and leaves alone what fits', () => {
    const wild = fc.record({
      prompt: fc.string(),
      seed: fc.nat(),
      steps: fc.integer({ min: 1, max: 50 }),
      strength: fc.double({ min: 0, max: 1, noNaN: true }),
      guidanceScale: fc.double({ min: 0, max: 30, noNaN: true }),
      width: fc.constant(256),
      height: fc.constant(256),
    })
    fc.assert(
      fc.property(wild, fc.constantFrom('lcm' as const, 'generic' as const), (params, strengthSemantics) => {
        const model = { ...MODEL, strengthSemantics }
        const fitted = fitToModel(params, model)
        expect(checkParams(fitted, model)).toBeUndefined()
        if (!checkParams(params, model)) expect(fitted).toEqual(params)
      }),
    )
  })

  it('lowers the steps where the model does not allow enough strength', () => {
    const limits = { ...MODEL.limits, strength: [0, 0.1] satisfies [number, number] }
    expect(fitToModel({ ...DEFAULTS, steps: 8 }, { ...MODEL, limits })).toMatchObject({
      steps: 5,
      strength: 0.1,
    })
  })
})

describe('moveToModel', () => {
  it('keeps a size the model has, else takes its default size', () => {
    expect(moveToModel({ ...DEFAULTS, width: 512, height: 512 }, MODEL)).toMatchObject({
      width: 512,
      height: 512,
    })
    expect(moveToModel({ ...DEFAULTS, width: 300 }, MODEL)).toMatchObject({ width: 256, height: 256 })
  })
})

describe('moveToModel from another one', () => {
  const sizes = [
    { width: 512, height: 512 },
    { width: 512, height: 768 },
    { width: 384, height: 576 },
  ]
  const limits = { ...MODEL.limits, steps: [1, 4] satisfies [number, number] }
  const defaults = { ...DEFAULTS, width: 512, height: 512, steps: 2, strength: 0.5, guidanceScale: 0 }
  const turbo = { ...MODEL, id: 'turbo', sizes, limits, defaults }

  it('gives what was never touched the default of the new one, and keeps what was chosen', () => {
    expect(moveToModel(DEFAULTS, turbo, MODEL)).toEqual({ ...defaults, prompt: DEFAULTS.prompt })
    const chosen = { ...DEFAULTS, prompt: 'mine', seed: 9, strength: 0.63, steps: 8 }
    const moved = { ...chosen, steps: 4, guidanceScale: 0, width: 512, height: 512 }
    expect(moveToModel(chosen, turbo, MODEL)).toEqual(moved)
  })

  it('keeps the shape of the page where the new one has it, at the size nearest to its default', () => {
    const tall = { ...DEFAULTS, width: 256, height: 384 }
    expect(moveToModel(tall, turbo, MODEL)).toMatchObject({ width: 384, height: 576 })
    const known = { ...DEFAULTS, width: 512, height: 768 }
    expect(moveToModel(known, turbo, MODEL)).toMatchObject({ width: 512, height: 768 })
    const strange = { ...DEFAULTS, width: 640, height: 200 }
    expect(moveToModel(strange, turbo, MODEL)).toMatchObject({ width: 512, height: 512 })
  })
})

describe('refinedParams', () => {
  it('takes the announced size, or the next larger one of exactly the same shape', () => {
    expect(refinedParams(DEFAULTS, MODEL)).toEqual({ ...DEFAULTS, width: 512, height: 512, steps: 8 })
    const wide = { ...DEFAULTS, width: 320, height: 192 }
    const sizes = [
      { width: 960, height: 576 },
      { width: 640, height: 384 },
      { width: 640, height: 400 },
    ]
    expect(refinedParams(wide, { ...MODEL, sizes })).toMatchObject({ width: 640, height: 384 })
    expect(refinedParams(wide, MODEL)).toBeUndefined()
  })

  it('is nothing for a model without refinement or at the largest size', () => {
    const { refine: _, ...plain } = MODEL
    expect(refinedParams(DEFAULTS, plain)).toBeUndefined()
    expect(refinedParams({ ...DEFAULTS, width: 512, height: 512 }, MODEL)).toBeUndefined()
  })

  it('takes the steps that the server gives a refinement', () => {
    const asked = fc.record({
      steps: fc.integer({ min: 1, max: 8 }),
      strength: fc.double({ min: 0.1, max: 1, noNaN: true }),
      wanted: fc.integer({ min: 1, max: 12 }),
      strengthSemantics: fc.constantFrom('lcm' as const, 'generic' as const),
    })
    fc.assert(
      fc.property(asked, ({ steps, strength, wanted, strengthSemantics }) => {
        const refine = { width: 512, height: 512, steps: wanted }
        const model = { ...MODEL, strengthSemantics, refine }
        const params = { ...DEFAULTS, steps, strength }
        fc.pre(checkParams(params, model) === undefined)
        expect(refinedParams(params, model)?.steps).toBe(refinedSteps(params, model))
      }),
    )
  })

  it('takes as many steps as the strength leaves, never fewer than the live ones', () => {
    expect(refinedParams({ ...DEFAULTS, strength: 0.12 }, MODEL)?.steps).toBe(6)
    expect(refinedParams({ ...DEFAULTS, strength: 0.08 }, MODEL)).toBeUndefined()
    const more = { ...MODEL, limits: { ...MODEL.limits, steps: [1, 20] satisfies [number, number] } }
    expect(refinedParams({ ...DEFAULTS, steps: 12 }, more)?.steps).toBe(12)
  })
})
