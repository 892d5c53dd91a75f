import { afterEach, describe, expect, it } from 'vitest'
import { FAKE_MODEL } from '../engine/fake-engine.ts'
import { STOPPING } from './refusals.ts'
import { FIFO, harness, JPEG, PARAMS, QUICK, settle } from './testing/harness.ts'

let world = harness()
const start = (...args: Parameters<typeof harness>) => (world = harness(...args))
afterEach(async () => {
  await world.close()
  expect(world.clock.pending).toBe(0)
})

describe('a live session', () => {
  it('F1 F5 answers a frame with started, steps and an image that names its revision and its timings', async () => {
    const { open, engine, runOut, clock } = start()
    const { submit, events, session } = open()
    engine.pause()
    session.setParams(5, { ...PARAMS, seed: 77 })
    clock.advance(10)
    submit(1)
    session.submit({ seq: 2, rev: 5, mode: 'live', image: JPEG })
    await runOut()
    expect(events.map((event) => event.type).filter((type) => type !== 'step')).toEqual([
      'opened',
      'superseded',
      'started',
      'image',
    ])
    const image = events.at(-1)
    expect(image).toMatchObject({
      type: 'image',
      seq: 2,
      rev: 5,
      seed: 77,
      steps: 4,
      renderedWidth: 256,
      timings: { waitMs: 0, unetMs: expect.any(Array) },
    })
  })

  it('W7 takes parameters for a model whose strength ends below 1, and paints from the words alone', async () => {
    const limits = { ...FAKE_MODEL.limits, strength: [0.02, 0.1] as [number, number] }
    const { open, engine, runOut } = start({ info: { limits } })
    const { session, events, ends } = open()
    expect(events.filter(({ type }) => type === 'problem')).toEqual([])
    session.setParams(5, { ...PARAMS, strength: 0.1, steps: 8 })
    session.submit({ seq: 1, rev: 5, mode: 'live', image: undefined })
    await runOut()
    expect(engine.jobs).toMatchObject([{ strength: 1, steps: 8 }])
    session.submit({ seq: 2, rev: 5, mode: 'live', image: JPEG })
    await runOut()
    expect(ends().map(({ type }) => type)).toEqual(['image', 'refused'])
    expect(ends()[1]).toMatchObject({ error: { code: 'steps_strength_too_small' } })
  })

  it('F3 a superseded frame never reaches the engine and names its successor at once', async () => {
    const { open, engine, runOut } = start()
    const { submit, ends } = open()
    submit(1)
    await settle()
    submit(2)
    submit(3)
    expect(ends()).toEqual([{ type: 'superseded', seq: 2, rev: 1, by: 3 }])
    await runOut()
    expect(ends().map(({ type, seq }) => [type, seq])).toEqual([
      ['superseded', 2],
      ['image', 1],
      ['image', 3],
    ])
    expect(engine.jobs).toHaveLength(2)
  })

  it('F4 a running live job is not cancelled by newer frames of anyone', async () => {
    const { open, engine, runOut } = start()
    const [a, b] = [open(), open()]
    a.submit(1)
    await settle()
    engine.step()
    for (let seq = 2; seq < 20; seq++) a.submit(seq)
    b.submit(1)
    await runOut()
    expect(a.endOf(1)?.type).toBe('image')
    expect(engine.ended.failed).toBe(0)
  })

  it('F2 has one job running at most, though the engine has more slots', async () => {
    const { open, engine } = start({ slots: 4 })
    const { submit } = open()
    submit(1)
    await settle()
    submit(2)
    await settle()
    expect(engine.running).toBe(1)
  })

  it('refuses numbers that go back without ending the frame that has the number', async () => {
    const { open, runOut } = start()
    const { submit, events, ends } = open()
    submit(5)
    submit(5)
    submit(4)
    expect(events.filter((event) => event.type === 'problem').map((event) => event.error.code)).toEqual([
      'duplicate_seq',
      'duplicate_seq',
    ])
    await runOut()
    expect(ends().map(({ type, seq }) => [type, seq])).toEqual([['image', 5]])
  })

  it('W7 revisions only grow, and old ones are forgotten: the newest 8 at least are held', () => {
    const { open } = start()
    const { session, submit, events, endOf } = open()
    session.setParams(1, PARAMS)
    expect(events.at(-1)).toMatchObject({
      type: 'problem',
      error: { code: 'invalid_params', field: 'rev', value: 1 },
    })
    for (let rev = 2; rev <= 40; rev++) session.setParams(rev, PARAMS)
    submit(1)
    expect(endOf(1)).toMatchObject({ type: 'refused', error: { code: 'unknown_params_rev' } })
    session.submit({ seq: 2, rev: 33, mode: 'live', image: JPEG })
    expect(endOf(2)).toBeUndefined()
  })

  it('answers parameters the model cannot do at once, and frames that name them with the same error', () => {
    const { open } = start()
    const { session, events, endOf } = open()
    session.setParams(2, { ...PARAMS, steps: 50 })
    expect(events.at(-1)).toMatchObject({
      type: 'problem',
      error: { code: 'invalid_params', field: 'steps', value: 50, range: '1..8' },
    })
    session.submit({ seq: 1, rev: 2, mode: 'live', image: JPEG })
    expect(endOf(1)).toMatchObject({ type: 'refused', error: { code: 'invalid_params', field: 'steps' } })
  })

  it('cancels a waiting and a running frame; each ends once', async () => {
    const { open, runOut, engine } = start()
    const { session, submit, ends } = open()
    submit(1)
    await settle()
    submit(2)
    session.cancel(2)
    session.cancel(1)
    session.cancel(1)
    session.cancel(99)
    await runOut()
    expect(ends().map((end) => [end.seq, end.type === 'failed' && end.error.code])).toEqual([
      [2, 'cancelled'],
      [1, 'cancelled'],
    ])
    expect(engine.jobs).toHaveLength(1)
  })

  it('E1 says nothing more after its connection is gone, and stops its job', async () => {
    const { open, engine, registry, runOut } = start()
    const { session, submit, events } = open()
    submit(1)
    await settle()
    submit(2)
    const before = events.length
    registry.close(session)
    await runOut()
    expect(events).toHaveLength(before)
    expect(engine.running).toBe(0)
    expect(engine.ended.done).toBe(0)
  })

  it('E3 a crash costs the running frame; the waiting one is painted after the restart', async () => {
    const { open, engine, runOut } = start()
    const { submit, endOf, events } = open()
    submit(1)
    await settle()
    submit(2)
    engine.crash()
    await settle()
    expect(endOf(1)).toMatchObject({ type: 'failed', retryable: true, error: { code: 'engine_crashed' } })
    expect(endOf(2)).toBeUndefined()
    engine.recover()
    await runOut()
    expect(endOf(2)?.type).toBe('image')
    expect(events.filter((event) => event.type === 'engine').map((event) => event.engine.name)).toEqual([
      'degraded',
      'ready',
    ])
  })

  it('waits while the engine loads instead of failing', async () => {
    const { open, engine, runOut } = start({ state: { name: 'loading', detail: undefined } })
    const { submit, ends, endOf } = open()
    submit(1)
    await runOut()
    expect(ends()).toEqual([])
    engine.recover()
    await runOut()
    expect(endOf(1)?.type).toBe('image')
  })

  it('F1 ends a frame at the deadline even if the engine does not stop, and says what helps', async () => {
    // As a picture that takes long in one call: it does not heed its signal.
    const { open, clock, engine } = start({ slots: 2, picture: () => new Promise(() => undefined) })
    const { submit, endOf, ends } = open(FIFO)
    submit(1, 'live', JPEG, QUICK)
    submit(2, 'live', JPEG, QUICK)
    await settle()
    engine.step()
    await settle()
    expect(engine.running).toBe(1)
    clock.advance(10_000)
    expect(endOf(1)).toMatchObject({
      type: 'failed',
      retryable: true,
      error: {
        code: 'engine_timeout',
        message: expect.stringMatching(/or raise SKETCHWIRE_JOB_DEADLINE_MS$/),
      },
    })
    // The next one, which waited for it, does not wait for that job where another slot is free.
    await settle()
    expect([engine.running, ends().length]).toEqual([2, 1])
  })

  it('E4 drains: what waits fails, what runs finishes, what comes is refused, all in the same words', async () => {
    const { open, registry, dispatcher, runOut } = start()
    const { submit, endOf } = open()
    submit(1)
    await settle()
    submit(2)
    registry.drain()
    submit(3)
    const idle = dispatcher.idle()
    await runOut()
    await idle
    expect(endOf(1)?.type).toBe('image')
    expect(endOf(2)).toMatchObject({ type: 'failed', error: STOPPING })
    expect(endOf(3)).toMatchObject({ type: 'refused', error: STOPPING })
    expect(
      registry.create({ caller: 'a', door: 'd', policy: FIFO, maxImageBytes: 1, sink: () => undefined }),
    ).toEqual({ ok: false, error: STOPPING })
  })

  it('E4 says the same to a refinement that gave way meanwhile, and to what runs longer than it waits', async () => {
    const { open, registry, engine } = start({ slots: 2 })
    const [a, b, c] = [open(), open(), open()]
    a.submit(1, 'refine')
    b.submit(1)
    await settle()
    engine.step()
    c.submit(1)
    registry.drain()
    await settle()
    registry.abandon()
    for (const drawing of [a, b, c])
      expect(drawing.endOf(1)).toMatchObject({ type: 'failed', error: STOPPING })
  })

  it('E2 keeps the words of unexpected errors to itself', async () => {
    const { open, runOut } = start({ picture: () => Promise.reject(new Error('/secret/path')) })
    const { submit, endOf } = open()
    submit(1)
    await runOut()
    expect(endOf(1)).toMatchObject({ type: 'failed', error: { code: 'internal' } })
    expect(JSON.stringify(endOf(1))).not.toContain('secret')
  })
})

describe('a FIFO session', () => {
  it('answers in order, supersedes nothing, and refuses one too many with busy', async () => {
    const { open, runOut } = start()
    const { submit, ends } = open(FIFO)
    submit(1)
    await settle()
    for (let seq = 2; seq <= 5; seq++) submit(seq)
    await runOut()
    expect(ends().map((end) => [end.seq, end.type])).toEqual([
      [5, 'refused'],
      [1, 'image'],
      [2, 'image'],
      [3, 'image'],
      [4, 'image'],
    ])
  })
})

it('C1 refuses a frame beyond the credit window with no_credit', async () => {
  const { open } = start()
  const { submit, endOf } = open({ ...FIFO, credit: 2 })
  submit(1)
  await settle()
  submit(2)
  submit(3)
  expect(endOf(3)).toMatchObject({ type: 'refused', error: { code: 'no_credit' } })
})

it('holds no more sessions than it may, and makes room when one leaves', () => {
  const { open, registry } = start({ maxSessions: 2 })
  const { session } = open()
  open()
  expect(() => open()).toThrow(/places are taken/)
  registry.close(session)
  open()
  expect(registry.size).toBe(2)
})
