import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SessionEvent } from '../session/session-event.ts'
import { previewWant } from '../../lib/protocol/preview.ts'
import type { StreamDialect } from '../compat/dialect.ts'
import { JPEG, PARAMS, harness, settle } from '../session/testing/harness.ts'
import { onlyModel } from '../models/models.ts'
import { Authenticator } from '../auth/authenticator.ts'
import { createFakeEngine } from '../engine/fake-engine.ts'
import { refuseToFetch } from './fetch-image.ts'
import { FetchTurns } from './fetch-turns.ts'
import { MemoryHost, MemoryReader } from './memory-host.ts'
import { Routes } from './routes.ts'
import type { RouteDeps } from './routes.ts'
import { StaticFiles } from './static-files.ts'
import { noWebhooks } from './testing/no-webhooks.ts'

/** Says every event's type on a line of its own. */
const lines = (lingerMs: number): StreamDialect => ({
  id: 'lines',
  reply: 'stream',
  messageLimitBytes: 1000,
  policy: { mailbox: { depth: 2, whenFull: 'reject-new' }, credit: 3, maxRunning: 1 },
  heartbeat: { everyMs: 5000, data: '.\n' },
  lingerMs,
  resume: ({ headers }) => {
    const [streamId = '', pieces] = (headers['last-event-id'] ?? '').split(':')
    return streamId ? { streamId, pieces: Number(pieces) } : undefined
  },
  gone: { status: 204, headers: {}, body: '' },
  exchange: ({ streamId, nextSeq, request }) => ({
    head: { status: 200, headers: { 'x-stream': streamId } },
    decode: () => [
      { kind: 'previews', want: previewWant({ everySteps: 1 }) },
      {
        kind: 'frame',
        frame: { seq: nextSeq(), rev: 0, mode: 'live', image: JPEG },
        params: { ...PARAMS, steps: Number(request.query.get('steps') ?? 2) },
      },
    ],
    encode: (event: SessionEvent) => {
      if (event.type === request.query.get('failsOn')) throw new Error('a bug')
      const padding = event.type === 'step' ? ' '.repeat(Number(request.query.get('padding'))) : ''
      return [{ kind: 'control', data: `${'seq' in event ? event.seq : ''}${event.type}${padding}\n` }]
    },
    end: () => [{ kind: 'control', data: 'end\n' }],
    refuse: (error) => ({ status: 422, headers: {}, body: error.code }),
  }),
})

const hosts: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of hosts.splice(0)) await close()
})

const throwBug: RouteDeps['onBug'] = (_where, error) => {
  throw error
}

async function start(lingerMs = 0, onBug = throwBug) {
  const world = harness()
  const door = lines(lingerMs)
  const routes = new Routes({
    registry: world.registry,
    engine: createFakeEngine(),
    models: onlyModel(world.engine),
    model: world.engine.info,
    clock: world.clock,
    files: new StaticFiles('no-such-folder'),
    origins: { allowed: [], loopbackOnly: true },
    modules: [() => [{ path: '/lines', method: 'GET', auth: 'key', cors: true, door }]],
    auth: new Authenticator({
      keys: [],
      tokenSecret: undefined,
      clock: world.clock,
      epochMs: () => world.clock.now(),
    }),
    fetches: new FetchTurns(refuseToFetch),
    webhooks: noWebhooks(world.clock),
    mayWatchAll: () => false,
    onSocket: () => undefined,
    onBug,
  })
  const host = new MemoryHost(routes)
  await host.listen({ host: '', port: 0 })
  hosts.push(async () => {
    await host[Symbol.asyncDispose]()
    await world.close()
  })
  const read = async (path = '/lines', headers: Record<string, string> = {}) => {
    const reader = await host.open({ path, headers })
    if (!(reader instanceof MemoryReader)) throw new Error(`answered ${reader.status}`)
    return reader
  }
  return { ...world, host, read }
}

describe('a streamed answer', () => {
  it('F1 W2 tells each event of the frame under its own number, ends explicitly, and leaves no session', async () => {
    const { read, runOut, registry, clock } = await start()
    const reader = await read()
    await runOut()
    expect(await reader.untilEnd()).toBe('.\n0started\n0step\n0step\n0image\nend\n')
    await settle()
    expect([registry.size, clock.pending]).toEqual([0, 0])
  })

  it('answers what is refused on the spot with a status of its own', async () => {
    const { host, registry } = await start()
    const reply = await host.request({ path: '/lines?steps=20' })
    expect(reply).toMatchObject({ status: 422, body: 'invalid_params' })
    await settle()
    expect(registry.size).toBe(0)
  })

  it('E1 ends the job of a reader who leaves', async () => {
    const { read, engine, registry, clock } = await start()
    const reader = await read()
    await settle()
    engine.step()
    reader.leave()
    await settle()
    engine.step()
    await settle()
    expect([registry.size, engine.running, clock.pending]).toEqual([0, 0, 0])
  })

  it('C3 is ended when it is not read and too much waits, and leaves nothing behind', async () => {
    const { read, engine, registry, clock } = await start()
    const reader = await read('/lines?steps=4&padding=12000000')
    reader.stall()
    for (let step = 0; step < 4; step++) {
      await settle()
      engine.step()
    }
    await settle()
    expect([reader.isOver, registry.size, engine.running, clock.pending]).toEqual([true, 0, 0, 0])
  })

  it('ends, and its job with it, when its dialect fails: the engine goes on for the others', async () => {
    const onBug = vi.fn()
    const { read, open, engine, runOut, registry, clock } = await start(0, onBug)
    const [other, reader] = [open(), await read('/lines?failsOn=started')]
    other.submit(1)
    await runOut()
    expect(await reader.untilEnd()).toBe('.\n')
    await settle()
    expect(onBug).toHaveBeenCalledExactlyOnceWith('streaming lines', new Error('a bug'))
    expect(other.endOf(1)?.type).toBe('image')
    registry.close(other.session)
    expect([registry.size, engine.running, clock.pending]).toEqual([0, 0, 0])
  })

  it('gives a sign of life while nothing happens', async () => {
    const { read, clock } = await start()
    const reader = await read()
    await settle()
    reader.flush()
    clock.advance(5001)
    expect(reader.flush()).toBe('.\n')
    reader.leave()
    await settle()
  })

  it('goes on for a reader who comes back, from the piece it stopped at, and makes the picture once', async () => {
    const { read, engine, runOut, clock, registry } = await start(60_000)
    const first = await read()
    await settle()
    engine.step()
    await settle()
    expect(first.flush()).toBe('.\n0started\n0step\n')
    first.leave()
    await runOut()
    const id = first.headers['x-stream']
    const second = await read('/lines', { 'last-event-id': `${id}:1` })
    expect(await second.untilEnd()).toBe('.\n0step\n0step\n0image\nend\n')
    expect(engine.jobs).toHaveLength(1)
    clock.advance(60_001)
    await settle()
    expect([registry.size, clock.pending]).toEqual([0, 0])
  })

  it('goes on for a reader who comes back before its old connection is known to be gone', async () => {
    const { read, engine, runOut, clock } = await start(5000)
    const first = await read()
    await settle()
    const second = await read('/lines', { 'last-event-id': `${first.headers['x-stream']}:0` })
    clock.advance(5001)
    await runOut()
    expect(await second.untilEnd()).toContain('0image\nend\n')
    expect(engine.jobs).toHaveLength(1)
  })

  it('tells who comes back too late not to come again', async () => {
    const { read, host, clock, runOut } = await start(1000)
    const reader = await read()
    await runOut()
    await reader.untilEnd()
    clock.advance(1001)
    const headers = { 'last-event-id': `${reader.headers['x-stream']}:4` }
    expect(await host.request({ path: '/lines', headers })).toMatchObject({ status: 204 })
  })

  it('gives the job up when the reader does not come back in time', async () => {
    const { read, engine, clock, registry } = await start(1000)
    const reader = await read()
    await settle()
    reader.leave()
    clock.advance(1001)
    await settle()
    engine.step()
    await settle()
    expect([registry.size, engine.running, clock.pending]).toEqual([0, 0, 0])
  })
})
