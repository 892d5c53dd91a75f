import { afterEach, describe, expect, it } from 'vitest'
import { harness, QUICK, settle } from './testing/harness.ts'

let world = harness()
const start = (...args: Parameters<typeof harness>) => (world = harness(...args))
afterEach(async () => {
  await world.close()
  expect(world.clock.pending).toBe(0)
})

describe('refinement', () => {
  it('F6 gives way between steps to a live frame of another session, waits again, and is painted in the end', async () => {
    const { open, engine, runOut } = start()
    const [a, b] = [open(), open()]
    a.submit(1, 'refine')
    await settle()
    engine.step()
    await settle()
    b.submit(1)
    await settle()
    expect(engine.jobs.map((job) => job.mode)).toEqual(['refine', 'live'])
    expect(a.ends()).toEqual([])
    await runOut()
    expect(b.endOf(1)?.type).toBe('image')
    expect(a.ends().map((end) => end.type)).toEqual(['image'])
    expect(a.endOf(1)).toMatchObject({ mode: 'refine', steps: 8, width: 512 })
  })

  it('F6 ends as superseded when its own session drew on', async () => {
    const { open, engine, runOut } = start({ slots: 2 })
    const a = open()
    a.submit(1, 'refine')
    await settle()
    engine.step()
    a.submit(2)
    await settle()
    expect(a.endOf(1)).toEqual({ type: 'superseded', seq: 1, rev: 1, by: 2 })
    await runOut()
    expect(a.endOf(2)?.type).toBe('image')
  })

  it('keeps running while another slot is free for the live frame', async () => {
    const { open, engine, runOut } = start({ slots: 2 })
    const [a, b] = [open(), open()]
    a.submit(1, 'refine')
    await settle()
    b.submit(1)
    await settle()
    expect(engine.running).toBe(2)
    await runOut()
    expect(engine.ended).toEqual({ done: 2, failed: 0 })
  })

  it('gives way for as many live frames as lack a slot, not for more', async () => {
    const { open, engine, runOut } = start({ slots: 3 })
    const refining = [open(), open(), open()]
    for (const one of refining) one.submit(1, 'refine')
    await settle()
    expect(engine.running).toBe(3)
    const live = open()
    live.submit(1)
    await settle()
    expect(engine.ended.failed).toBe(1)
    await runOut()
    for (const one of [...refining, live]) expect(one.ends().map((end) => end.type)).toEqual(['image'])
  })

  it('does not give way for a live frame that waits for its own live job', async () => {
    const { open, engine, runOut } = start({ slots: 2 })
    const [a, b] = [open(), open()]
    a.submit(1)
    b.submit(1, 'refine')
    await settle()
    expect(engine.running).toBe(2)
    a.submit(2)
    await settle()
    expect(engine.ended.failed).toBe(0)
    await runOut()
  })

  it('waits while any live frame waits', async () => {
    const { open, engine, runOut } = start()
    const [a, b, c] = [open(), open(), open()]
    c.submit(1)
    await settle()
    a.submit(1, 'refine')
    b.submit(1)
    await runOut()
    expect(engine.jobs.map((job) => job.mode)).toEqual(['live', 'live', 'refine'])
  })

  it('is refused behind a live frame of its own session, which it would keep unpainted', async () => {
    const { open } = start()
    const [a, b] = [open(), open()]
    a.submit(1)
    await settle()
    b.submit(1)
    b.submit(2, 'refine')
    expect(b.endOf(2)).toMatchObject({ type: 'refused', error: { code: 'busy' } })
  })
})

describe('turns', () => {
  it('takes the newest frame when the slot is free, not when it was asked', async () => {
    const { open, engine, runOut } = start()
    const [a, b] = [open(), open()]
    a.submit(1)
    await settle()
    b.submit(1)
    b.submit(2)
    await runOut()
    expect(b.ends().map((end) => [end.seq, end.type])).toEqual([
      [1, 'superseded'],
      [2, 'image'],
    ])
    expect(engine.jobs).toHaveLength(2)
  })

  it('of eight sessions that always have a frame waiting, none gets less than half of the mean', async () => {
    const { open, engine } = start({ slots: 2 })
    const drawings = Array.from({ length: 8 }, () => open())
    for (let seq = 1; seq <= 200; seq++) {
      for (const drawing of drawings) drawing.submit(seq)
      await settle()
      engine.step()
    }
    const images = drawings.map((drawing) => drawing.ends().filter((end) => end.type === 'image').length)
    const mean = images.reduce((sum, count) => sum + count, 0) / images.length
    expect(mean).toBeGreaterThan(5)
    expect(Math.min(...images)).toBeGreaterThanOrEqual(mean / 2)
    for (const { session } of drawings) expect(session.load.waiting).toBeLessThanOrEqual(1)
  })

  it('gives a caller with five sessions no more turns than one with a single session, and each of the five the same [F8]', async () => {
    const { open, engine } = start()
    const many = Array.from({ length: 5 }, () => open(undefined, 'many'))
    const one = open(undefined, 'one')
    for (let seq = 1; seq <= 150; seq++) {
      for (const drawing of [...many, one]) drawing.submit(seq, 'live', undefined, QUICK)
      await settle()
      engine.step()
    }
    const images = [...many, one].map(
      (drawing) => drawing.ends().filter(({ type }) => type === 'image').length,
    )
    const last = images.pop() ?? 0
    const sum = images.reduce((total, count) => total + count, 0)
    expect(Math.abs(sum - last)).toBeLessThanOrEqual(1)
    expect(Math.max(...images) - Math.min(...images)).toBeLessThanOrEqual(1)
    expect(last).toBeGreaterThan(20)
  })

  it('forgets a caller whose last session is gone', async () => {
    const { open, registry, runOut } = start()
    const [a, b] = [open(undefined, 'a'), open(undefined, 'b')]
    registry.close(a.session)
    b.submit(1)
    const again = open(undefined, 'a')
    again.submit(1)
    await runOut()
    expect([a, b, again].map((drawing) => drawing.ends().map(({ type }) => type))).toEqual([
      [],
      ['image'],
      ['image'],
    ])
  })

  it('fails what waits when the engine is closed under it', async () => {
    const { open, engine } = start()
    const { submit, endOf } = open()
    submit(1)
    await settle()
    submit(2)
    await engine[Symbol.asyncDispose]()
    await settle()
    expect(endOf(1)?.type).toBe('failed')
    expect(endOf(2)?.type).toBe('failed')
  })
})
