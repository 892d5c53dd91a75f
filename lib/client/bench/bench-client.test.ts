import { describe, expect, it } from 'vitest'
import { RunMeter } from '../../benchmark/meter.ts'
import { AppError } from '../../std/errors.ts'
import { DEFAULTS, FakeCanvas, FakeDrawing, FakeWorld, settle } from '../testing/fakes.ts'
import { BenchClient } from './bench-client.ts'
import { ClockProbe } from './clock-probe.ts'
import type { Link } from './link.ts'
import { openSocketLink } from './socket-link.ts'

const CONFIG = {
  transport: 'binary',
  steps: 4,
  width: 256,
  height: 256,
  previews: false,
  connections: 1,
} as const

async function drawing() {
  const world = new FakeWorld()
  const page = new FakeDrawing()
  const opening = openSocketLink({
    env: world.env,
    socketUrl: 'ws://server/api/live',
    rest: { url: 'http://server/', headers: {} },
    transport: 'binary',
    params: DEFAULTS,
    previews: true,
    onBytes: () => undefined,
  })
  world.socket.welcomes()
  const link: Link = await opening
  const client = new BenchClient({
    env: world.env,
    link,
    size: { width: 256, height: 256 },
    takeSnapshot: page.takeSnapshot,
    offsetMs: () => undefined,
    canvas: new FakeCanvas() as unknown as HTMLCanvasElement,
  })
  const meter = new RunMeter(0)
  client.start(meter)
  const pen = async () => {
    page.scene += 1
    client.markDirty()
    await world.frame()
  }
  const result = () => meter.result(CONFIG, 1, world.clock.now())
  return { world, client, pen, result, socket: world.socket }
}

describe('BenchClient over the binary socket', () => {
  it('says its parameters and asks for previews before the first frame', async () => {
    const { socket } = await drawing()
    expect(socket.texts('params')).toHaveLength(1)
    expect(socket.texts('previews')).toEqual([{ type: 'previews', everySteps: 1 }])
  })

  it('[C2] sends while there is room, then waits, and then sends the newest drawing', async () => {
    const { pen, socket, world } = await drawing()
    for (let i = 0; i < 5; i++) await pen()
    expect(socket.frames().map(({ seq }) => seq)).toEqual([1, 2])
    const [first] = socket.frames()
    if (first) socket.paints(first)
    await settle()
    await world.frame()
    expect(socket.frames().map(({ image }) => image[0])).toEqual([1, 2, 5])
  })

  it('measures from the first unseen pointer event, through a frame that was superseded', async () => {
    const { pen, socket, world, result } = await drawing()
    world.clock.advance(10)
    await pen()
    world.clock.advance(20)
    await pen()
    socket.says({ type: 'superseded', seq: 1, rev: 1, by: 2 })
    await settle()
    world.clock.advance(70)
    const second = socket.frames()[1]
    if (second) socket.paints(second)
    await settle()
    expect(result()).toMatchObject({ frames: 1, superseded: 1, failed: 0 })
    expect(result().penToPaintMs.p50).toBe(90)
  })

  it('stops when everything that was sent has ended, and sends nothing after', async () => {
    const { client, pen, socket, world } = await drawing()
    await pen()
    let over = false
    const stopped = client.stop().then(() => (over = true))
    await settle()
    expect(over).toBe(false)
    const [first] = socket.frames()
    if (first) socket.paints(first)
    await stopped
    await pen()
    expect(socket.frames()).toHaveLength(1)
    client.close()
    expect(world.leftOver).toBe(0)
  })

  it('counts a lost connection as failed frames, in its words', async () => {
    const { pen, socket, result } = await drawing()
    await pen()
    socket.drops(1012, 'the server restarts')
    await settle()
    expect(result()).toMatchObject({ failed: 1, problem: 'the server restarts' })
  })

  it('has nothing left in flight after a lost connection, so that a run can end', async () => {
    const { client, pen, socket, result } = await drawing()
    await pen()
    socket.drops(1012, 'the server restarts')
    await settle()
    for (let i = 0; i < 3; i++) await pen()
    expect(result()).toMatchObject({ failed: 1 })
    expect(client.inFlight).toBe(0)
    await client.stop()
  })
})

describe('openSocketLink', () => {
  it('rejects when the server does not want it', async () => {
    const world = new FakeWorld()
    const opening = openSocketLink({
      env: world.env,
      socketUrl: 'ws://server/api/live',
      rest: { url: 'http://server/', headers: {} },
      transport: 'json',
      params: DEFAULTS,
      previews: false,
      onBytes: () => undefined,
    })
    world.socket.open()
    world.socket.says({ type: 'error', code: 'too_many_sessions', message: 'The server is full' })
    await expect(opening).rejects.toThrow('The server is full')
  })
})

describe('ClockProbe', () => {
  it('estimates the offset, tells the model and the state of the engine, and leaves nothing behind', async () => {
    const world = new FakeWorld()
    world.answersPings = false
    const seen: string[] = []
    const probe = new ClockProbe({
      env: world.env,
      socketUrl: 'ws://server/api/live',
      onModel: ({ id }) => seen.push(id),
      onEngine: (engine) => seen.push(engine),
      onLost: (error) => seen.push(error.message),
    })
    world.socket.welcomes({ engine: 'loading' })
    world.socket.says({ type: 'status', engine: 'ready' })
    expect(probe.estimate).toBeUndefined()
    world.clock.advance(8)
    world.socket.says({ type: 'pong', clientMs: 0, serverMs: 5004 })
    expect(probe.estimate).toEqual({ roundTripMs: 8, offsetMs: 5000 })
    expect(seen).toEqual(['fake', 'loading', 'ready'])
    world.socket.drops()
    expect(seen.at(-1)).toContain('does not answer')
    expect(world.leftOver).toBe(0)
  })

  it.each([
    ['unauthorized', 'A key is needed', 1006],
    ['unauthorized', 'A key is needed', 4001],
    ['forbidden', 'This token is for another page', 1006],
    ['forbidden', 'This token is for another page', 4003],
  ] as const)('asks for a key when it is refused as %s: %s, close %d', (code, message, close) => {
    const { world, lost } = probed()
    world.socket.open()
    world.socket.says({ type: 'error', code, message })
    world.socket.drops(close, code)
    expect(lost).toEqual([new AppError('unauthorized', message)])
    expect(world.leftOver).toBe(0)
  })

  it.each([4001, 4003])('asks for a key when nothing but close %d came', (close) => {
    const { world, lost } = probed()
    world.socket.open()
    world.socket.drops(close)
    expect(lost).toEqual([new AppError('unauthorized', 'The server asks for a key')])
  })
})

function probed() {
  const world = new FakeWorld()
  const lost: AppError[] = []
  new ClockProbe({
    env: world.env,
    socketUrl: 'ws://server/api/live',
    onModel: () => undefined,
    onEngine: () => undefined,
    onLost: (error) => lost.push(error),
  })
  return { world, lost }
}
