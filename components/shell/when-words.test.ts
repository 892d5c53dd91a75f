import { expect, it } from 'vitest'
import { whenWords } from './when-words.ts'

it('says the time of today, the day of this year, and the year of any other', () => {
  const nowMs = new Date(2026, 10, 22, 18, 0).getTime()
  const at = (...parts: [number, number, number, number, number]) =>
    whenWords(new Date(...parts).getTime(), nowMs)
  expect(at(2026, 10, 22, 9, 5)).toMatch(/^9:05\sAM$/)
  expect(at(2026, 10, 21, 23, 59)).toBe('Nov 21')
  expect(at(2025, 10, 22, 18, 0)).toBe('Nov 22, 2025')
})
