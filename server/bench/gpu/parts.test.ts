import { expect, it } from 'vitest'
import { isSound } from './figure.ts'
import { witnessed } from './parts.ts'

const outcome = { openMs: 1, firstMs: 1, ms: { p50: 1, p95: 1, runs: 30 }, perSecond: 1000 }
const WEIGHTS = 1640 * (1 << 20)

it.each([
  ['the weights came to lie in its memory', 1700, WEIGHTS, true],
  ['nothing came to lie there', 0, WEIGHTS, false],
  ['nothing need have come to lie there', 0, undefined, true],
])('a figure with what nvidia-smi saw of the GPU is sound or not: %s', (_, memoryRiseMiB, weights, sound) => {
  const figure = witnessed(outcome, { memoryRiseMiB }, weights)
  expect(figure).toMatchObject({ ...outcome, gpu: { memoryRiseMiB } })
  expect(isSound(figure)).toBe(sound)
})

it('a figure without a reading is what was measured, and a failure is not doubted besides', () => {
  expect(witnessed(outcome, undefined, WEIGHTS)).toBe(outcome)
  const failed = witnessed({ failed: 'the device was lost' }, { memoryRiseMiB: 0 }, WEIGHTS)
  expect(failed).toEqual({ failed: 'the device was lost', gpu: { memoryRiseMiB: 0 } })
})
