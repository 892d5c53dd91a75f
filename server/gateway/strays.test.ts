import { afterEach, expect, it } from 'vitest'
import { memoryServer } from './testing/memory-server.ts'
import type { MemoryServerOptions } from './testing/memory-server.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

const PAGE = 'http://localhost:5500'
const EVIL = 'https://evil.example'
const KEYS = ['a-key-of-the-studio']

async function start(options: MemoryServerOptions = {}) {
  const server = await memoryServer(options)
  close = server.close
  const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
    server.host.request({ method, path, headers })
  const preflight = (path: string, origin: string, method = 'POST') =>
    ask('OPTIONS', path, { origin, 'access-control-request-method': method })
  return { host: server.host, ask, preflight }
}

const origin = 'access-control-allow-origin'

it.each([
  ['GET', '/nothing', 404],
  ['HEAD', '/', 404],
  ['POST', '/sdapi/v1/sam/heartbeat', 404],
  ['DELETE', '/nothing', 405],
  ['GET', '/sdapi/v1/preview', 426],
])('%s %s can be read by pages that are let in, and by no others', async (method, path, status) => {
  const { ask } = await start()
  const reply = await ask(method, path, { origin: PAGE })
  expect([reply.status, reply.headers[origin]]).toEqual([status, PAGE])
  expect(reply.headers['vary']).toContain('origin')
  expect((await ask(method, path, { origin: EVIL })).headers).not.toHaveProperty(origin)
  expect((await ask(method, path)).headers).not.toHaveProperty(origin)
})

it('answers a body that is too long so that a page reads why', async () => {
  const { host } = await start()
  const body = new Uint8Array(100_000)
  const reply = await host.request({ method: 'POST', path: '/nothing', headers: { origin: PAGE }, body })
  expect([reply.status, reply.headers[origin]]).toEqual([413, PAGE])
})

it('answers the question before a request to nowhere, so that the page hears that it is nowhere', async () => {
  const { preflight, ask } = await start()
  for (const path of ['/sdapi/v1/sam/heartbeat', '/controlnet/version', '/']) {
    const reply = await preflight(path, PAGE)
    expect([reply.status, reply.headers[origin]]).toEqual([204, PAGE])
    expect(reply.headers['access-control-allow-methods']).toContain('POST')
    expect((await preflight(path, EVIL)).status).toBe(403)
  }
  // Who does not ask as a browser does hears what there is.
  expect((await ask('OPTIONS', '/nothing', { origin: PAGE })).status).toBe(405)
  expect((await ask('OPTIONS', '/livez', { origin: PAGE })).status).toBe(405)
})

it('lets no page be read with what its browser keeps unless the operator named it', async () => {
  const listed = 'https://draw.example.org'
  const { preflight, ask } = await start({ keys: KEYS, origins: [listed] })
  const withKey = { authorization: `Key ${KEYS[0]}` }
  const allowed = async (from: string, path: string, method = 'GET') => {
    const question = await preflight(path, from, method)
    const reply = await ask(method, path, { ...withKey, origin: from })
    const stranger = await ask(method, path, { origin: from })
    expect([reply.status, stranger.status]).toEqual([200, 401])
    return [question, reply, stranger].map(({ headers }) => headers['access-control-allow-credentials'])
  }
  expect(await allowed(listed, '/sdapi/v1/options')).toEqual(['true', 'true', 'true'])
  expect(await allowed(listed, '/internal/ping')).toEqual(['true', 'true', 'true'])
  expect(await allowed(PAGE, '/sdapi/v1/options')).toEqual([undefined, undefined, undefined])
  // The other doors' originals never said so.
  expect(await allowed(listed, '/api/models')).toEqual([undefined, undefined, undefined])
})

it('lets every page that may call have its browser send what it keeps where no key is asked for', async () => {
  const { ask } = await start()
  const reply = (from: string) => ask('GET', '/sdapi/v1/options', { origin: from })
  expect((await reply(PAGE)).headers).toMatchObject({
    [origin]: PAGE,
    'access-control-allow-credentials': 'true',
  })
  const refused = await reply(EVIL)
  expect([refused.status, refused.headers['access-control-allow-credentials']]).toEqual([403, undefined])
})
