import { afterEach, describe, expect, it } from 'vitest'
import { FIFO, harness, JPEG, QUICK, settle } from './testing/harness.ts'

let world = harness()
const pair = () => (world = harness({ slots: 2, abreast: 2 }))
afterEach(async () => {
  await world.close()
  expect(world.clock.pending).toBe(0)
})

describe('a live session on an engine that takes two of its frames at a time', () => {
  it('C1 is told of the credit for it, and has no more than two running and one waiting', async () => {
    const { open, engine } = pair()
    const { submit, events, session, ends } = open()
    expect(events[0]).toMatchObject({ type: 'opened', credit: 3 })
    for (const seq of [1, 2, 3]) {
      submit(seq)
      await settle()
    }
    expect(session.load).toEqual({ waiting: 1, running: 2 })
    expect(engine.running).toBe(2)
    submit(4)
    expect(ends()).toEqual([{ type: 'superseded', seq: 3, rev: 1, by: 4 }])
  })

  it('F2 an older frame whose newer one was faster ends as superseded by it, and its job stops', async () => {
    const { open, engine, runOut } = pair()
    const { submit, ends } = open()
    submit(1)
    await settle()
    submit(2, 'live', JPEG, QUICK)
    await settle()
    engine.step()
    await settle()
    expect(ends().map(({ type, seq }) => [type, seq])).toEqual([
      ['image', 2],
      ['superseded', 1],
    ])
    await runOut()
    expect(engine.running).toBe(0)
    expect(ends()).toHaveLength(2)
  })

  it('P1 shows no step of a newer frame while an older one is still to come', async () => {
    const { open, engine } = pair()
    const { submit, events, session } = open()
    session.setPreviews({ everySteps: 1, fromStep: 1, side: 64, codec: 'jpeg', quality: 50 })
    submit(1)
    await settle()
    engine.step()
    await settle()
    submit(2)
    await settle()
    engine.step()
    await settle()
    const shown = events.flatMap((event) =>
      event.type === 'step' ? [[event.seq, event.step, event.previews.length]] : [],
    )
    expect(shown).toEqual([
      [1, 1, 1],
      [1, 2, 1],
      [2, 1, 0],
    ])
  })

  it('in a session that wants every picture, the steps and pictures of all that run are shown', async () => {
    const { open, engine, runOut } = pair()
    const { submit, events, session, ends } = open({ ...FIFO, maxRunning: 2 })
    session.setPreviews({ everySteps: 1, fromStep: 1, side: 64, codec: 'jpeg', quality: 50 })
    submit(1)
    submit(2)
    await settle()
    engine.step()
    await settle()
    const shown = events.flatMap((event) => (event.type === 'step' ? [event.previews.length] : []))
    expect(shown).toEqual([1, 1])
    submit(3, 'live', JPEG, QUICK)
    await runOut()
    expect(ends().map(({ type }) => type)).toEqual(['image', 'image', 'image'])
  })

  it('F6 a live frame need not wait for its own refinement to stop, which then ends as superseded', async () => {
    const { open, engine, runOut } = pair()
    const { submit, ends } = open()
    submit(1, 'refine')
    await settle()
    submit(2)
    await settle()
    expect(engine.running).toBe(1)
    await runOut()
    expect(ends().map(({ type, seq }) => [type, seq])).toEqual([
      ['superseded', 1],
      ['image', 2],
    ])
  })

  it('F6 a refinement begins when no live frame of its session runs any more', async () => {
    const { open, engine, runOut } = pair()
    const { submit, ends } = open()
    submit(1)
    await settle()
    submit(2, 'refine')
    await settle()
    expect(engine.running).toBe(1)
    await runOut()
    expect(ends().map(({ type, seq }) => [type, seq])).toEqual([
      ['image', 1],
      ['image', 2],
    ])
  })

  it('the pictures of one request do not run side by side', async () => {
    const { open, engine } = pair()
    const { session } = open()
    for (const seq of [1, 2]) session.submit({ seq, rev: 1, mode: 'live', image: JPEG, batch: 1 })
    await settle()
    expect(engine.running).toBe(1)
  })

  it('shares the slots with the others, one each', async () => {
    const { open, engine } = pair()
    const [a, b] = [open(), open()]
    for (const seq of [1, 2]) a.submit(seq)
    await settle()
    a.submit(3)
    b.submit(1)
    await settle()
    engine.step()
    for (let step = 0; step < 3; step++) {
      engine.step()
      await settle()
    }
    const running = [a, b].map(({ session }) => session.load.running)
    expect(running).toEqual([1, 1])
  })
})
