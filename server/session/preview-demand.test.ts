import { afterEach, describe, expect, it } from 'vitest'
import { previewFor, previewWant } from '../../lib/protocol/preview.ts'
import { harness, settle } from './testing/harness.ts'
import { PreviewDemand } from './preview-demand.ts'

const WANT = previewWant({ everySteps: 1 })

describe('preview demand', () => {
  it('is the sum of its watchers, each of which may change or leave', () => {
    const demand = new PreviewDemand()
    const heard: number[] = []
    const unsubscribe = demand.onChange((wants) => heard.push(wants.length))
    const first = demand.watch(WANT)
    const second = demand.watch()
    second.change({ ...WANT, side: 256 })
    expect(demand.wants).toEqual([WANT, { ...WANT, side: 256 }])
    second.change({ ...WANT, side: 256 })
    first.change({ ...WANT, everySteps: 0 })
    second.stop()
    second.stop()
    expect(heard).toEqual([1, 2, 1, 0])
    unsubscribe()
    demand.watch(WANT)
    expect(heard).toHaveLength(4)
  })
})

describe('a session that is watched', () => {
  let close: () => Promise<void> = async () => {}
  afterEach(() => close())

  it('P1 P2 decodes each step once and encodes each form once for all its watchers, and nothing for none', async () => {
    const world = harness()
    close = world.close
    const { session, events, submit } = world.open()
    submit(1)
    await settle()
    world.engine.step()
    await settle()
    expect(world.engine.previewWork).toEqual({ decoded: 0, encoded: 0 })

    session.setPreviews(WANT)
    const poller = session.previews.watch(WANT)
    const other = { ...WANT, codec: 'png' } as const
    const socket = session.previews.watch(other)
    world.engine.step()
    await settle()
    expect(world.engine.previewWork).toEqual({ decoded: 1, encoded: 2 })

    socket.stop()
    poller.stop()
    session.setPreviews(undefined)
    await world.runOut()
    expect(world.engine.previewWork).toEqual({ decoded: 1, encoded: 2 })
    const steps = events.filter((event) => event.type === 'step')
    expect(steps.map((event) => previewFor(event, WANT) !== undefined)).toEqual([false, true, false, false])
    expect(steps.map((event) => previewFor(event, other) !== undefined)).toEqual([false, true, false, false])
  })
})
