import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../lib/std/testing/fake-clock.ts'
import { decodeImage } from './codec.ts'
import { engineContract, generateWhenFree, jobFor } from './engine.contract.ts'
import { createFakeEngine } from './fake-engine.ts'
import { stripeColour } from './fake-picture.ts'

engineContract('fake', () => Promise.resolve(createFakeEngine()))

const signal = () => new AbortController().signal

describe('fake engine', () => {
  it('draws the sketch, tinted, with a stripe that tells the parameters', async () => {
    const engine = createFakeEngine()
    const job = await jobFor(engine)
    const { image } = await generateWhenFree(engine, job)
    const rgb = await decodeImage(image, job)
    const pixel = (x: number, y: number) => [
      ...rgb.subarray(3 * (y * job.width + x), 3 * (y * job.width + x) + 3),
    ]
    expect(pixel(2, 128)).toEqual([...stripeColour(job)])
    // The disc of the sketch is darker than the paper around it.
    expect(pixel(128, 128)[0]).toBeLessThan((pixel(240, 10)[0] ?? 0) - 100)
    expect(stripeColour({ ...job, prompt: 'another' })).not.toEqual(stripeColour(job))
  })

  it('fails as told, once', async () => {
    const engine = createFakeEngine({ faults: ['engine_timeout'] })
    const job = await jobFor(engine)
    await expect(generateWhenFree(engine, job)).rejects.toMatchObject({ code: 'engine_timeout' })
    engine.failNext('internal', 'injected words')
    await expect(generateWhenFree(engine, job)).rejects.toMatchObject({
      code: 'internal',
      message: 'injected words',
    })
    await expect(generateWhenFree(engine, job)).resolves.toMatchObject({ codec: 'png' })
    expect(engine.ended).toEqual({ done: 1, failed: 2 })
  })

  it('takes stepMs of the given clock per step and leaves no timer', async () => {
    const clock = new FakeClock()
    const engine = createFakeEngine({ clock, stepMs: 50 })
    const job = await jobFor(engine, { steps: 2 })
    const steps: number[] = []
    const done = engine.generate(job, { signal: signal(), onStep: ({ step }) => steps.push(step) })
    await expect.poll(() => clock.pending).toBe(1)
    clock.advance(49)
    expect(steps).toEqual([])
    clock.advance(1)
    await expect.poll(() => clock.pending).toBe(1)
    expect(steps).toEqual([1])
    clock.advance(50)
    expect((await done).timings).toMatchObject({ unetMs: [50, 50], engineMs: 100 })
    expect(clock.pending).toBe(0)
  })

  it('moves one step at a time while paused, and gives up when aborted there', async () => {
    const engine = createFakeEngine({ paused: true })
    const steps: number[] = []
    const abort = new AbortController()
    const done = engine.generate(await jobFor(engine), {
      signal: abort.signal,
      onStep: ({ step }) => steps.push(step),
    })
    expect(engine.step()).toBe(1)
    await expect.poll(() => steps).toEqual([1])
    expect(engine.running).toBe(1)
    abort.abort()
    await expect(done).rejects.toMatchObject({ code: 'cancelled' })
    engine.resume()
    await expect(generateWhenFree(engine, await jobFor(engine))).resolves.toMatchObject({ codec: 'png' })
  })

  it('fails at once when crashed within a step that takes its time', async () => {
    const clock = new FakeClock()
    const engine = createFakeEngine({ clock, stepMs: 50, paused: true })
    const held = engine.generate(await jobFor(engine), { signal: signal() })
    engine.crash()
    await expect(held).rejects.toMatchObject({ code: 'engine_crashed' })
    engine.recover()
    engine.resume()
    const stepping = engine.generate(await jobFor(engine), { signal: signal() })
    await expect.poll(() => clock.pending).toBe(1)
    engine.crash()
    await expect(stepping).rejects.toMatchObject({ code: 'engine_crashed' })
    expect(clock.pending).toBe(0)
  })

  it('fails what runs when crashed, holds those who wait until it has recovered', async () => {
    const engine = createFakeEngine({ paused: true })
    const states: string[] = []
    engine.onState(({ name }) => states.push(name))
    const job = await jobFor(engine)
    const running = engine.generate(job, { signal: signal() })
    engine.crash()
    await expect(running).rejects.toMatchObject({ code: 'engine_crashed' })
    await expect(engine.generate(job, { signal: signal() })).rejects.toMatchObject({ code: 'engine_crashed' })
    let woken = false
    const waiting = engine.whenFree(signal()).then(() => (woken = true))
    await new Promise(setImmediate)
    expect(woken).toBe(false)
    engine.recover()
    await waiting
    expect(states).toEqual(['degraded', 'ready'])
  })
})
