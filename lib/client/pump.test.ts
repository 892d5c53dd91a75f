import { describe, expect, it } from 'vitest'
import { DEFAULTS, sceneOf, settle } from './testing/fakes.ts'
import { openClient, paintedClient } from './testing/open-client.ts'

describe('the pump', () => {
  it('sends the first scene by itself: parameters as JSON, then the frame that names them (F5)', async () => {
    const { world, client } = openClient({ params: { prompt: 'a tree' } })
    const { socket } = world
    socket.welcomes()
    await world.frame()
    expect(socket.texts('params')).toEqual([
      { type: 'params', rev: 1, params: { ...DEFAULTS, prompt: 'a tree' }, model: 'fake' },
    ])
    expect(socket.frames()).toMatchObject([
      { kind: 'frame', seq: 1, paramsRev: 1, meta: { mode: 'live' }, width: 256 },
    ])
    const order = socket.sent.map((data) => typeof data)
    expect(order.slice(-2)).toEqual(['string', 'object'])
    expect(client.store.getState().params?.prompt).toBe('a tree')
  })

  it('coalesces any number of changes into one snapshot per animation frame', async () => {
    const { world, drawing, draw } = await paintedClient()
    for (let change = 0; change < 50; change++) draw()
    await world.frame()
    expect(drawing.sizes).toHaveLength(2)
    expect(world.socket.frames().map(sceneOf)).toEqual([0, 50])
  })

  it('never takes a snapshot without credit, and then takes the newest drawing (C1, C2)', async () => {
    const { world, drawing, draw } = await paintedClient()
    const { socket } = world
    for (let change = 0; change < 5; change++) {
      draw()
      await world.frame()
    }
    expect(socket.frames().map(sceneOf)).toEqual([0, 1, 2])
    expect(drawing.sizes).toHaveLength(3)
    socket.says({ type: 'superseded', seq: 3, rev: 1, by: 4 })
    await world.frame()
    expect(socket.frames().map(sceneOf)).toEqual([0, 1, 2, 5])
  })

  it('holds the second frame back until the first is nearly done, so that it shows the newest drawing (C2)', async () => {
    const { world, draw } = await paintedClient()
    const { socket } = world
    const runs = async (runMs: number) => {
      draw()
      await world.frame()
      const frame = socket.frames().at(-1)
      if (!frame) throw new Error('nothing was sent')
      socket.says({ type: 'started', seq: frame.seq, rev: 1 })
      return { frame, end: () => (world.clock.advance(runMs), socket.paints(frame), settle()) }
    }
    await (await runs(200)).end()
    const second = await runs(200)
    draw()
    await world.frame()
    world.clock.advance(100)
    draw()
    await world.frame()
    expect(socket.frames().map(sceneOf)).toEqual([0, 1, 2])
    world.clock.advance(90)
    await world.frame()
    expect(socket.frames().map(sceneOf)).toEqual([0, 1, 2, 4])
    await second.end()
  })

  it('gives credit back once per frame: a second or foreign terminal event changes nothing (F1, C1)', async () => {
    const { world, draw } = await paintedClient()
    const { socket } = world
    const flight = async () => {
      draw()
      await world.frame()
    }
    await flight()
    await flight()
    for (const seq of [2, 2, 1, 77]) socket.says({ type: 'superseded', seq, rev: 1, by: 3 })
    await flight()
    await flight()
    await flight()
    expect(socket.frames().map((frame) => frame.seq)).toEqual([1, 2, 3, 4])
  })

  it('skips a scene that looks like the last one sent, but not when the parameters changed', async () => {
    const { world, client } = await paintedClient()
    client.markDirty()
    await world.frame()
    expect(world.socket.frames()).toHaveLength(1)
    expect(client.store.getState().activity).toBe('up-to-date')
    client.setParams({ seed: 9 })
    await world.frame()
    expect(world.socket.frames()).toMatchObject([{ paramsRev: 1 }, { paramsRev: 2 }])
    client.setParams({ seed: 9 })
    await world.frame()
    expect(world.socket.frames()).toHaveLength(2)
  })

  it('never runs two snapshots at once, and keeps what changes meanwhile', async () => {
    const { world, drawing, draw } = await paintedClient()
    let release = (): void => undefined
    drawing.gate = new Promise((resolve) => {
      release = resolve
    })
    draw()
    await world.frame()
    draw()
    await world.frame()
    expect(drawing.taking).toBe(1)
    release()
    await settle()
    await world.frame()
    expect(world.socket.frames().map(sceneOf)).toEqual([0, 1, 2])
  })

  it('does not send a snapshot that was taken while live was switched off, but the scene afterwards', async () => {
    const { world, drawing, client, draw } = await paintedClient()
    let release = (): void => undefined
    drawing.gate = new Promise((resolve) => {
      release = resolve
    })
    draw()
    await world.frame()
    client.setLive(false)
    release()
    await settle()
    expect(world.socket.frames().map(sceneOf)).toEqual([0])
    client.setLive(true)
    await world.frame()
    expect(world.socket.frames().map(sceneOf)).toEqual([0, 1])
  })

  it('takes the snapshot again when the size changed meanwhile', async () => {
    const { world, drawing, client, draw } = await paintedClient()
    let release = (): void => undefined
    drawing.gate = new Promise((resolve) => {
      release = resolve
    })
    draw()
    await world.frame()
    client.setParams({ width: 512, height: 512 })
    release()
    await settle()
    await world.frame()
    expect(world.socket.frames()).toMatchObject([{ width: 256 }, { width: 512, height: 512 }])
  })

  it('waits while the socket still holds unsent bytes', async () => {
    const { world, draw } = await paintedClient()
    world.socket.buffered = 200_000
    draw()
    await world.frame()
    await world.advance(100)
    expect(world.socket.frames()).toHaveLength(1)
    world.socket.buffered = 0
    await world.advance(100)
    expect(world.socket.frames()).toHaveLength(2)
  })

  it('sends parameters and the current scene again after a reconnect, with fresh credit (E1)', async () => {
    const { world, client, draw } = await paintedClient()
    for (let change = 0; change < 4; change++) {
      draw()
      await world.frame()
    }
    world.socket.drops()
    await settle()
    expect(client.store.getState().activity).toBe('offline')
    draw()
    await world.advance(8_000)
    world.socket.welcomes()
    await world.frame()
    expect(world.socket.texts('params')).toHaveLength(1)
    expect(world.socket.frames().map(sceneOf)).toEqual([5])
    expect(world.socket.frames()[0]?.seq).toBeGreaterThan(3)
  })

  it('sends a scene that has not changed again after a reconnect: the server knows nothing of it (E1)', async () => {
    const { world } = await paintedClient()
    world.socket.drops()
    await settle()
    await world.advance(8_000)
    world.socket.welcomes()
    await world.frame()
    expect(world.socket.frames().map(sceneOf)).toEqual([0])
  })

  it('asks for nothing while live is off or the tab is hidden, and catches up after', async () => {
    const { world, client, draw } = await paintedClient()
    client.setLive(false)
    draw()
    await world.frame()
    await world.advance(5_000)
    expect(client.store.getState().activity).toBe('paused')
    client.setLive(true)
    await world.frame()
    expect(world.socket.frames().map(sceneOf)).toEqual([0, 1])
    world.socket.paints({ seq: 2, paramsRev: 1, meta: { mode: 'live' }, width: 256, height: 256 })
    await settle()
    await world.setHidden(true)
    draw()
    await world.advance(5_000)
    expect(client.store.getState().activity).toBe('paused')
    expect(world.socket.frames()).toHaveLength(2)
    await world.setHidden(false)
    await world.frame()
    expect(world.socket.frames().map(sceneOf)).toEqual([0, 1, 2])
  })

  it('keeps rendering in a hidden tab when told so, though animation frames stop there', async () => {
    const { world, draw, client } = await paintedClient({ autoRefine: false })
    client.setBackground(true)
    draw()
    await world.setHidden(true)
    await world.advance(1_000)
    expect(world.socket.frames().map(sceneOf)).toEqual([0, 1])
  })

  it.each([
    { type: 'refused', code: 'no_credit' },
    { type: 'refused', code: 'rate_limited' },
    { type: 'failed', code: 'engine_crashed', retryable: true },
  ] as const)('tries the scene again a while after $type $code', async (end) => {
    const { world, draw } = await paintedClient()
    const { socket } = world
    draw()
    await world.frame()
    const retryAfterMs = end.code === 'rate_limited' ? 3_000 : undefined
    const error = { seq: 2, rev: 1, message: 'no', retryAfterMs }
    if (end.type === 'refused') socket.says({ ...end, ...error })
    else socket.says({ ...end, ...error })
    await world.frame()
    expect(socket.frames()).toHaveLength(2)
    await world.advance(retryAfterMs === undefined ? 250 : 2_999)
    await world.frame()
    if (retryAfterMs !== undefined) {
      expect(socket.frames()).toHaveLength(2)
      await world.advance(1)
      await world.frame()
    }
    expect(socket.frames().map(sceneOf)).toEqual([0, 1, 1])
  })

  it('names its parameters anew when the server does not hold their revision (F5)', async () => {
    const { world, draw } = await paintedClient()
    draw()
    await world.frame()
    world.socket.says({ type: 'refused', seq: 2, rev: 1, code: 'unknown_params_rev', message: 'which?' })
    await world.advance(250)
    await world.frame()
    expect(world.socket.texts('params').map((message) => message['rev'])).toEqual([1, 2])
    expect(world.socket.frames().at(-1)?.paramsRev).toBe(2)
  })

  it('does not repeat what was refused for good, and says why', async () => {
    const { world, client, draw } = await paintedClient()
    draw()
    await world.frame()
    world.socket.says({
      type: 'refused',
      seq: 2,
      rev: 1,
      code: 'broken_image',
      message: 'cut off',
      field: 'image',
    })
    await world.advance(20_000)
    await world.frame()
    expect(world.socket.frames()).toHaveLength(2)
    expect(client.store.getState().error).toEqual({
      code: 'broken_image',
      message: 'cut off',
      field: 'image',
    })
    draw()
    await world.frame()
    expect(world.socket.frames()).toHaveLength(3)
  })

  it('does not send what is over the message limit: the socket would not survive it (W1)', async () => {
    const { world, client } = openClient()
    world.socket.welcomes({ messageLimitBytes: 30 })
    await world.frame()
    await world.advance(5_000)
    expect(world.socket.frames()).toEqual([])
    expect(client.store.getState().error?.code).toBe('message_too_large')
  })

  it('says so when the drawing cannot be captured, and tries again', async () => {
    const { world, drawing, client } = openClient()
    drawing.gate = Promise.reject(new Error('no canvas'))
    world.socket.welcomes()
    await world.frame()
    expect(client.store.getState().error?.message).toContain('no canvas')
    drawing.gate = Promise.resolve()
    drawing.taking = 0
    await world.advance(250)
    await world.frame()
    expect(world.socket.frames()).toHaveLength(1)
  })

  it('takes back the credit of a frame that the server could not read as one (W1)', async () => {
    const { world, draw, client } = await paintedClient({ autoRefine: false })
    const { socket } = world
    for (let change = 0; change < 2; change++) {
      draw()
      await world.frame()
    }
    socket.says({ type: 'started', seq: 2, rev: 1 })
    socket.says({ type: 'error', code: 'invalid_params', message: 'about something else' })
    draw()
    await world.frame()
    expect(socket.frames().map(({ seq }) => seq)).toEqual([1, 2, 3])
    socket.says({ type: 'error', code: 'invalid_header', message: 'what is this?' })
    await world.frame()
    expect(socket.frames().map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(client.store.getState().error?.code).toBe('invalid_header')
  })
})
