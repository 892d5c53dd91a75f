import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { createSchedule, LCM_DEFAULTS, ScheduleError, timesteps } from '../lcm/schedule.ts'
import { checkParams, leastStrengthFor, type ModelLimits } from './param-limits.ts'
import { DrawParamsSchema, type DrawParams } from './params.ts'

const GOOD: DrawParams = {
  prompt: 'a red boat',
  strength: 0.8,
  seed: 42,
  steps: 4,
  guidanceScale: 1,
  width: 256,
  height: 256,
}
const MODEL: ModelLimits = {
  limits: { steps: [1, 8], strength: [0.1, 1], guidanceScale: [1, 8] },
  originalInferenceSteps: 50,
  strengthSemantics: 'lcm',
}

function issueOf(patch: Record<string, unknown>): string | undefined {
  const result = v.safeParse(DrawParamsSchema, { ...GOOD, ...patch })
  return result.success ? undefined : result.issues[0].message
}

describe('DrawParamsSchema', () => {
  it('takes good parameters, empty, emoji and right-to-left prompts included', () => {
    for (const prompt of ['', 'boat', '🌅🏝️', 'قارب أحمر على البحر'])
      expect(issueOf({ prompt })).toBeUndefined()
  })

  it('names the field and the range of what it refuses', () => {
    expect(issueOf({ prompt: 'x'.repeat(2001) })).toBe('prompt must be at most 2000 characters')
    expect(issueOf({ prompt: '🎨'.repeat(2001) })).toBe('prompt must be at most 2000 characters')
    expect(issueOf({ prompt: '🎨'.repeat(2000) })).toBeUndefined()
    expect(issueOf({ negativePrompt: '🎨'.repeat(2001) })).toBe(
      'negativePrompt must be at most 2000 characters',
    )
    expect(issueOf({ steps: 2.5 })).toBe('steps must be a whole number from 1 to 50')
    expect(issueOf({ steps: 0 })).toBe('steps must be from 1 to 50')
    expect(issueOf({ strength: Number.NaN })).toMatch(/^strength must be a number from 0 to 1$/)
    expect(issueOf({ strength: Infinity })).toBe('strength must be a finite number from 0 to 1')
    expect(issueOf({ strength: '0.5' })).toMatch(/^strength/)
    expect(issueOf({ seed: 2 ** 32 })).toBe('seed must be from 0 to 4294967295')
    expect(issueOf({ width: 63 })).toBe('width must be from 64 to 2048')
    expect(issueOf({ height: 4000 })).toBe('height must be from 64 to 2048')
  })
})

describe('checkParams', () => {
  it('passes what the model takes', () => {
    expect(checkParams(GOOD, MODEL)).toBeUndefined()
  })

  it('names field, value and range of what the model does not take', () => {
    expect(checkParams({ ...GOOD, steps: 9 }, MODEL)).toMatchObject({
      code: 'invalid_params',
      field: 'steps',
      value: 9,
      range: '1..8',
    })
    expect(checkParams({ ...GOOD, guidanceScale: 9 }, MODEL)).toMatchObject({ field: 'guidanceScale' })
  })

  it('says which strength the asked steps need, and that strength is then taken', () => {
    const error = checkParams({ ...GOOD, steps: 8, strength: 0.1 }, MODEL)
    expect(error).toMatchObject({ code: 'steps_strength_too_small', field: 'strength', range: '0.16..1' })
    expect(checkParams({ ...GOOD, steps: 8, strength: 0.16 }, MODEL)).toBeUndefined()
  })

  it.each([
    ['lcm', 50],
    ['lcm', 100],
    ['generic', 50],
  ] as const)(
    'tells the least strength that leaves timesteps to run, in thousandths: %s, %i origin steps',
    (semantics, originalInferenceSteps) => {
      const limits: ModelLimits['limits'] = { ...MODEL.limits, steps: [1, 50], strength: [0, 1] }
      const model = { limits, originalInferenceSteps, strengthSemantics: semantics }
      const schedule = createSchedule({ ...LCM_DEFAULTS, originalInferenceSteps })
      for (let steps = 1; steps <= 50; steps++) {
        const thousandths = Math.round(leastStrengthFor({ steps }, model) * 1000)
        const [least, below] = [thousandths / 1000, (thousandths - 1) / 1000]
        const runs = (strength: number) => timesteps(schedule, { steps, strength, semantics }).length
        const label = `${steps} steps`
        expect(checkParams({ ...GOOD, steps, strength: below }, model)?.range, label).toBe(`${least}..1`)
        expect(() => runs(below), label).toThrow(ScheduleError)
        expect(checkParams({ ...GOOD, steps, strength: least }, model), label).toBeUndefined()
        expect(runs(least), label).toBe(semantics === 'lcm' ? steps : 1)
      }
    },
  )

  it('leaves strength alone where the model drops steps instead', () => {
    const generic: ModelLimits = { ...MODEL, strengthSemantics: 'generic' }
    expect(checkParams({ ...GOOD, steps: 8, strength: 0.1 }, generic)).toMatchObject({
      code: 'steps_strength_too_small',
      range: '0.125..1',
    })
    expect(checkParams({ ...GOOD, steps: 8, strength: 0.125 }, generic)).toBeUndefined()
  })
})
