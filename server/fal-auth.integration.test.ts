// fal's published packages against a server with keys: their key, the tokens they fetch with it, and what they do when
// one is too old.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cleanUpAfterTests, dataUriOf, SKETCH, start } from './testing/running-server.ts'
import { ALL_CLIENTS, CLIENTS, leadFalHostsTo, resultOf } from './testing/fal-hosts.ts'
import type { ClientVersion, FalResult } from './testing/fal-hosts.ts'

const KEY = 'a-key-of-more-than-thirty-two-characters'
let port = 0
leadFalHostsTo(() => port)
cleanUpAfterTests()

/** Before the clients are imported, which take hold of `fetch` then. */
let tokensFetched = 0
const { fetch: plainFetch } = globalThis
globalThis.fetch = async (...asked) => {
  if (String(asked[0]).endsWith('/tokens/')) tokensFetched += 1
  return await plainFetch(...asked)
}

let running: Awaited<ReturnType<typeof start>>
const startWithKeys = async () => {
  running = await start({}, { SKETCHWIRE_KEYS: KEY })
  port = running.server.port
}
beforeEach(startWithKeys)
afterEach(() => vi.useRealTimers())

const INPUT = { prompt: 'a cat', image_url: dataUriOf(SKETCH), num_inference_steps: 2, seed: 7 }

async function load(version: ClientVersion, credentials = KEY) {
  const fal = await version.load()
  fal.config({ credentials })
  return fal
}

/** 0.6.1 keeps its token for an app beyond the test file, and one of another server is worth nothing here. */
const appOf = ({ name, app }: ClientVersion) => (name === CLIENTS['0.6.1'].name ? '110602490-lcm' : app)

async function connect(version: ClientVersion, options: object = {}) {
  const fal = await load(version)
  const results: FalResult[] = []
  const errors: { status: number }[] = []
  const connection = fal.realtime.connect(appOf(version), {
    connectionKey: randomUUID(),
    clientOnly: false,
    throttleInterval: 0,
    onResult: (result: FalResult) => results.push(result),
    onError: (error: { status: number }) => errors.push(error),
    ...options,
  })
  return { connection, errors, ids: () => results.map(({ request_id }) => request_id) }
}

const ask = (request_id: string) => ({ ...INPUT, request_id })

async function post(path: string, body: object, authorization = `Key ${KEY}`) {
  const headers = { authorization, 'content-type': 'application/json' }
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return { status: reply.status, body: (await reply.json()) as unknown }
}

describe.each(ALL_CLIENTS)('$name', (version) => {
  it('is let in with its key, uploads and socket included, and not without', async () => {
    const fal = await load(version)
    expect(resultOf(await fal.run(appOf(version), { input: INPUT }))).toMatchObject({ seed: 7 })
    const talk = await connect(version)
    talk.connection.send(ask('token'))
    await expect.poll(talk.ids).toEqual(['token'])
    const stranger = await load(version, 'not:the-key')
    await expect(stranger.run(appOf(version), { input: INPUT })).rejects.toMatchObject({ status: 401 })
    expect(running.engine.jobs).toHaveLength(2)
  })
})

// 0.6.1 forgets a token of its own accord and knows no word for one that is too old.
describe.each(ALL_CLIENTS.filter(({ name }) => name !== CLIENTS['0.6.1'].name))('$name', (version) => {
  it('comes back with a token that has expired, is told so in its own words, and fetches another', async () => {
    const talk = await connect(version)
    talk.connection.send(ask('young'))
    await expect.poll(talk.ids).toEqual(['young'])
    // The server goes and comes back, and meanwhile ten minutes pass; the token was good for two.
    await running.server.stop(0)
    await startWithKeys()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
    await expect.poll(() => talk.errors.length).toBe(1)
    tokensFetched = 0
    // Only the request that brings the news is lost; whoever draws sends the next at once.
    await expect
      .poll(
        () => {
          talk.connection.send(ask('again'))
          return talk.ids().at(-1)
        },
        { interval: 100, timeout: 20_000 },
      )
      .toBe('again')
    // The server's goodbye is all the application hears: what the old token gets is between client and server.
    expect(talk.errors.map(({ status }) => status)).toEqual([1012])
    expect(tokensFetched).toBe(1)
  })
})

describe('tokens', () => {
  it('come from both endpoints, each in its shape, and open the socket of the app they are for', async () => {
    const classic = await post('/tokens/', { allowed_apps: ['lcm-sd15-i2i'], token_expiration: 120 })
    const modern = await post('/tokens/realtime', { app: 'fal-ai/lcm-sd15-i2i/realtime', duration: 60 })
    expect(classic).toMatchObject({ status: 200, body: expect.stringMatching(/^ey/) })
    expect(modern).toMatchObject({ status: 200, body: { token: expect.stringMatching(/^ey/) } })
    const { token } = modern.body as { token: string }
    for (const tokenProvider of [async () => String(classic.body), async () => token]) {
      const talk = await connect(CLIENTS['1.10.1'], { tokenProvider })
      talk.connection.send(ask('mine'))
      await expect.poll(talk.ids).toEqual(['mine'])
    }
  })

  it('for one app open its queue and the storage too', async () => {
    const { body } = await post('/tokens/', { allowed_apps: ['lcm-sd15-i2i'] })
    const bearer = `Bearer ${String(body)}`
    const submitted = await post('/queue/fal-ai/lcm-sd15-i2i', INPUT, bearer)
    expect(submitted).toMatchObject({ status: 200, body: { status: 'IN_QUEUE' } })
    const { request_id: requestId } = submitted.body as { request_id: string }
    const path = `/queue/fal-ai/lcm-sd15-i2i/requests/${requestId}`
    const ask = async (end: string) =>
      (await fetch(`http://127.0.0.1:${port}${path}${end}`, { headers: { authorization: bearer } })).status
    await expect.poll(() => ask('/status')).toBe(200)
    expect(await ask('')).toBe(200)
    const announced = await post('/storage/upload/initiate', { file_name: 'a.jpg' }, bearer)
    expect(announced).toMatchObject({ status: 200, body: { file_url: expect.any(String) } })
    // Another app's queue stays shut, by its own path and by that of a result.
    expect((await post('/queue/fal-ai/lcm', { prompt: 'a boat' }, bearer)).status).toBe(403)
    const other = `http://127.0.0.1:${port}${path.replace('lcm-sd15-i2i', 'lcm')}`
    expect((await fetch(other, { headers: { authorization: bearer } })).status).toBe(403)
  })

  it('for one app open no other, and make no tokens', async () => {
    const { body } = await post('/tokens/', { allowed_apps: ['lcm'] })
    const talk = await connect(CLIENTS['1.10.1'], { tokenProvider: async () => String(body) })
    talk.connection.send(ask('not mine'))
    await expect.poll(() => talk.errors.length).toBeGreaterThan(0)
    expect(talk.ids()).toEqual([])
    expect((await post('/fal-ai/lcm', { prompt: 'a boat' }, `Bearer ${String(body)}`)).status).toBe(200)
    expect((await post('/fal-ai/lcm-sd15-i2i', INPUT, `Bearer ${String(body)}`)).status).toBe(403)
    expect((await post('/tokens/', {}, `Bearer ${String(body)}`)).status).toBe(403)
  })

  it.each(['/tokens/', '/tokens/realtime', '/fal-ai/lcm', '/queue/fal-ai/lcm', '/storage/upload/initiate'])(
    '%s asks for a key, in fal-shaped words',
    async (path) => {
      const { status, body } = await post(path, {}, '')
      expect([status, body]).toEqual([401, expect.objectContaining({ detail: expect.any(String) })])
    },
  )

  it('the proxy passes nobody by who has no key', async () => {
    const headers = { 'x-fal-target-url': 'https://fal.run/fal-ai/lcm' }
    const asked = { method: 'POST', headers, body: '{"prompt":"a boat"}' }
    expect((await fetch(`http://127.0.0.1:${port}/api/fal/proxy`, asked)).status).toBe(401)
  })
})
