import { afterEach, describe, expect, it } from 'vitest'
import { onlyModel } from '../models/models.ts'
import { Authenticator } from '../auth/authenticator.ts'
import { PNG_BASE64 } from '../compat/dialect.contract.ts'
import { IDLE_MS } from '../compat/fal-realtime.ts'
import { harness, settle } from '../session/testing/harness.ts'
import { HELLO_WITHIN_MS } from './bind.ts'
import { refuseToFetch } from './fetch-image.ts'
import type { FetchedImage, FetchImage } from './fetch-image.ts'
import { MemoryClient, MemoryHost } from './memory-host.ts'
import { Routes } from './routes.ts'
import { ALL_ROUTES } from './routes/all.ts'
import { StaticFiles } from './static-files.ts'
import { noWebhooks } from './testing/no-webhooks.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

async function start(keys: readonly string[] = [], fetchImage: FetchImage = refuseToFetch) {
  const world = harness()
  const { clock, registry, engine } = world
  const routes = new Routes({
    registry,
    engine,
    models: onlyModel(engine),
    model: engine.info,
    clock,
    files: new StaticFiles('no-such-folder'),
    origins: { allowed: [], loopbackOnly: true },
    modules: ALL_ROUTES,
    auth: new Authenticator({ keys, tokenSecret: undefined, clock, epochMs: () => clock.now() }),
    fetchImage,
    webhooks: noWebhooks(clock),
    onSocket: () => undefined,
    onBug: (_where, error) => {
      throw error
    },
  })
  const host = new MemoryHost(routes)
  await host.listen({ host: '', port: 0 })
  close = async () => {
    await host[Symbol.asyncDispose]()
    await world.close()
  }
  const open = async (path: string) => {
    const client = await host.connect({ path })
    if (!(client instanceof MemoryClient)) throw new Error(`refused with ${client.status}`)
    const read = () => client.flush().map((message) => JSON.parse(String(message)))
    return { client, read }
  }
  return { ...world, open }
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

  it('goes in the same time when nobody knows who it is', async () => {
    const { open, clock } = await start(['a-key-of-the-studio'])
    const { client } = await open('/ws')
    clock.advance(HELLO_WITHIN_MS)
    expect([client.closeCode, clock.pending]).toEqual([1000, 0])
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
    const { open, clock, runOut } = await start([], () => new Promise((resolve) => (arrive = resolve)))
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
