import { describe, expect, it } from 'vitest'
import { AppError } from '../std/errors.ts'
import { FakeWorld, settle } from './testing/fakes.ts'
import { connect } from './connection.ts'
import type { ConnectionEvent } from './connection.ts'
import { ANSWER_WITHIN_MS, IDLE_PINGS_IN, PING_EVERY_MS, SLOWEST_BYTES_PER_MS } from './socket-life.ts'

function dial() {
  const world = new FakeWorld()
  world.answersPings = false
  const stop = new AbortController()
  const events: ConnectionEvent[] = []
  const { done } = connect({
    url: 'ws://x',
    env: world.env,
    signal: stop.signal,
    onEvent: (event) => events.push(event),
  })
  const status = () => events.filter((event) => event.type === 'status').at(-1)?.status
  /** Sends something by the socket of the last welcome. */
  const draws = (bytes = 1) => {
    const welcome = events.findLast((event) => event.type === 'welcome')
    welcome?.socket.send(new Uint8Array(bytes))
  }
  return { world, stop, events, done, status, draws }
}

describe('connect', () => {
  it('says hello first and is live with the welcome (W6)', async () => {
    const { world, status } = dial()
    expect(status()).toEqual({ name: 'connecting', attempt: 0 })
    world.socket.open()
    expect(world.socket.sent.map((data) => JSON.parse(String(data)) as unknown)).toEqual([
      { type: 'hello', protocol: 1, client: 'sketchwire-web' },
    ])
    world.socket.welcomes()
    expect(status()).toEqual({ name: 'live' })
  })

  it('retries without end, with growing delays up to 8 s, and says when', async () => {
    const { world, status } = dial()
    const delays: number[] = []
    for (let attempt = 0; attempt < 30; attempt++) {
      world.socket.drops()
      await settle()
      const state = status()
      if (state?.name !== 'waiting') throw new Error(`status ${state?.name}`)
      delays.push(state.retryAtMs - world.env.epochMs())
      await world.advance(8_000)
    }
    expect(world.sockets).toHaveLength(31)
    expect(delays[0]).toBeLessThan(250)
    expect(delays[5]).toBeGreaterThan(delays[4] ?? Infinity)
    expect(Math.max(...delays)).toBeLessThanOrEqual(8_000)
  })

  it('starts again with the shortest delay after a connection that lasted, not after one that did not', async () => {
    const { world, status } = dial()
    const delayAfter = async (liveMs: number) => {
      world.socket.welcomes()
      await world.advance(liveMs)
      world.socket.drops()
      await settle()
      const state = status()
      if (state?.name !== 'waiting') throw new Error(`status ${state?.name}`)
      const delay = state.retryAtMs - world.env.epochMs()
      await world.advance(delay)
      return delay
    }
    const first = await delayAfter(10)
    expect(await delayAfter(10)).toBeGreaterThan(first)
    expect(await delayAfter(6_000)).toBe(first)
  })

  it.each(['online', 'visible'] as const)('dials at once when the browser is %s again', async (signal) => {
    const { world } = dial()
    world.socket.drops()
    await settle()
    if (signal === 'online') await world.comeOnline()
    else await world.setHidden(false)
    expect(world.sockets).toHaveLength(2)
  })

  it('takes close 4009 as "reload the page" and stops dialling (W1)', async () => {
    const { world, status, done } = dial()
    world.socket.open()
    world.socket.drops(4009, 'protocol version: reload the page')
    await done
    expect(status()).toEqual({ name: 'reload', reason: 'protocol version: reload the page' })
    await world.advance(60_000)
    expect(world.sockets).toHaveLength(1)
    expect(world.leftOver).toBe(0)
  })

  it('reloads when welcome or a picture is of another protocol version', async () => {
    const first = dial()
    first.world.socket.welcomes({ protocol: 2 })
    await first.done
    expect(first.status()?.name).toBe('reload')
    const second = dial()
    second.world.socket.welcomes()
    second.world.socket.raw(new Uint8Array(18).fill(2).buffer)
    await second.done
    expect(second.status()?.name).toBe('reload')
  })

  it('gives up a server that does not welcome in time', async () => {
    const { world, status } = dial()
    world.socket.open()
    await world.advance(ANSWER_WITHIN_MS + 1)
    expect(status()).toMatchObject({ name: 'waiting', reason: 'The server does not answer.' })
    expect(world.sockets[0]?.closed).toBe(true)
  })

  it('pings, and reconnects when nothing comes back', async () => {
    const { world, status, draws } = dial()
    const { socket } = world
    socket.welcomes()
    const pings = () => socket.texts('ping')
    expect(pings()).toHaveLength(1)
    socket.says({ type: 'pong', clientMs: 0, serverMs: 0 })
    draws()
    await world.advance(PING_EVERY_MS)
    expect(pings()).toHaveLength(2)
    socket.says({ type: 'status', engine: 'ready' })
    draws()
    await world.advance(PING_EVERY_MS)
    expect(status()?.name).toBe('live')
    await world.advance(ANSWER_WITHIN_MS + 1)
    expect(status()).toMatchObject({ name: 'waiting', reason: 'The server does not answer.' })
  })

  it('asks seldom where nothing is sent, and notices all the same', async () => {
    const { world, status } = dial()
    const { socket } = world
    world.answersPings = true
    socket.welcomes()
    await world.advance(10 * 60_000)
    expect(status()?.name).toBe('live')
    expect(socket.texts('ping').length).toBeLessThanOrEqual(21)
    world.answersPings = false
    await world.advance(IDLE_PINGS_IN * PING_EVERY_MS + ANSWER_WITHIN_MS + 1)
    expect(status()?.name).toBe('waiting')
  })

  it('notices while somebody draws as soon as ever, however seldom it asked before', async () => {
    const { world, status, draws } = dial()
    const { socket } = world
    world.answersPings = true
    socket.welcomes()
    await world.advance(65_000)
    world.answersPings = false
    draws()
    await world.advance(PING_EVERY_MS + ANSWER_WITHIN_MS + 1)
    expect(status()?.name).not.toBe('live')
  })

  it('notices as soon while a picture is on its way, of which the server has spoken', async () => {
    const { world, status, draws } = dial()
    const { socket } = world
    socket.welcomes()
    socket.says({ type: 'pong', clientMs: 0, serverMs: 0 })
    draws()
    socket.says({ type: 'status', engine: 'ready' })
    await world.advance(PING_EVERY_MS + ANSWER_WITHIN_MS + 1)
    expect(status()?.name).not.toBe('live')
  })

  it('gives a slow link the time that it takes for what was sent before the ping, and no more', async () => {
    const { world, status, draws } = dial()
    const { socket } = world
    socket.welcomes()
    socket.says({ type: 'pong', clientMs: 0, serverMs: 0 })
    const uploadMs = 20_000
    draws(uploadMs * SLOWEST_BYTES_PER_MS)
    await world.advance(PING_EVERY_MS + uploadMs)
    expect(status()?.name).toBe('live')
    await world.advance(ANSWER_WITHIN_MS + 1)
    expect(status()?.name).toBe('waiting')
  })

  it('waits while the browser gets rid of what it has to send', async () => {
    const { world, status, draws } = dial()
    const { socket } = world
    socket.welcomes()
    socket.says({ type: 'pong', clientMs: 0, serverMs: 0 })
    draws()
    socket.buffered = 50_000
    await world.advance(PING_EVERY_MS)
    for (let left = 40_000; left > 0; left -= 10_000) {
      socket.buffered = left
      await world.advance(ANSWER_WITHIN_MS + 1)
      expect(status()?.name).toBe('live')
    }
    await world.advance(ANSWER_WITHIN_MS + 1)
    expect(status()?.name).not.toBe('live')
  })

  it('reads the offset of the clocks from the pong with the shortest round trip', async () => {
    const { world, events } = dial()
    world.socket.welcomes()
    await world.advance(10)
    world.socket.says({ type: 'pong', clientMs: 0, serverMs: 505 })
    await world.advance(100)
    world.socket.says({ type: 'pong', clientMs: 10, serverMs: 700 })
    const clocks = events.filter((event) => event.type === 'clock').map((event) => event.estimate)
    expect(clocks).toEqual([
      { roundTripMs: 10, offsetMs: 500 },
      { roundTripMs: 100, offsetMs: 500 },
    ])
  })

  it('ignores message types of a newer server, and drops a connection that speaks nonsense', async () => {
    const { world, status } = dial()
    world.socket.welcomes()
    world.socket.raw('{"type":"weather"}')
    expect(status()?.name).toBe('live')
    world.socket.raw('{"type":"failed","seq":"one"}')
    await settle()
    expect(status()?.name).toBe('waiting')
  })

  it('leaves no timer, listener or socket after the abort, wherever it hits', async () => {
    const moments: ((world: FakeWorld) => void)[] = [
      () => undefined,
      (world) => world.socket.open(),
      (world) => world.socket.welcomes(),
      (world) => world.socket.drops(),
    ]
    for (const moment of moments) {
      const { world, stop, events, done } = dial()
      moment(world)
      await settle()
      const before = events.length
      stop.abort()
      await done
      expect(events.slice(before)).toEqual([{ type: 'status', status: { name: 'closed' } }])
      expect(world.leftOver).toBe(0)
      expect(world.sockets.every((socket) => socket.closed)).toBe(true)
    }
  })

  it('stays locked when the server wants a key, until it is told to dial again', async () => {
    const world = new FakeWorld()
    world.answersPings = false
    const stop = new AbortController()
    const statuses: unknown[] = []
    const keys = ['', 'wrong', 'right']
    const { done, retry } = connect({
      url: async () => {
        const key = keys.shift() ?? ''
        if (key === 'wrong') throw new AppError('unauthorized', 'That key was refused')
        return `ws://x?ticket=${key}`
      },
      env: world.env,
      signal: stop.signal,
      onEvent: (event) => event.type === 'status' && statuses.push(event.status),
    })
    await settle()
    world.socket.open()
    world.socket.says({ type: 'error', code: 'unauthorized', message: 'This server asks for a key' })
    world.socket.drops(4001, 'unauthorized')
    await settle()
    expect(statuses.at(-1)).toEqual({ name: 'locked', reason: 'This server asks for a key' })
    await world.advance(60_000)
    await world.comeOnline()
    expect(world.sockets).toHaveLength(1)
    retry()
    await settle()
    expect(statuses.at(-1)).toEqual({ name: 'locked', reason: 'That key was refused' })
    retry()
    await settle()
    expect(world.sockets).toHaveLength(2)
    world.socket.welcomes()
    expect(statuses.at(-1)).toEqual({ name: 'live' })
    stop.abort()
    await done
    expect(world.leftOver).toBe(0)
  })

  // Over HTTP/2 browsers may report 1006 for a close that comes right after the handshake.
  it.each([
    ['locked', 'its token was made for something else', 'forbidden', 4003],
    ['locked', 'its token was made for something else, and the close code is lost', 'forbidden', 1006],
    ['locked', 'the server wants a key, and the close code is lost', 'unauthorized', 1006],
    ['reload', 'the server speaks another version, and the close code is lost', 'protocol_version', 1006],
  ] as const)('stays %s when %s', async (name, _when, code, closeCode) => {
    const { world, status } = dial()
    world.socket.open()
    world.socket.says({ type: 'error', code, message: 'The server says why' })
    world.socket.drops(closeCode)
    await settle()
    await world.advance(60_000)
    expect(status()).toEqual({ name, reason: 'The server says why' })
    expect(world.sockets).toHaveLength(1)
  })
})
