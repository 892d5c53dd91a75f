import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createEvents } from './events.ts'
import { plainRequest, refusedUpgrade, WsClient } from './gateway/testing/ws-client.ts'
import type { Server } from './server.ts'
import { cleanUpAfterTests, connect, falBody, start } from './testing/running-server.ts'

cleanUpAfterTests()

const KEY = 'studio-key-0123456789'
const KEYS = { SKETCHWIRE_KEYS: `${KEY},other-key-0123456789` }
const BLOG = 'https://blog.example'

const post = (server: Server, path: string, headers: Record<string, string>, body: unknown = {}) =>
  plainRequest(server.port, {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const withKey = { authorization: `Key ${KEY}` }

async function tokenOf(server: Server, asked: unknown = {}): Promise<string> {
  const reply = await post(server, '/api/tokens', withKey, asked)
  expect(reply.status).toBe(200)
  return JSON.parse(reply.body).token
}

describe('a server with keys', () => {
  it('answers 401 with JSON to whom it does not know, in the style of each door, and serves the page all the same', async () => {
    const { server, engine } = await start({}, KEYS)
    for (const headers of [
      {},
      { authorization: 'Key wrong-key-0123456789' },
      { authorization: 'Bearer a.b.c' },
    ]) {
      const fal = await post(server, '/fal-ai/lcm-sd15-i2i', headers, falBody())
      expect([fal.status, JSON.parse(fal.body).code]).toEqual([401, 'unauthorized'])
      const own = await plainRequest(server.port, { path: '/api/model', headers })
      expect([own.status, JSON.parse(own.body).error.code]).toEqual([401, 'unauthorized'])
    }
    for (const path of ['/', '/livez', '/readyz'])
      expect(await plainRequest(server.port, { path })).toMatchObject({ status: 200 })
    expect(engine.jobs).toHaveLength(0)
  })

  it('reads a large body of whom it does not know to its end, and says 401 then', async () => {
    const { server } = await start({}, KEYS)
    const body = 'x'.repeat(4_000_000)
    for (const path of ['/fal-ai/lcm', '/files/upload', '/sdapi/v1/img2img'])
      expect(await post(server, path, { authorization: 'Key wrong-key-0123456789' }, body)).toMatchObject({
        status: 401,
      })
  })

  it.each(['Key', 'Bearer'])('lets in whoever has a key, with %s', async (scheme) => {
    const { server } = await start({}, KEYS)
    const headers = { authorization: `${scheme} ${KEY}` }
    expect(await post(server, '/', headers, falBody())).toMatchObject({ status: 200 })
    const client = await connect(server, '/api/live', headers)
    client.sendJson({ type: 'hello', protocol: 1 })
    await client.untilType('welcome')
  })

  it('tells a socket without a key so in words, then closes with 4001', async () => {
    const { server } = await start({}, KEYS)
    for (const path of ['/api/live', '/api/live?ticket=none', '/api/live?token=a.b.c']) {
      const client = await connect(server, path)
      client.sendJson({ type: 'hello', protocol: 1 })
      expect(await client.untilType('error')).toMatchObject({ code: 'unauthorized' })
      expect(await client.closed).toBe(4001)
    }
    expect(server.sessions.size).toBe(0)
  })

  it("makes fal's clients ask for a new token: Unauthorized after their first message, then 1000", async () => {
    const { server } = await start({}, KEYS)
    const client = await connect(server, '/ws?fal_jwt_token=stale')
    client.send(falBody())
    expect(JSON.parse(String(await client.next()))).toMatchObject({ status: 'error', error: 'Unauthorized' })
    expect(await client.closed).toBe(1000)
    const token = await tokenOf(server)
    const second = await connect(server, `/ws?fal_jwt_token=${token}`)
    second.send(falBody({ request_id: 'again' }))
    expect(JSON.parse(String(await second.next()))).toMatchObject({ request_id: 'again' })
  })

  it('makes tickets that open one socket once', async () => {
    const { server } = await start({}, KEYS)
    const { ticket, expiresInSeconds } = JSON.parse((await post(server, '/api/tickets', withKey)).body)
    expect(expiresInSeconds).toBe(30)
    const first = await connect(server, `/api/live?ticket=${ticket}`)
    first.sendJson({ type: 'hello', protocol: 1 })
    await first.untilType('welcome')
    const second = await connect(server, `/api/live?ticket=${ticket}`)
    second.sendJson({ type: 'hello', protocol: 1 })
    expect(await second.closed).toBe(4001)
    expect(await post(server, '/api/tickets', {})).toMatchObject({ status: 401 })
  })

  it('makes no ticket with a ticket, so that nothing outlives the token it began with', async () => {
    const { server } = await start({}, KEYS)
    const token = await tokenOf(server, { expiresInSeconds: 10 })
    const bearer = { authorization: `Bearer ${token}` }
    for (const shown of [withKey, bearer]) {
      const { ticket, expiresInSeconds } = JSON.parse((await post(server, '/api/tickets', shown)).body)
      expect(expiresInSeconds <= (shown === bearer ? 10 : 30)).toBe(true)
      const reply = await post(server, `/api/tickets?ticket=${ticket}`, {})
      expect([reply.status, JSON.parse(reply.body).error]).toEqual([
        403,
        { code: 'forbidden', message: expect.stringContaining('not with another ticket') },
      ])
    }
  })

  it('keeps its tokens over a change of keys with SKETCHWIRE_TOKEN_SECRET, and not without', async () => {
    const secret = { SKETCHWIRE_TOKEN_SECRET: 'a secret of the operator, 0123456789' }
    const otherKeys = { SKETCHWIRE_KEYS: 'new-key-0123456789' }
    const makeAndShow = async (more: Record<string, string>) => {
      const before = await start({}, { ...KEYS, ...more })
      const headers = { authorization: `Bearer ${await tokenOf(before.server)}` }
      const after = await start({}, { ...otherKeys, ...more })
      return (await plainRequest(after.server.port, { path: '/api/model', headers })).status
    }
    expect(await makeAndShow(secret)).toBe(200)
    expect(await makeAndShow({})).toBe(401)
  })

  it('makes tokens with a key alone, and says what is wrong with a wish', async () => {
    const { server } = await start({}, KEYS)
    const token = await tokenOf(server, { expiresInSeconds: 60, subject: 'ada' })
    const bearer = { authorization: `Bearer ${token}` }
    expect(await post(server, '/api/tokens', bearer)).toMatchObject({ status: 403 })
    expect(await post(server, '/api/tickets', bearer)).toMatchObject({ status: 200 })
    expect(await post(server, '/', bearer, falBody())).toMatchObject({ status: 200 })
    for (const wish of [
      { expiresInSeconds: 1 },
      { expiresInSeconds: 86_400 },
      { origins: ['blog'] },
      { subject: '' },
      { subject: 'ada\nlevel: fatal' },
      { subject: 'a'.repeat(129) },
      { origins: Array<string>(21).fill(BLOG) },
    ]) {
      const reply = await post(server, '/api/tokens', withKey, wish)
      expect([reply.status, JSON.parse(reply.body).error.field.split('.')[0]]).toEqual([
        422,
        Object.keys(wish)[0],
      ])
    }
  })

  it('lets a page of another origin in with a token made for it, and no other page', async () => {
    const { server } = await start({}, KEYS)
    const token = await tokenOf(server, { origins: [BLOG] })
    const url = `ws://127.0.0.1:${server.port}/api/live?token=${token}`
    const client = await connect(server, `/api/live?token=${token}`, { origin: BLOG })
    client.sendJson({ type: 'hello', protocol: 1 })
    await client.untilType('welcome')
    expect(await refusedUpgrade(url, { origin: 'https://evil.example' })).toBe(403)
    const bearer = { authorization: `Bearer ${token}` }
    const ticket = await post(server, '/api/tickets', { ...bearer, origin: BLOG })
    expect(ticket).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': BLOG } })
    expect(await post(server, '/api/tickets', { ...bearer, origin: 'https://evil.example' })).toMatchObject({
      status: 403,
    })
    // An embedded canvas asks from the server's own origin, and says whose page it is in.
    expect(await post(server, '/api/tickets', bearer, { page: BLOG })).toMatchObject({ status: 200 })
    const elsewhere = await post(server, '/api/tickets', bearer, { page: 'https://evil.example' })
    expect(elsewhere.status).toBe(403)
    expect(JSON.parse(elsewhere.body).error).toMatchObject({ code: 'forbidden_origin', field: 'page' })
    const anywhere = { authorization: `Bearer ${await tokenOf(server)}` }
    expect(await post(server, '/api/tickets', anywhere, { page: BLOG })).toMatchObject({ status: 200 })
    expect(await post(server, '/api/tickets', anywhere, { page: 'blog' })).toMatchObject({ status: 422 })
    const preflight = await plainRequest(server.port, {
      method: 'OPTIONS',
      path: '/api/tickets',
      headers: { origin: BLOG, 'access-control-request-headers': 'authorization' },
    })
    expect(preflight).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-headers': 'authorization' },
    })
  })
})

describe('wrong keys', () => {
  const wrong = { authorization: 'Key a-guess-of-somebody-else' }
  const guess = async (server: Server, headers: Record<string, string> = wrong) => {
    const replies = []
    for (let tries = 0; tries < 11; tries++) replies.push(await post(server, '/api/tickets', headers))
    expect(replies.map(({ status }) => status)).toEqual([...Array<number>(10).fill(401), 429])
  }

  it('get 429 with Retry-After after ten tries, in the shape of each door and on the handshake of a socket', async () => {
    const { server } = await start({}, KEYS)
    await guess(server)
    const shapes: [string, object][] = [
      ['/api/tickets', { error: expect.objectContaining({ code: 'rate_limited' }) }],
      ['/fal-ai/lcm', { detail: expect.any(String), code: 'rate_limited' }],
      ['/fal-ai/lcm/stream', { detail: expect.any(String) }],
      ['/queue/fal-ai/lcm', { detail: expect.any(String) }],
      [
        '/sdapi/v1/txt2img',
        { error: 'rate_limited', detail: expect.any(String), body: '', errors: expect.any(String) },
      ],
    ]
    for (const [path, shape] of shapes) {
      const { status, headers, body } = await post(server, path, wrong)
      expect([path, status, JSON.parse(body)]).toEqual([path, 429, expect.objectContaining(shape)])
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    }
    const events = await plainRequest(server.port, { path: '/generate?prompt=a', headers: wrong })
    expect([events.status, Number(events.headers['retry-after']) > 0]).toEqual([429, true])
    for (const path of ['/api/live', '/ws', '/images/generate-ws'])
      expect(await refusedUpgrade(`ws://127.0.0.1:${server.port}${path}`, wrong)).toBe(429)
    // Who shows nothing hears what there is to show, as ever.
    expect(await post(server, '/fal-ai/lcm', {})).toMatchObject({ status: 401 })
  })

  it('are counted for the address behind a listed proxy, and a header of anyone else is not believed', async () => {
    const behind = (client: string) => ({ ...wrong, 'x-forwarded-for': client })
    const { server } = await start({}, { ...KEYS, SKETCHWIRE_TRUSTED_PROXIES: '127.0.0.0/8' })
    await guess(server, behind('203.0.113.7'))
    expect(await post(server, '/api/tickets', behind('203.0.113.8'))).toMatchObject({ status: 401 })
    const alone = await start({}, KEYS)
    await guess(alone.server, behind('203.0.113.7'))
    expect(await post(alone.server, '/api/tickets', behind('203.0.113.8'))).toMatchObject({ status: 429 })
  })
})

describe('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'))
  const certFile = join(folder, 'cert.pem')
  const keyFile = join(folder, 'key.pem')
  const subject = [
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,DNS:*.fal.run,IP:127.0.0.1',
  ]
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ]
  execFileSync('openssl', [...made, ...subject, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('serves pages and sockets with the certificate it was given', async () => {
    const { server } = await start({}, { SKETCHWIRE_TLS_CERT: certFile, SKETCHWIRE_TLS_KEY: keyFile })
    const body = await new Promise<string>((resolve, reject) => {
      const url = `https://127.0.0.1:${server.port}/livez`
      const asked = httpsRequest(url, { rejectUnauthorized: false, agent: false }, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => resolve(text))
      })
      asked.on('error', reject).end()
    })
    expect(body).toBe('alive')
    const socket = new WebSocket(`wss://127.0.0.1:${server.port}/api/live`, { rejectUnauthorized: false })
    const client = new WsClient(socket)
    await new Promise((resolve) => socket.once('open', resolve))
    client.sendJson({ type: 'hello', protocol: 1 })
    await client.untilType('welcome')
    socket.terminate()
  })

  it('tells in a metric when its certificate ends, and of none where there is none', async () => {
    const metricsWith = async (env: Record<string, string>) => {
      const events = createEvents('silent')
      await start({}, env, { events })
      return await events.metrics()
    }
    const metrics = await metricsWith({ SKETCHWIRE_TLS_CERT: certFile, SKETCHWIRE_TLS_KEY: keyFile })
    const [, ends] = /^sketchwire_tls_certificate_expiry_seconds (\d+)$/m.exec(metrics) ?? []
    const inTwoDays = Date.now() / 1000 + 2 * 24 * 60 * 60
    expect(Math.abs(Number(ends) - inTwoDays)).toBeLessThan(3600)
    expect(await metricsWith({})).not.toContain('certificate')
  })

  it('refuses files that are missing, no PEM, or not of each other, naming them', async () => {
    const other = join(folder, 'other.pem')
    execFileSync('openssl', ['genpkey', '-algorithm', 'ED25519', '-out', other], { stdio: 'ignore' })
    writeFileSync(join(folder, 'text.pem'), 'hello')
    for (const [cert, key] of [
      [join(folder, 'none.pem'), keyFile],
      [join(folder, 'text.pem'), keyFile],
      [certFile, other],
    ] as const) {
      const tls = { SKETCHWIRE_TLS_CERT: cert, SKETCHWIRE_TLS_KEY: key }
      await expect(start({}, tls)).rejects.toMatchObject({
        code: 'bad_tls',
        message: expect.stringContaining('.pem'),
      })
    }
  })
})
