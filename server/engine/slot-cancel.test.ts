// What a slot makes of jobs that are given up, and of children that do not heed it.
import { describe, expect, it } from 'vitest'
import { harness, result, signal, work } from './testing/slot-harness.ts'

describe('a slot whose job is cancelled', () => {
  it('forwards an abort and waits for the child to stop; what it finished by then counts as cancelled', async () => {
    const { slot, child } = harness()
    child().ready()
    const abort = new AbortController()
    const run = slot.run(work, { signal: abort.signal })
    abort.abort()
    expect(child().sent.at(-1)).toEqual({ type: 'cancel', id: child().jobId })
    expect(slot.state.name).toBe('busy')
    child().events.onMessage({ type: 'done', id: child().jobId, result })
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(slot.state.name).toBe('ready')
  })

  it('has no deadline of its own, and kills a child that leaves a cancel unanswered; waits for its exit before the next', async () => {
    const failures: unknown[] = []
    const { slot, child, children, clock } = harness({ onFailure: (failure) => failures.push(failure) })
    child().ready()
    const abort = new AbortController()
    const run = slot.run(work, { signal: abort.signal })
    clock.advance(600_000)
    abort.abort()
    clock.advance(999)
    expect([child().sent.at(-1)?.type, child().kills, slot.state.name]).toEqual(['cancel', 0, 'busy'])
    clock.advance(1)
    expect(child().kills).toBe(1)
    expect(slot.state.name).toBe('dying')
    clock.advance(60_000)
    expect(children).toHaveLength(1)
    child().events.onExit('SIGKILL')
    await expect(run).rejects.toMatchObject({ code: 'engine_crashed' })
    expect(slot.state).toMatchObject({
      name: 'dead',
      reason: 'a job that was cancelled had not ended 1000 ms later',
    })
    expect(failures).toMatchObject([{ isHang: true }])
    clock.advance(100)
    expect(children).toHaveLength(2)
  })

  it('keeps a child that answers a cancel late, and what else it works on', async () => {
    const { slot, child, clock } = harness()
    child().ready(2)
    const abort = new AbortController()
    const slow = slot.run(work, { signal: abort.signal })
    const slowId = child().jobId
    const neighbour = slot.run(work, { signal: signal() })
    abort.abort()
    clock.advance(999)
    const failure = { code: 'cancelled', message: 'Cancelled after 1 steps', place: {} } as const
    child().events.onMessage({ type: 'failed', id: slowId, failure })
    await expect(slow).rejects.toMatchObject({ code: 'cancelled' })
    clock.advance(60_000)
    child().events.onMessage({ type: 'done', id: child().jobId, result })
    expect(await neighbour).toBe(result)
    expect([child().kills, slot.state.name, clock.pending]).toEqual([0, 'ready', 0])
  })
})
