import { expect, it } from 'vitest'
import { HARD_LIMITS } from '../../lib/protocol/param-limits.ts'
import { seedOf } from './seed-text.ts'

it.each([
  ['', undefined],
  ['-', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['4294967296', undefined],
  ['0', 0],
  ['007', 7],
  ['4294967295', 4294967295],
])('of %j typed into the seed field, %s is the seed', (text, seed) => {
  expect(seedOf(text, HARD_LIMITS.seed)).toBe(seed)
})
