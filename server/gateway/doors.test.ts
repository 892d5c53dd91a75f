import { afterEach, describe, expect, it } from 'vitest'
import { PNG } from '../compat/dialect.contract.ts'
import { settle } from '../session/testing/harness.ts'
import { BodyReader } from './body-reader.ts'
import type { Reply } from './host.ts'
import { memoryServer } from './testing/memory-server.ts'
import type { MemoryServerOptions } from './testing/memory-server.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

async function start(options: MemoryServerOptions = {}) {
  const server = await memoryServer(options)
  close = server.close
  const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
    server.host.request({ method: 'POST', path, body, headers })
  return { ...server, post }
}

const ASK = JSON.stringify({ prompt: 'a cat', num_inference_steps: 2 })
const APP = '/fal-ai/lcm'
/** As long as nothing is painted, the plain doors answer those they have no room for, and no others. */
const refusedOf = async (replies: readonly Promise<Reply>[]) => {
  const refused: number[] = []
  for (const reply of replies) void reply.then(({ status }) => refused.push(status))
  await settle()
  return refused
}

describe("fal's plain doors and its queue", () => {
  type Post = Awaited<ReturnType<typeof start>>['post']
  const askPlainly = (post: Post) => Array.from({ length: 20 }, () => post(APP, ASK))
  const submit = (post: Post) => Promise.all(Array.from({ length: 20 }, () => post(`/queue${APP}`, ASK)))
  const allOk = Array<number>(20).fill(200)

  it('have lines of their own, whichever came first', async () => {
    const plainFirst = await start()
    expect(await refusedOf(askPlainly(plainFirst.post))).toEqual([429, 429, 429, 429])
    expect((await submit(plainFirst.post)).map(({ status }) => status)).toEqual(allOk)
    await close()
    const queueFirst = await start()
    expect((await submit(queueFirst.post)).map(({ status }) => status)).toEqual(allOk)
    expect(await refusedOf(askPlainly(queueFirst.post))).toEqual([429, 429, 429, 429])
  })

  it('take as many requests at once as wait in the line, however many pictures each asks for', async () => {
    const { post } = await start({ framesPerSecond: 120 })
    const ask = JSON.stringify({ prompt: 'a cat', num_images: 8 })
    const replies = await Promise.all(Array.from({ length: 256 }, () => post(`/queue${APP}`, ask)))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
  })
})

describe('a picture that takes longer than the server allows', () => {
  it("is told to fal's clients so that they do not ask for it again, in a browser too", async () => {
    const { post, clock, runOut } = await start()
    const reply = post(APP, ASK, { origin: 'http://localhost:3000' })
    await settle()
    clock.advance(10_000)
    const { status, headers } = await reply
    expect([status, headers['x-fal-request-timeout-type']]).toEqual([504, 'user'])
    expect(headers['access-control-expose-headers']).toContain('x-fal-request-timeout-type')
    await runOut()
  })

  it('ends the pictures asked for beside it, which nobody would be shown', async () => {
    const { post, clock, engine, runOut } = await start()
    const reply = post('/sdapi/v1/txt2img', JSON.stringify({ prompt: 'a cat', batch_size: 4 }))
    await settle()
    clock.advance(10_000)
    await runOut()
    expect(await reply).toMatchObject({ status: 504 })
    expect(engine.jobs).toHaveLength(1)
  })
})

describe('the body of a stranger', () => {
  const KEY = 'a-key-of-the-studio'
  const LARGE = new Uint8Array(1_000_000)
  const head = (path: string, headers: Record<string, string> = {}) => {
    const [plain = '', query = ''] = path.split('?')
    return { method: 'POST', path: plain, query, headers, remoteAddress: '127.0.0.1' }
  }

  it.each(['/', APP, `/queue${APP}`, '/files/upload', '/sdapi/v1/img2img'])(
    'to %s is not kept, and gets the 401 of that door all the same',
    async (path) => {
      const { routes, post } = await start({ keys: [KEY] })
      const { bodyLimitBytes, cutOffBytes } = routes.receive(head(path))
      expect(bodyLimitBytes).toBe(0)
      // As much as a client with a key may send is read: who is cut off hears no 401.
      expect(cutOffBytes).toBe(2 * routes.receive(head(path, { authorization: `Key ${KEY}` })).bodyLimitBytes)
      const [short, long] = [await post(path, '{}'), await post(path, LARGE)]
      expect([short.status, long.status]).toEqual([401, 401])
      expect(long.body).toEqual(short.body)
    },
  )

  it('costs one look at its key or ticket', async () => {
    const { post, auth, host } = await start({ keys: [KEY] })
    for (let tries = 0; tries < 10; tries++)
      expect(await post(APP, LARGE, { authorization: 'Key a-guess-of-somebody' })).toMatchObject({
        status: 401,
      })
    expect(await post(APP, ASK, { authorization: 'Key a-guess-of-somebody' })).toMatchObject({ status: 429 })
    const known = auth.identify({
      authorization: `Bearer ${(await auth.tokens.issue({ lifeSeconds: 60, apps: [], origins: [] })).token}`,
      query: new URLSearchParams(),
      address: '127.0.0.1',
    })
    if ('code' in known) throw new Error(known.message)
    const path = `/api/model?ticket=${auth.tickets.issue(known).ticket}`
    expect(await host.request({ path })).toMatchObject({ status: 200 })
    expect(await host.request({ path })).toMatchObject({ status: 401 })
  })
})

describe('bodies that are still on their way in', () => {
  const KEYS = ['a-key-of-the-studio', 'another-key-of-it']
  const MIB = 1024 * 1024
  const begin = (server: Awaited<ReturnType<typeof start>>, path: string, key = 0) => {
    const headers = { authorization: `Key ${KEYS[key]}` }
    const head = { method: 'POST', path, query: '', headers, remoteAddress: '127.0.0.1' }
    return new BodyReader(server.routes.receive(head))
  }
  const limits = { keys: KEYS, incomingLimits: { callerBytes: 3 * MIB, bytes: 5 * MIB } }

  it('hold so much of one caller and so much together, until they are whole or their sender has gone', async () => {
    const server = await start(limits)
    const [first, second] = [begin(server, APP), begin(server, `/queue${APP}`)]
    first.add(new Uint8Array(2 * MIB))
    second.add(new Uint8Array(2 * MIB))
    expect(second.end()).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
    const other = begin(server, '/sdapi/v1/img2img', 1)
    other.add(new Uint8Array(3 * MIB))
    expect(other.end()).toBeInstanceOf(Uint8Array)
    // Of the same caller again, now that the first has gone.
    first.drop()
    const third = begin(server, APP)
    for (let mib = 0; mib < 3; mib++) third.add(new Uint8Array(MIB))
    expect(third.end()).toHaveLength(3 * MIB)
  })

  it('are told so in the words of their door', async () => {
    const server = await start(limits)
    begin(server, APP).add(new Uint8Array(3 * MIB))
    for (const [path, field] of [
      [APP, 'detail'],
      ['/sdapi/v1/txt2img', 'detail'],
    ] as const) {
      const late = begin(server, path)
      late.add(new Uint8Array(MIB))
      const reply = late.end()
      if (reply instanceof Uint8Array) throw new Error('it was kept')
      expect([reply.status, JSON.parse(String(reply.body))]).toEqual([
        429,
        expect.objectContaining({ [field]: expect.anything() }),
      ])
    }
  })

  it('of words alone always get in', async () => {
    const server = await start(limits)
    begin(server, APP).add(new Uint8Array(3 * MIB))
    const small = begin(server, APP)
    small.add(new Uint8Array(64 * 1024))
    expect(small.end()).toHaveLength(64 * 1024)
  })
})

describe('a page of another site', () => {
  const BODY = JSON.stringify({ prompt: 'a cat', steps: 2 })

  it.each([
    ['GET', `${APP}?prompt=a`],
    ['GET', '/generate?prompt=a'],
    ['POST', '/sdapi/v1/txt2img'],
    ['POST', `/queue${APP}`],
  ])('has nothing painted by a picture or a form that says no Origin: %s %s', async (method, path) => {
    const { host, engine, runOut } = await start({ picture: async () => PNG })
    const ask = (site: string) =>
      host.open({ method, path, headers: { host: 'localhost:7878', 'sec-fetch-site': site }, body: BODY })
    expect(await ask('cross-site')).toMatchObject({ status: 403 })
    await runOut()
    expect(engine.jobs).toHaveLength(0)
    const own = ask('same-origin')
    await runOut()
    expect([(await own).status, engine.jobs.length]).toEqual([200, 1])
  })
})

describe('a page under a name that was made to lead to this machine', () => {
  const get = { method: 'GET', path: '/api/model' }
  const socket = { path: '/ws' }
  const evil = { host: 'evil.example:7878' }

  it('may not call a server that asks for no key', async () => {
    const { host } = await start({ origins: ['https://draw.example.org'] })
    const refused = await host.request({ ...get, headers: evil })
    expect([refused.status, JSON.parse(String(refused.body)).error]).toMatchObject([
      403,
      {
        code: 'forbidden_origin',
        field: 'host',
        value: evil.host,
        message: expect.stringContaining('ORIGINS'),
      },
    ])
    expect(await host.connect({ ...socket, headers: evil })).toMatchObject({ status: 403 })
    // What everyone may read says nothing about anyone.
    expect(await host.request({ path: '/livez', headers: evil })).toMatchObject({ status: 200 })
    for (const known of ['localhost:7878', 'draw.example.org', 'fal.run'])
      expect(await host.request({ ...get, headers: { host: known } })).toMatchObject({ status: 200 })
    expect(await host.request(get)).toMatchObject({ status: 200 })
  })

  it('has no key where one is asked for, so the name does not matter there', async () => {
    const { host } = await start({ keys: ['a-key-of-the-studio'] })
    const headers = { ...evil, authorization: 'Key a-key-of-the-studio' }
    expect(await host.request({ ...get, headers })).toMatchObject({ status: 200 })
    expect(await host.request({ ...get, headers: evil })).toMatchObject({ status: 401 })
  })
})
