import { expect, it } from 'vitest'
import { harness } from './testing/slot-harness.ts'

it('a slot that is held is not started again until it may go on, and then in its time', async () => {
  let hold = () => {}
  const { slot, child, children, clock } = harness({ onFailure: () => hold() })
  hold = () => slot.hold()
  child().ready()
  child().events.onExit('SIGABRT')
  clock.advance(60_000)
  expect([children.length, slot.state.name]).toEqual([1, 'dead'])
  slot.resume()
  clock.advance(99)
  expect(children).toHaveLength(1)
  clock.advance(1)
  expect([children.length, slot.state.name]).toEqual([2, 'starting'])
  child().events.onExit('SIGABRT')
  await slot.close()
  slot.resume()
  clock.advance(60_000)
  expect([children.length, clock.pending]).toEqual([2, 0])
})
