import { expect, it } from 'vitest'
import { harness, result, signal, work } from './testing/slot-harness.ts'

it('starts a child anew that holds the memory of larger calls than pay, blaming nobody', () => {
  const failures: unknown[] = []
  const told: unknown[] = []
  const { slot, child, children, clock } = harness({
    isWasteful: ({ lanes, tried }) => told.push([lanes, tried]) === 1,
    onFailure: (failure) => failures.push(failure),
  })
  const reason = 'started anew: it holds the memory of calls of 8 rows, and makes none above 2'
  child().ready(2, 'float32', 8)
  expect([slot.state, child().kills]).toEqual([expect.objectContaining({ name: 'dying', reason }), 1])
  child().events.onExit('SIGKILL')
  clock.advance(100)
  expect(children).toHaveLength(2)
  child().ready(2, 'float32', 2)
  expect([slot.state.name, failures]).toEqual(['ready', []])
  expect(told).toEqual([
    [2, 8],
    [2, 2],
  ])
})

it('ends the job alone that there is no memory for, and tells of its size', async () => {
  const sizes: unknown[] = []
  const failures: unknown[] = []
  const { slot, child } = harness({
    onNoRoom: (size) => sizes.push(size),
    onFailure: (failure) => failures.push(failure),
  })
  child().ready(2)
  const large = slot.run(work, { signal: signal() })
  const id = child().jobId
  const other = slot.run(work, { signal: signal() })
  const failure = { code: 'invalid_params', message: 'no memory', place: { field: 'width' } } as const
  child().events.onMessage({ type: 'failed', id, failure, noRoomFor: { width: 96, height: 64 } })
  await expect(large).rejects.toMatchObject({ code: 'invalid_params', field: 'width' })
  child().events.onMessage({ type: 'done', id: child().jobId, result })
  expect(await other).toBe(result)
  expect([sizes, failures, child().kills]).toEqual([[{ width: 96, height: 64 }], [], 0])
})
