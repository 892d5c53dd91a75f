import { expect, it } from 'vitest'
import { checkParams } from '../../lib/protocol/param-limits.ts'
import { MODEL } from '../../lib/client/testing/fakes.ts'
import { stepsRange, stepsWords, strengthRange } from './ranges.ts'

const limits = { ...MODEL.limits, strength: [0.02, 1] satisfies [number, number] }
const hundredths = Array.from({ length: 99 }, (_, i) => (i + 2) / 100)
const params = { ...MODEL.defaults, guidanceScale: 1 }

it.each(['lcm', 'generic'] as const)(
  'no slider reaches what a %s model refuses, nor stops short of it',
  (kind) => {
    const model = { ...MODEL, limits, strengthSemantics: kind }
    for (let steps = 1; steps <= 8; steps++) {
      const [least] = strengthRange(model, { steps, strength: 1 })
      for (const strength of hundredths) {
        const isTaken = checkParams({ ...params, steps, strength }, model) === undefined
        expect([steps, strength, strength >= least]).toEqual([steps, strength, isTaken])
      }
    }
    for (const strength of hundredths) {
      const [low, high] = stepsRange(model, { steps: 4, strength })
      const taken = [1, 2, 3, 4, 5, 6, 7, 8].filter(
        (steps) => checkParams({ ...params, steps, strength }, model) === undefined,
      )
      if (taken.length > 0) expect([strength, low, high]).toEqual([strength, taken[0], taken.at(-1)])
    }
  },
)

it('says how many steps run where strength drops some', () => {
  const turbo = { ...MODEL, strengthSemantics: 'generic' as const }
  expect(stepsWords(turbo, { steps: 4, strength: 0.5 })).toBe('2 of 4 run')
  expect(stepsWords(turbo, { steps: 4, strength: 1 })).toBe('4')
  expect(stepsWords(MODEL, { steps: 4, strength: 0.5 })).toBe('4')
})
