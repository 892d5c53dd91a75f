import { describe, expect, it } from 'vitest'
import { DEFAULTS, MODEL, settle } from './testing/fakes.ts'
import { openClient, paintedClient } from './testing/open-client.ts'
import type { PaintedFrame } from './types.ts'

describe('parameters', () => {
  it('come from the model where none were given, moved into its limits', () => {
    const { world, client } = openClient({ params: { steps: 20, strength: 0.01 } })
    expect(client.store.getState().params).toBeUndefined()
    client.setParams({ prompt: 'before the welcome' })
    world.socket.welcomes()
    const params = { ...DEFAULTS, prompt: 'before the welcome', steps: 8, strength: 0.16 }
    expect(client.store.getState().params).toEqual(params)
  })

  it('that are set before the first welcome can be read meanwhile', () => {
    const { client } = openClient({ params: { steps: 20 } })
    client.setParams({ prompt: 'before the welcome' })
    expect(client.store.getState()).toMatchObject({
      params: undefined,
      given: { steps: 20, prompt: 'before the welcome' },
    })
  })

  it('that do not fit leave the old ones and an error with field, value and range', () => {
    const { world, client } = openClient()
    world.socket.welcomes()
    client.setParams({ guidanceScale: 11 })
    expect(client.store.getState().error).toMatchObject({ field: 'guidanceScale', value: 11, range: '0..10' })
    client.setParams({ seed: 0.5 })
    expect(client.store.getState().error).toMatchObject({ code: 'invalid_params', field: 'seed', value: 0.5 })
    expect(client.store.getState().params).toEqual(DEFAULTS)
    client.setParams({ seed: 5 })
    expect(client.store.getState()).toMatchObject({ error: undefined, params: { seed: 5 } })
  })

  it('move to the sizes and limits of another model after a reconnect', async () => {
    const { world, client } = await paintedClient({ params: { steps: 8 } })
    world.socket.drops()
    await settle()
    await world.advance(8_000)
    const other = { width: 384, height: 384 }
    const limits = { ...MODEL.limits, steps: [1, 4] satisfies [number, number] }
    world.socket.welcomes({
      model: { ...MODEL, id: 'other', sizes: [other], limits, defaults: { ...DEFAULTS, ...other } },
    })
    expect(client.store.getState().params).toMatchObject({ ...other, steps: 4 })
  })
})

describe('[M2] another model while the connection lives', () => {
  const other = { width: 384, height: 384 }
  const limits = { ...MODEL.limits, steps: [1, 2] satisfies [number, number] }
  const turbo = {
    ...MODEL,
    id: 'turbo',
    sizes: [other],
    limits,
    defaults: { ...DEFAULTS, ...other, steps: 1 },
  }

  it('gets the parameters within its limits, and the same drawing again at its size', async () => {
    const { world, client, drawing } = await paintedClient({ params: { prompt: 'my words', strength: 0.7 } })
    const { scene } = drawing
    world.socket.says({ type: 'model', model: turbo })
    expect(client.store.getState()).toMatchObject({
      status: { name: 'live' },
      model: { id: 'turbo' },
      params: { ...other, prompt: 'my words', strength: 0.7, steps: 1 },
    })
    await world.frame()
    expect(world.socket.texts('params').at(-1)).toMatchObject({
      model: 'turbo',
      params: { ...other, steps: 1 },
    })
    expect(world.socket.frames().at(-1)).toMatchObject({ seq: 2, ...other })
    expect(drawing.scene).toBe(scene)
    expect(client.store.getState().error).toBeUndefined()
  })

  it('paints a drawing that did not change again, even when no parameter had to move', async () => {
    const { world } = await paintedClient()
    world.socket.says({ type: 'model', model: { ...MODEL, id: 'twin' } })
    await world.frame()
    expect(world.socket.frames().at(-1)).toMatchObject({ seq: 2 })
  })
})

describe('[M1] a picture', () => {
  const twin = { ...MODEL, id: 'twin', name: 'Twin' }
  const live = { paramsRev: 1, meta: { mode: 'live' }, width: 256, height: 256 }

  it('names the model that it was begun on, also when another one came meanwhile', async () => {
    const { world, client, draw } = await paintedClient({ autoRefine: false })
    for (const _ of [2, 3]) {
      draw()
      await world.frame()
    }
    world.socket.says({ type: 'started', seq: 2, rev: 1 })
    world.socket.says({ type: 'model', model: twin })
    world.socket.says({ type: 'started', seq: 3, rev: 1 })
    world.socket.paints({ ...live, seq: 2 })
    await settle()
    expect(client.store.getState().model?.name).toBe('Twin')
    expect(client.lastFrame()).toMatchObject({ seq: 2, model: { name: 'Fake' } })
    world.socket.paints({ ...live, seq: 3 })
    await settle()
    expect(client.lastFrame()).toMatchObject({ seq: 3, model: { name: 'Twin' } })
  })

  it('comes with the snapshot that it was made of', async () => {
    const { world, client, draw } = await paintedClient({ autoRefine: false })
    draw()
    await world.frame()
    draw()
    world.socket.paints({ ...live, seq: 2 })
    await settle()
    expect(client.lastFrame()?.snapshot.hash).toBe('1')
  })
})

describe('what the page is told', () => {
  it('follows one frame: offline, loading, queued, generating with steps, up to date', async () => {
    const { world, client } = openClient({ autoRefine: false })
    const activity = () => client.store.getState().activity
    expect(activity()).toBe('offline')
    world.socket.welcomes({ engine: 'loading' })
    const detail = 'The model is being loaded'
    world.socket.says({ type: 'status', engine: 'loading', detail })
    expect(client.store.getState()).toMatchObject({ activity: 'loading', engine: { detail } })
    world.socket.says({ type: 'status', engine: 'ready' })
    await world.frame()
    expect(activity()).toBe('queued')
    world.socket.says({ type: 'started', seq: 1, rev: 1 })
    expect(activity()).toBe('generating')
    world.socket.says({ type: 'step', seq: 1, rev: 1, step: 2, steps: 4 })
    await world.advance(125)
    expect(client.store.getState().step).toEqual({ step: 2, steps: 4 })
    world.socket.paints({ seq: 1, paramsRev: 1, meta: { mode: 'live' }, width: 256, height: 256 })
    await settle()
    expect(client.store.getState()).toMatchObject({ activity: 'up-to-date', step: undefined })
  })

  it('measures from the first change that a picture contains, through a superseded frame, to its paint', async () => {
    const { world, client, draw } = await paintedClient({ autoRefine: false })
    draw()
    await world.advance(10)
    draw()
    await world.frame()
    await world.advance(100)
    draw()
    await world.frame()
    world.socket.says({ type: 'superseded', seq: 2, rev: 1, by: 3 })
    await world.advance(200)
    world.socket.paints({ seq: 3, paramsRev: 1, meta: { mode: 'live' }, width: 256, height: 256 })
    await settle()
    await world.advance(125)
    const { stats } = client.store.getState()
    expect(stats).toMatchObject({ penToPaintMs: 310, superseded: 1, painted: 2, fps: 1 })
    expect(stats.bytesUp).toBeGreaterThan(0)
    expect(stats.bytesDown).toBeGreaterThan(0)
    await world.advance(3_000)
    expect(client.store.getState().stats.fps).toBe(0)
  })

  it('writes fast-moving figures at most eight times a second', async () => {
    const { world, client, draw } = await paintedClient({ autoRefine: false })
    let writes = 0
    client.store.subscribe((state, before) => {
      if (state.stats !== before.stats) writes += 1
    })
    for (let frame = 0; frame < 60; frame++) {
      draw()
      await world.frame()
      for (const sent of world.socket.frames().slice(-1)) world.socket.paints(sent)
      await world.advance(1000 / 60)
    }
    expect(client.store.getState().stats.fps).toBeGreaterThan(20)
    expect(writes).toBeLessThanOrEqual(8)
    expect(writes).toBeGreaterThanOrEqual(6)
  })

  it('hands out every painted picture with its bytes, and keeps the last one through a lost connection', async () => {
    const { world, client, draw } = await paintedClient()
    const seen: PaintedFrame[] = []
    const off = client.onFrame((frame) => seen.push(frame))
    draw()
    await world.frame()
    world.socket.paints({ seq: 2, paramsRev: 1, meta: { mode: 'live' }, width: 256, height: 256 })
    await settle()
    off()
    world.socket.drops()
    await settle()
    expect(seen).toEqual([client.lastFrame()])
    expect(seen[0]).toMatchObject({ seq: 2, params: DEFAULTS, width: 256, meta: { steps: 4 } })
    expect([seen[0]?.blob.type, new Uint8Array((await seen[0]?.blob.arrayBuffer()) ?? [])]).toEqual([
      'image/jpeg',
      Uint8Array.of(2),
    ])
  })

  it('survives listeners that throw', async () => {
    const { world, client, draw } = await paintedClient()
    client.onFrame(() => {
      throw new Error('mine')
    })
    const off = client.store.subscribe(() => {
      throw new Error('mine too')
    })
    draw()
    await world.frame()
    world.socket.paints({ seq: 2, paramsRev: 1, meta: { mode: 'live' }, width: 256, height: 256 })
    await settle()
    off()
    expect(world.reported.map(String)).toEqual(expect.arrayContaining(['Error: mine', 'Error: mine too']))
    draw()
    await world.frame()
    expect(world.socket.frames()).toHaveLength(3)
  })

  it('clears the error of a passing trouble with the next picture', async () => {
    const { world, client, draw } = await paintedClient({ autoRefine: false })
    draw()
    await world.frame()
    world.socket.says({
      type: 'failed',
      seq: 2,
      rev: 1,
      code: 'engine_crashed',
      message: 'fell over',
      retryable: true,
    })
    expect(client.store.getState().error?.code).toBe('engine_crashed')
    await world.advance(250)
    await world.frame()
    for (const frame of world.socket.frames().slice(-1)) world.socket.paints(frame)
    await settle()
    expect(client.store.getState().error).toBeUndefined()
  })
})
