import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SeedRolls } from './seed-rolls.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function rolling({ locked = false } = {}) {
  const setParams = vi.fn()
  const rolls = new SeedRolls({ setParams, store: { getState: () => ({ params: {} }) } }, () => locked)
  return { rolls, setParams }
}

it('an unlocked seed changes with the first change after a pause of the pen, and a locked one never', () => {
  const { rolls, setParams } = rolling()
  rolls.heard()
  vi.advanceTimersByTime(600)
  rolls.heard()
  expect(setParams).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(701)
  rolls.heard()
  expect(setParams).toHaveBeenCalledTimes(2)
  const still = rolling({ locked: true })
  still.rolls.heard()
  expect(still.setParams).not.toHaveBeenCalled()
})

it('a drawing that is brought keeps the seed it comes with, however late the canvas tells of it', () => {
  const { rolls, setParams } = rolling()
  rolls.spareNext(true)
  vi.advanceTimersByTime(60_000)
  rolls.heard()
  expect(setParams).not.toHaveBeenCalled()
  vi.advanceTimersByTime(701)
  rolls.heard()
  expect(setParams).toHaveBeenCalledTimes(1)
})
