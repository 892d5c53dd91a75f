// How clients that are already out there find out whether this server is one of theirs: whole servers, real sockets.
import { describe, expect, it } from 'vitest'
import { plainRequest, refusedUpgrade } from './gateway/testing/ws-client.ts'
import { cleanUpAfterTests, connect, falBody, start } from './testing/running-server.ts'

cleanUpAfterTests()

const KEY = 'studio-key-0123456789'

describe("clients of AUTOMATIC1111's API", () => {
  it('in a browser see that somebody is there, and are answered at paths that end with a slash', async () => {
    const { server } = await start()
    const headers = { origin: 'http://localhost:30000' }
    const shown = {
      'access-control-allow-origin': headers.origin,
      'access-control-allow-credentials': 'true',
    }
    const ask = (method: string, path: string, body = '') =>
      plainRequest(server.port, { method, path, headers: { ...headers, 'content-type': 'text/plain' }, body })
    const { 'access-control-allow-origin': here } = shown
    // The page itself keeps its own headers.
    expect(await ask('HEAD', '/')).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': here, vary: 'accept-encoding, origin' },
    })
    expect(await ask('GET', '/sdapi/v1/sd-models/')).toMatchObject({ status: 200, headers: shown })
    expect(await ask('POST', '/sdapi/v1/options/', '{"sd_vae": "Automatic"}')).toMatchObject({
      status: 200,
      headers: shown,
      body: 'null',
    })
    const question = { ...headers, 'access-control-request-method': 'POST' }
    for (const path of ['/sdapi/v1/options/', '/sdapi/v1/unknown'])
      expect(await plainRequest(server.port, { method: 'OPTIONS', path, headers: question })).toMatchObject({
        status: 204,
        headers: { 'access-control-allow-origin': here },
      })
  })

  it('are told that a password is wanted, and take it from a form', async () => {
    const { server } = await start({}, { SKETCHWIRE_KEYS: KEY })
    const check = (headers = {}) => plainRequest(server.port, { path: '/login_check', headers })
    expect(await check()).toMatchObject({ status: 401, body: '{"detail":"Not authenticated"}' })
    const logIn = (password: string) =>
      plainRequest(server.port, {
        method: 'POST',
        path: '/login',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ username: 'me', password }).toString(),
      })
    expect(await logIn('wrong')).toMatchObject({ status: 400 })
    expect(await logIn(KEY)).toMatchObject({ status: 200, body: '{"success":true}' })
    const basic = `Basic ${Buffer.from(`me:${KEY}`).toString('base64')}`
    expect(await check({ authorization: basic })).toMatchObject({ status: 200, body: 'null' })
  })
})

describe("fal's bare sockets", () => {
  it('are let in by a key in two parts, at the address that an app had before it had a path', async () => {
    const { server } = await start({}, { SKETCHWIRE_KEYS: `${KEY},an-id:and-its-secret-0123` })
    const host = '110602490-lcm-plexed-sd15-i2i.gateway.alpha.fal.ai'
    const pairs = [
      'fal_key_id=an-id&fal_key_secret=and-its-secret-0123',
      `fal_key_id=x&fal_key_secret=${KEY}`,
    ]
    for (const pair of pairs) {
      const client = await connect(server, `/ws?${pair}`, { host })
      client.send(falBody({ request_id: 'mine' }))
      expect(JSON.parse(String(await client.next()))).toMatchObject({ request_id: 'mine' })
    }
    const stranger = await connect(server, '/ws?fal_key_id=an-id&fal_key_secret=another-secret', { host })
    stranger.send(falBody())
    expect(JSON.parse(String(await stranger.next()))).toMatchObject({ error: 'Unauthorized' })
  })
})

describe('apps that bring their page along', () => {
  it('are let in under their own scheme where the operator lists it', async () => {
    const { server } = await start({}, { SKETCHWIRE_ORIGINS: 'tauri://localhost,app://obsidian.md' })
    for (const origin of ['tauri://localhost', 'app://obsidian.md']) {
      const client = await connect(server, '/api/live', { origin })
      client.sendJson({ type: 'hello', protocol: 1 })
      await client.untilType('welcome')
      const reply = await plainRequest(server.port, { path: '/sdapi/v1/options', headers: { origin } })
      expect(reply).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } })
    }
    const other = { origin: 'capacitor://localhost' }
    expect(await refusedUpgrade(`ws://127.0.0.1:${server.port}/api/live`, other)).toBe(403)
    const { body } = await plainRequest(server.port, { path: '/sdapi/v1/options', headers: other })
    expect(body).toContain('SKETCHWIRE_ORIGINS=capacitor://localhost')
  })
})
