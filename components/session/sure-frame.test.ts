import { expect, it, vi } from 'vitest'
import { FakeClock } from '../../lib/std/testing/fake-clock.ts'
import { sureFrame } from './sure-frame.ts'

function world() {
  const clock = new FakeClock()
  const frames = new FakeClock()
  const around = { clock, requestFrame: (run: () => void) => frames.setTimer(run, 0) }
  return { clock, frames, requestFrame: sureFrame(around) }
}

it('is the next frame where there are any, a timer where not, and never both', () => {
  const { clock, frames, requestFrame } = world()
  const run = vi.fn()
  requestFrame(run)
  frames.advance(0)
  expect(run).toHaveBeenCalledTimes(1)
  requestFrame(run)
  clock.advance(1000)
  expect(run).toHaveBeenCalledTimes(2)
  expect([clock.pending, frames.pending]).toEqual([0, 0])
})

it('leaves nothing behind when it is called off', () => {
  const { clock, frames, requestFrame } = world()
  requestFrame(() => undefined)()
  expect([clock.pending, frames.pending]).toEqual([0, 0])
})
