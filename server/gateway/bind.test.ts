import { afterEach, describe, expect, it, vi } from 'vitest'
import type { SocketDialect } from '../compat/dialect.ts'
import { PNG_BASE64 } from '../compat/dialect.contract.ts'
import { IDLE_MS } from '../compat/fal-realtime.ts'
import { native } from '../compat/native.ts'
import { GIVES_WAY_AFTER_MS } from '../session/registry.ts'
import { settle } from '../session/testing/harness.ts'
import { HELLO_WITHIN_MS } from './bind.ts'
import type { FetchedImage } from './fetch-image.ts'
import { memoryServer } from './testing/memory-server.ts'
import type { MemoryServerOptions } from './testing/memory-server.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

async function start(options: MemoryServerOptions = {}) {
  const server = await memoryServer(options)
  close = server.close
  return server
}

const hello = JSON.stringify({ type: 'hello', protocol: 1 })

describe('a socket that never says hello', () => {
  it('W6 is told so and closed, so that it does not keep its place', async () => {
    const { open, clock, registry } = await start()
    const { client, read } = await open('/api/live')
    client.send(JSON.stringify({ type: 'ping', clientMs: 0 }))
    clock.advance(HELLO_WITHIN_MS - 1)
    expect([client.closeCode, registry.size]).toEqual([undefined, 1])
    clock.advance(1)
    expect(read().map(({ code }) => code)).toEqual(['hello_first', 'hello_timeout'])
    expect([client.closeCode, registry.size, clock.pending]).toEqual([4008, 0, 0])
  })

  it('W6 stays when it said hello in time', async () => {
    const { open, clock } = await start()
    const { client } = await open('/api/live')
    client.send(hello)
    clock.advance(HELLO_WITHIN_MS * 10)
    expect(client.closeCode).toBeUndefined()
  })
})

describe('a socket of a stranger', () => {
  it.each([
    ['/ws', 1000, { status: 'error', error: 'Unauthorized' }],
    ['/api/live', 4001, { type: 'error', code: 'unauthorized' }],
  ])(
    'at %s is told so at once and closed: nothing of what it sends is waited for',
    async (path, code, words) => {
      const { open, clock, routes, registry } = await start({ keys: ['a-key-of-the-studio'] })
      const { client, read } = await open(path)
      expect(read()).toMatchObject([words])
      expect([client.closeCode, clock.pending, routes.open.size, registry.size]).toEqual([code, 0, 0, 0])
    },
  )

  it('hears that its token is for another app', async () => {
    const { open, auth } = await start({ keys: ['a-key-of-the-studio'] })
    const { token } = await auth.tokens.issue({ lifeSeconds: 60, apps: ['lcm'], origins: [] })
    const { client, read } = await open(`/ws?fal_jwt_token=${token}`)
    expect(read()).toMatchObject([{ type: 'x-fal-error', code: 'forbidden' }])
    expect(client.closeCode).toBe(4003)
  })
})

describe('a socket that is not read', () => {
  it('C3 is closed with 1008 when it leaves more than 1024 messages', async () => {
    const { open } = await start()
    const { client, read } = await open('/api/live')
    client.send(hello)
    client.stall()
    for (let count = 0; count < 1024; count++) client.send(JSON.stringify({ type: 'ping', clientMs: count }))
    expect(client.closeCode).toBeUndefined()
    for (let count = 0; count < 3; count++) client.send(JSON.stringify({ type: 'ping', clientMs: count }))
    expect([client.closeCode, client.closeReason]).toEqual([1008, 'reads too slowly'])
    expect(read().length).toBeGreaterThan(0)
  })

  it('C3 is closed with 1008 when it leaves more than 32 MiB, in however few messages', async () => {
    const heavy = new Uint8Array(6_000_000)
    const { open, runOut } = await start({ picture: async () => heavy })
    const { client } = await open('/ws?max_buffering=60')
    client.stall()
    const ask = JSON.stringify({ prompt: 'a', image_url: PNG_BASE64 })
    for (let asked = 0; asked < 4; asked++) {
      client.send(ask)
      await runOut()
    }
    expect(client.closeCode).toBeUndefined()
    for (let asked = 0; asked < 4; asked++) {
      client.send(ask)
      await runOut()
    }
    expect([client.closeCode, client.closeReason]).toEqual([1008, 'reads too slowly'])
  })
})

describe("fal's socket without inputs", () => {
  const ask = JSON.stringify({ prompt: 'a', image_url: `data:image/png;base64,${PNG_BASE64}` })

  it('is told TIMEOUT and closed with 1000, after its last request as after none', async () => {
    const { open, clock, runOut } = await start()
    const [silent, asking] = [await open('/ws'), await open('/realtime')]
    clock.advance(IDLE_MS - 1)
    asking.client.send(ask)
    await runOut()
    clock.advance(1)
    expect(silent.read()).toEqual([{ type: 'x-fal-error', error: 'TIMEOUT', reason: expect.any(String) }])
    expect([silent.client.closeCode, asking.client.closeCode]).toEqual([1000, undefined])
    asking.read()
    clock.advance(IDLE_MS - 1)
    expect(asking.read()).toMatchObject([{ error: 'TIMEOUT' }])
    expect([asking.client.closeCode, clock.pending]).toEqual([1000, 0])
  })

  it('stays while its request waits, be it for the picture of somebody else', async () => {
    let arrive: (fetched: FetchedImage) => void = () => undefined
    const { open, clock, runOut } = await start({
      fetchImage: () => new Promise((resolve) => (arrive = resolve)),
    })
    const { client, read } = await open('/ws')
    client.send(JSON.stringify({ prompt: 'a', image_url: 'https://pictures.example/a.png' }))
    clock.advance(IDLE_MS)
    expect([client.closeCode, read()]).toEqual([undefined, []])
    arrive({ ok: true, image: new Uint8Array(Buffer.from(PNG_BASE64, 'base64')) })
    await runOut()
    expect(read()).toMatchObject([{ images: [{}] }])
    clock.advance(IDLE_MS)
    expect(client.closeCode).toBe(1000)
  })
})

describe("fal's socket where many requests may wait", () => {
  it('takes all of them at once, however many pictures each asks for', async () => {
    const { open, runOut } = await start({ framesPerSecond: 120 })
    const { client, read } = await open('/ws?max_buffering=60')
    const ids = Array.from({ length: 60 }, (_, index) => `${index}`)
    for (const request_id of ids)
      client.send(JSON.stringify({ prompt: 'a', image_url: PNG_BASE64, num_images: 8, request_id }))
    await runOut()
    expect(read().map(({ request_id, images }) => [request_id, images?.length])).toEqual(
      ids.map((id) => [id, 8]),
    )
  })

  it('C1 is told to send fewer when it sends more than 240 requests at once', async () => {
    const { open } = await start({ framesPerSecond: 120 })
    const { client, read } = await open('/ws?max_buffering=60')
    const ask = JSON.stringify({ prompt: 'a', image_url: PNG_BASE64, num_images: 2 })
    for (let asked = 0; asked < 240; asked++) client.send(ask)
    expect(read()).toEqual([])
    client.send(ask)
    expect(read()).toMatchObject([{ type: 'x-fal-error', code: 'rate_limited' }])
  })
})

describe("fal's socket that is read slowly", () => {
  const ask = (request_id: string) =>
    JSON.stringify({ prompt: 'a', image_url: `data:image/png;base64,${PNG_BASE64}`, request_id })
  const answered = async (path: string) => {
    const { open, runOut } = await start()
    const { client, read } = await open(path)
    client.stall()
    for (const id of ['one', 'two', 'three']) {
      client.send(ask(id))
      await runOut()
    }
    // The first fills the network; the second and the third wait.
    return [...read(), ...read(), ...read()].map(({ request_id }) => request_id)
  }

  it('C3 gets the newest answer, or where several requests may wait every one of them', async () => {
    expect(await answered('/ws')).toEqual(['one', 'three'])
    await close()
    expect(await answered('/ws?max_buffering=2')).toEqual(['one', 'two', 'three'])
  })
})

describe('a dialect that fails to say something', () => {
  const failing = (failsOn: string): SocketDialect => ({
    ...native,
    id: 'failing',
    translator: (context) => {
      const translator = native.translator(context)
      const encode: typeof translator.encode = (event) => {
        if (event.type === failsOn) throw new Error('a bug')
        return translator.encode(event)
      }
      return { decode: (input) => translator.decode(input), encode }
    },
  })
  const startWith = async (failsOn: string) => {
    const onBug = vi.fn()
    const server = await start({
      modules: [() => [{ path: '/failing', auth: 'key', door: failing(failsOn) }]],
      onBug,
    })
    const [bad, good] = [await server.open('/failing'), await server.open('/api/live')]
    for (const { client } of [bad, good]) {
      client.send(hello)
      client.send(JSON.stringify({ type: 'params', rev: 1, params: server.engine.info.defaults }))
      client.send(JSON.stringify({ type: 'frame', seq: 1, rev: 1 }))
    }
    return { ...server, onBug, bad, good }
  }

  it('loses its own socket; the others hear of the engine all the same', async () => {
    const { engine, onBug, bad, good, registry } = await startWith('engine')
    engine.setState({ name: 'degraded', detail: 'restarting' })
    expect(good.read().at(-1)).toMatchObject({ type: 'status', engine: 'degraded' })
    expect([bad.client.closeCode, bad.client.closeReason, registry.size]).toEqual([1011, 'internal', 1])
    expect(onBug).toHaveBeenCalledExactlyOnceWith('telling a failing client of engine', new Error('a bug'))
  })

  it('does not keep others from being painted for', async () => {
    const { runOut, onBug, bad, good, clock } = await startWith('started')
    await runOut()
    expect(good.read().map(({ type }) => type)).toContain('image')
    expect([bad.client.closeCode, onBug.mock.calls.length]).toEqual([1011, 1])
    good.client.close()
    await settle()
    expect(clock.pending).toBe(0)
  })
})

describe('a server that is full', () => {
  it('forgets the sockets it sends away', async () => {
    const { open, routes, socketChanges, clock } = await start({ maxSessions: 0 })
    const { client, read } = await open('/ws')
    expect(read()).toMatchObject([{ code: 'too_many_sessions' }])
    expect([client.closeCode, routes.open.size, clock.pending]).toEqual([1013, 0, 0])
    expect(socketChanges).toEqual(['fal-realtime opened 0', 'fal-realtime closed 1013'])
  })
})

describe('a socket whose place somebody else needs', () => {
  it('E5 is told why and closed with 1013', async () => {
    const { open, registry, clock } = await start({ maxSessions: 1 })
    const enter = async () => {
      const opened = await open('/api/live')
      opened.client.send(hello)
      return opened
    }
    const quiet = await enter()
    clock.advance(GIVES_WAY_AFTER_MS)
    const newcomer = await enter()
    expect(quiet.read().at(-1)).toMatchObject({ code: 'too_many_sessions' })
    expect([quiet.client.closeCode, newcomer.client.closeCode, registry.size]).toEqual([1013, undefined, 1])
  })
})

describe('a socket that only watches', () => {
  it('keeps its place however long it says nothing', async () => {
    const { open, clock } = await start({ maxSessions: 1 })
    const watching = await open('/sdapi/v1/preview')
    clock.advance(2 * GIVES_WAY_AFTER_MS)
    const newcomer = await open('/ws')
    expect(newcomer.read()).toMatchObject([{ code: 'too_many_sessions' }])
    expect(watching.client.closeCode).toBeUndefined()
  })
})

describe('completion', () => {
  it('W2 is a message of its own: the last step says nothing of the end, and no end comes before its picture', async () => {
    const { open, engine } = await start()
    const { client, read } = await open('/api/live')
    client.send(hello)
    const params = { ...engine.info.defaults, steps: 2 }
    client.send(JSON.stringify({ type: 'params', rev: 1, params }))
    client.send(JSON.stringify({ type: 'frame', seq: 1, rev: 1 }))
    const types: string[] = []
    const look = async () => {
      await settle()
      types.push(...read().map(({ type }) => type))
    }
    await look()
    for (let step = 0; step < 2; step++) {
      engine.step()
      await look()
      if (step === 0) expect(types).not.toContain('image')
    }
    while (engine.step() > 0) await look()
    await look()
    expect(types.filter((type) => type !== 'welcome' && type !== 'status')).toEqual([
      'started',
      'step',
      'step',
      'image',
    ])
  })
})
