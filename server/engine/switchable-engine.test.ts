import { describe, expect, it } from 'vitest'
import { engineContract, generateWhenFree, jobFor } from './engine.contract.ts'
import { createFakeEngine, type FakeEngineOptions } from './fake-engine.ts'
import { SwitchableEngine } from './switchable-engine.ts'

engineContract('switchable, fake', () => Promise.resolve(new SwitchableEngine(createFakeEngine())))
engineContract('switchable, fake, after a switch', async () => {
  const engine = new SwitchableEngine(createFakeEngine({ info: { id: 'before' } }))
  await engine.switchTo({ name: 'Fake', open: () => Promise.resolve(createFakeEngine()) })
  return engine
})

const fake = (id: string, options: FakeEngineOptions = {}) => createFakeEngine({ info: { id }, ...options })
const signal = () => new AbortController().signal
const turn = () => new Promise((resolve) => setImmediate(resolve))

function gate<T>() {
  let open: (value: T) => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { promise, open, fail }
}

describe('a switch with room for both', () => {
  it('serves from the old engine until the new one is there, and says what is being loaded', async () => {
    const [old, next] = [fake('old'), fake('next')]
    const engine = new SwitchableEngine(old)
    const infos: string[] = []
    engine.onInfo(({ id }) => infos.push(id))
    const opening = gate<typeof next>()
    const switched = engine.switchTo({ name: 'Next', open: () => opening.promise })
    expect(engine.state()).toEqual({ name: 'ready', detail: 'Loading Next' })
    await generateWhenFree(engine, await jobFor(engine))
    expect([old.jobs.length, next.jobs.length]).toEqual([1, 0])
    opening.open(next)
    await switched
    expect(engine.state()).toEqual({ name: 'ready', detail: undefined })
    await generateWhenFree(engine, await jobFor(engine))
    expect([old.jobs.length, next.jobs.length]).toEqual([1, 1])
    expect([engine.info.id, infos, old.state().name]).toEqual(['next', ['next'], 'closed'])
  })

  it('lets what runs end on the old engine, and closes it then', async () => {
    const [old, next] = [fake('old', { paused: true }), fake('next')]
    const engine = new SwitchableEngine(old)
    const running = generateWhenFree(engine, await jobFor(engine))
    await turn()
    const waiting = engine.whenFree(signal())
    await engine.switchTo({ name: 'Next', open: () => Promise.resolve(next) })
    await waiting
    expect([old.running, old.state().name]).toEqual([1, 'ready'])
    await generateWhenFree(engine, await jobFor(engine))
    expect(next.ended.done).toBe(1)
    old.resume()
    expect((await running).image.length).toBeGreaterThan(0)
    await turn()
    expect(old.state().name).toBe('closed')
  })

  it('keeps the old engine when the new one cannot be had', async () => {
    const engine = new SwitchableEngine(fake('old'))
    const failing = () => Promise.reject(new Error('no such graph'))
    await expect(engine.switchTo({ name: 'Next', open: failing })).rejects.toThrow('no such graph')
    expect([engine.info.id, engine.state()]).toEqual(['old', { name: 'ready', detail: undefined }])
    await generateWhenFree(engine, await jobFor(engine))
  })

  it('follows the new engine alone from then on', async () => {
    const [old, next] = [fake('old', { paused: true }), fake('next')]
    const engine = new SwitchableEngine(old)
    const running = generateWhenFree(engine, await jobFor(engine))
    await turn()
    await engine.switchTo({ name: 'Next', open: () => Promise.resolve(next) })
    old.crash()
    await expect(running).rejects.toMatchObject({ code: 'engine_crashed' })
    expect(engine.state().name).toBe('ready')
    next.crash()
    expect(engine.state().name).toBe('degraded')
  })
})

describe('a switch without room for both', () => {
  const reopen = () => Promise.resolve(fake('old again'))

  it('waits for what runs, closes the old engine, and only then opens the new one', async () => {
    const old = fake('old', { paused: true })
    const engine = new SwitchableEngine(old)
    const running = generateWhenFree(engine, await jobFor(engine))
    await turn()
    const seen: string[] = []
    const open = () => {
      seen.push(old.state().name, engine.state().name)
      return Promise.resolve(fake('next'))
    }
    const switched = engine.switchTo({ name: 'Next', open, reopen })
    const waiting = engine.whenFree(signal())
    expect(engine.state()).toEqual({ name: 'loading', detail: 'Loading Next' })
    await expect(engine.generate(await jobFor(engine), { signal: signal() })).rejects.toMatchObject({
      code: 'engine_loading',
    })
    expect(seen).toEqual([])
    old.resume()
    await Promise.all([running, switched, waiting])
    expect([seen, engine.info.id, engine.state().name]).toEqual([['closed', 'loading'], 'next', 'ready'])
  })

  it('opens the old model again when the new one cannot be had, and says so when that fails too', async () => {
    const engine = new SwitchableEngine(fake('old'))
    const open = () => Promise.reject(new Error('too large'))
    await expect(engine.switchTo({ name: 'Next', open, reopen })).rejects.toThrow('too large')
    expect([engine.info.id, engine.state().name]).toEqual(['old again', 'ready'])
    await expect(engine.switchTo({ name: 'Next', open, reopen: open })).rejects.toMatchObject({
      code: 'engine_crashed',
      message: expect.not.stringContaining('too large'),
      cause: expect.objectContaining({ message: 'too large' }),
    })
    expect(engine.state()).toMatchObject({ name: 'degraded', detail: expect.stringContaining('No model') })
    await engine.switchTo({ name: 'Next', open: () => Promise.resolve(fake('next')) })
    expect([engine.info.id, engine.state().name]).toEqual(['next', 'ready'])
  })
})

it('closed while the old engine still works in front of the next: waits until it is closed, and opens none', async () => {
  const old = fake('old', { paused: true })
  const engine = new SwitchableEngine(old)
  const running = generateWhenFree(engine, await jobFor(engine))
  await turn()
  let opened = 0
  const open = () => {
    opened += 1
    return Promise.resolve(fake('next'))
  }
  const switched = engine.switchTo({ name: 'Next', open, reopen: open })
  const [job, change] = [running, switched].map((promise) =>
    expect(promise).rejects.toMatchObject({ code: 'draining' }),
  )
  await turn()
  await engine[Symbol.asyncDispose]()
  expect([old.state().name, opened]).toEqual(['closed', 0])
  await Promise.all([job, change])
  expect([engine.state().name, opened]).toEqual(['closed', 0])
})

it('makes one switch at a time, and closes an engine that arrives after the end', async () => {
  const [next, late] = [fake('next'), gate<ReturnType<typeof fake>>()]
  const engine = new SwitchableEngine(fake('old'))
  const switched = engine.switchTo({ name: 'Next', open: () => late.promise })
  const second = engine.switchTo({ name: 'Other', open: () => Promise.resolve(fake('other')) })
  await expect(second).rejects.toMatchObject({ code: 'busy' })
  await engine[Symbol.asyncDispose]()
  late.open(next)
  await expect(switched).rejects.toMatchObject({ code: 'draining' })
  expect([next.state().name, engine.state().name]).toEqual(['closed', 'closed'])
})
