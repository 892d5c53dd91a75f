import { describe, expect, it } from 'vitest'
import type { StepEvent } from './engine.ts'
import { restartDelayMs } from './slot.ts'
import { harness, result, signal, work } from './testing/slot-harness.ts'

describe('slot', () => {
  it('gives the model to the child, then one job at a time', async () => {
    const { slot, child, states, clock } = harness()
    expect(child().sent).toEqual([{ type: 'start', config: { modelDir: 'm', provider: 'cpu', threads: 1 } }])
    await expect(slot.run(work, { signal: signal() })).rejects.toMatchObject({ code: 'busy' })
    child().ready()
    const events: StepEvent[] = []
    const done = slot.run(work, { signal: signal(), onStep: (event) => events.push(event) })
    await expect(slot.run(work, { signal: signal() })).rejects.toMatchObject({ code: 'busy' })
    const id = child().jobId
    const event = { step: 1, steps: 4, previews: [] }
    child().events.onMessage({ type: 'step', id, event })
    child().events.onMessage({ type: 'step', id: id + 1, event })
    child().events.onMessage({ type: 'done', id, result })
    expect(await done).toBe(result)
    expect(events).toEqual([event])
    expect(states).toEqual(['starting', 'ready', 'busy', 'ready'])
    expect(clock.pending).toBe(0)
  })

  it('passes a failure on with its code and place, and stays ready', async () => {
    const { slot, child } = harness()
    child().ready()
    const run = slot.run(work, { signal: signal() })
    const place = { field: 'image', value: '9 bytes', range: 'a whole JPEG' }
    child().events.onMessage({
      type: 'failed',
      id: child().jobId,
      failure: { code: 'broken_image', message: 'cut', place },
    })
    await expect(run).rejects.toMatchObject({
      name: 'EngineError',
      code: 'broken_image',
      message: 'cut',
      place,
    })
    expect(slot.state.name).toBe('ready')
  })

  it('fails the running job once when the child dies, and starts another', async () => {
    const { slot, child, children, clock } = harness()
    child().ready()
    const run = slot.run(work, { signal: signal() })
    const id = child().jobId
    child().events.onExit('SIGKILL')
    child().events.onMessage({ type: 'done', id, result })
    await expect(run).rejects.toMatchObject({ code: 'engine_crashed' })
    expect(slot.state).toMatchObject({ name: 'dead', reason: 'SIGKILL', failures: 1 })
    clock.advance(100)
    expect(children).toHaveLength(2)
    child().ready()
    const next = slot.run(work, { signal: signal() })
    child(0).events.onMessage({ type: 'done', id: child().jobId, result: { ...result, width: 99 } })
    expect(slot.state.name).toBe('busy')
    child().events.onMessage({ type: 'done', id: child().jobId, result })
    expect((await next).width).toBe(8)
  })

  it('kills a child that starts and says nothing', () => {
    const { slot, child, clock } = harness()
    clock.advance(5_000)
    expect(child().kills).toBe(1)
    child().events.onExit('SIGKILL')
    expect(slot.state).toMatchObject({
      name: 'dead',
      reason: expect.stringMatching(
        /^not ready, and no progress for 5000 ms after it was started; .*higher$/,
      ),
    })
  })

  it('waits for a child as long as it gets on, and kills it where it no longer does', () => {
    const { slot, child, clock } = harness()
    const told = [
      { type: 'progress', what: 'unet/model.onnx was opened' },
      { type: 'progress', what: 'unet was rehearsed' },
      { type: 'measuring', trial: 2 },
    ] as const
    for (const message of told) {
      clock.advance(4_999)
      child().events.onMessage(message)
    }
    clock.advance(4_999)
    expect([slot.state.name, child().kills]).toEqual(['starting', 0])
    clock.advance(1)
    expect(slot.state).toMatchObject({
      name: 'dying',
      reason: expect.stringContaining('after a call of 2 rows was begun'),
    })
    // Its last words start no timer.
    child().events.onMessage({ type: 'progress', what: 'vaeDecode was rehearsed' })
    expect(clock.pending).toBe(0)
  })

  it('has no such limit once it is ready', () => {
    const { slot, child, clock } = harness()
    child().ready()
    child().events.onMessage({ type: 'progress', what: 'unet.512x512.onnx was opened' })
    clock.advance(60_000)
    expect([slot.state.name, child().kills, clock.pending]).toEqual(['ready', 0, 0])
  })

  it('forgets its crashes once a job has been answered', async () => {
    const { slot, child, clock } = harness()
    for (const delayMs of [100, 200]) {
      child().ready()
      child().events.onExit('SIGKILL')
      clock.advance(delayMs)
    }
    child().ready()
    const run = slot.run(work, { signal: signal() })
    child().events.onMessage({ type: 'done', id: child().jobId, result })
    await run
    child().events.onExit('SIGKILL')
    expect(slot.state).toMatchObject({ name: 'dead', failures: 1 })
  })

  it('keeps the reason of an unusable model, and looks again less and less often', () => {
    const { slot, child, children, clock } = harness()
    child().events.onMessage({ type: 'unusable', code: 'model_unexpected_io', message: 'unet is odd' })
    expect(child().kills).toBe(1)
    child().events.onExit('SIGKILL')
    expect(slot.state).toMatchObject({
      name: 'dead',
      reason: 'unet is odd',
      unusable: { code: 'model_unexpected_io' },
    })
    for (const delayMs of [100, 200, 400]) {
      const before = children.length
      clock.advance(delayMs - 1)
      expect(children).toHaveLength(before)
      clock.advance(1)
      expect(children).toHaveLength(before + 1)
      child().events.onExit('exit code 1')
    }
  })

  it('is back within two seconds however often a child that can start is killed', () => {
    for (let failures = 1; failures < 50; failures++) {
      expect(restartDelayMs(failures, true)).toBeLessThan(2_000)
      expect(restartDelayMs(failures, false)).toBeLessThanOrEqual(10_000)
    }
    expect(restartDelayMs(20, false)).toBe(10_000)
  })

  it('ends its job and its child on close, and leaves no timer in any state', async () => {
    const busy = harness()
    busy.child().ready()
    const run = busy.slot.run(work, { signal: signal() })
    const closing = busy.slot.close()
    await expect(run).rejects.toMatchObject({ code: 'draining' })
    busy.child().events.onExit('SIGKILL')
    await closing
    const dead = harness()
    dead.child().events.onExit('exit code 1')
    await dead.slot.close()
    for (const { clock, children, slot } of [busy, dead]) {
      expect(clock.pending).toBe(0)
      expect(children).toHaveLength(1)
      expect(slot.pid).toBeUndefined()
    }
  })

  describe('with several lanes', () => {
    it('takes as many jobs as it has, each with its own answer, steps and cancel', async () => {
      const { slot, child, states } = harness()
      child().ready(2)
      expect([slot.lanes, slot.state.name]).toEqual([2, 'ready'])
      const abort = new AbortController()
      const seen: number[] = []
      const first = slot.run(work, { signal: signal(), onStep: ({ step }) => seen.push(step) })
      const firstId = child().jobId
      expect([slot.state.name, slot.running]).toEqual(['ready', 1])
      const second = slot.run(work, { signal: abort.signal })
      const secondId = child().jobId
      expect(slot.state.name).toBe('busy')
      await expect(slot.run(work, { signal: signal() })).rejects.toMatchObject({ code: 'busy' })
      abort.abort()
      expect(child().sent.at(-1)).toEqual({ type: 'cancel', id: secondId })
      child().events.onMessage({ type: 'done', id: secondId, result })
      await expect(second).rejects.toMatchObject({ code: 'cancelled' })
      expect(slot.state.name).toBe('ready')
      child().events.onMessage({ type: 'step', id: firstId, event: { step: 1, steps: 1, previews: [] } })
      child().events.onMessage({ type: 'done', id: firstId, result: { ...result, width: 7 } })
      expect((await first).width).toBe(7)
      expect(seen).toEqual([1])
      expect(states.filter((name) => name === 'dead')).toEqual([])
    })

    it('fails all of them when the child dies, each once; one that hangs ends the child, the others may try again', async () => {
      const { slot, child, clock } = harness()
      child().ready(3)
      const abort = new AbortController()
      const first = slot.run(work, { signal: abort.signal })
      const second = slot.run(work, { signal: signal() })
      abort.abort()
      clock.advance(1000)
      expect(child().kills).toBe(1)
      child().events.onExit('SIGKILL')
      await expect(first).rejects.toMatchObject({ code: 'engine_crashed' })
      await expect(second).rejects.toMatchObject({ code: 'engine_crashed' })
      clock.advance(100)
      child().ready(3)
      const all = [1, 2, 3].map(() => slot.run(work, { signal: signal() }))
      const [closing] = [slot.close()]
      for (const run of all) await expect(run).rejects.toMatchObject({ code: 'draining' })
      child().events.onExit('SIGKILL')
      await closing
      expect(clock.pending).toBe(0)
    })

    it('is started anew only when all are done, and takes none meanwhile', async () => {
      const { slot, child, children, clock } = harness()
      child().ready(2)
      const run = slot.run(work, { signal: signal() })
      const id = child().jobId
      slot.recycle()
      expect(slot.state.name).toBe('busy')
      await expect(slot.run(work, { signal: signal() })).rejects.toMatchObject({ code: 'busy' })
      child().events.onMessage({ type: 'done', id, result })
      expect((await run).width).toBe(8)
      expect(child().kills).toBe(1)
      child().events.onExit('SIGKILL')
      clock.advance(100)
      expect(children).toHaveLength(2)
      child().ready(1)
      void slot.run(work, { signal: signal() }).catch(() => undefined)
      child().events.onMessage({ type: 'done', id: child().jobId, result })
      expect(slot.state.name).toBe('ready')
      const closing = slot.close()
      child().events.onExit('SIGKILL')
      await closing
    })
  })

  it('starts a child anew that computes in another precision than the other slots, blaming nobody', () => {
    const failures: unknown[] = []
    const { slot, child, children, clock } = harness({
      agree: () => ({ name: 'int8', reason: 'another slot found so' }),
      onFailure: (failure) => failures.push(failure),
    })
    child().ready(1, 'float32')
    expect([slot.state.name, child().kills]).toEqual(['dying', 1])
    child().events.onExit('SIGKILL')
    clock.advance(100)
    expect(children).toHaveLength(2)
    child().ready(1, 'int8')
    expect([slot.state.name, failures]).toEqual(['ready', []])
  })

  it('survives a listener that throws', async () => {
    const { slot, child } = harness()
    child().ready()
    const onStep = () => {
      throw new Error('a listener broke')
    }
    const run = slot.run(work, { signal: signal(), onStep })
    child().events.onMessage({
      type: 'step',
      id: child().jobId,
      event: { step: 1, steps: 1, previews: [] },
    })
    child().events.onMessage({ type: 'done', id: child().jobId, result })
    expect(await run).toBe(result)
  })
})
