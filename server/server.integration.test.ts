import { describe, expect, it } from 'vitest'
import { plainRequest, refusedUpgrade } from './gateway/testing/ws-client.ts'
import { binary, cleanUpAfterTests, connect, drawing, falBody, start } from './testing/running-server.ts'

cleanUpAfterTests()

describe('who may call', () => {
  const evil = { origin: 'https://evil.example' }

  it('refuses foreign origins on sockets and doors with 403, and says how to let them in', async () => {
    const { server } = await start()
    for (const path of ['/api/live', '/ws'])
      expect(await refusedUpgrade(`ws://127.0.0.1:${server.port}${path}`, evil)).toBe(403)
    const reply = await plainRequest(server.port, {
      method: 'POST',
      path: '/',
      headers: evil,
      body: falBody(),
    })
    expect(reply.status).toBe(403)
    expect(reply.body).toContain('SKETCHWIRE_ORIGINS=https://evil.example')
    expect(reply.headers).not.toHaveProperty('access-control-allow-origin')
    expect((await plainRequest(server.port, { method: 'OPTIONS', path: '/', headers: evil })).status).toBe(
      403,
    )
  })

  it('lets in loopback pages of any port and those that are listed, with the headers their browsers ask for', async () => {
    const { server } = await start({}, { SKETCHWIRE_ORIGINS: 'https://draw.example.org' })
    for (const origin of ['http://localhost:3000', 'https://draw.example.org']) {
      const client = await connect(server, '/api/live', { origin })
      client.sendJson({ type: 'hello', protocol: 1 })
      await client.untilType('welcome')
      const preflight = await plainRequest(server.port, {
        method: 'OPTIONS',
        path: '/',
        headers: { origin, 'access-control-request-headers': 'content-type,authorization' },
      })
      expect(preflight).toMatchObject({
        status: 204,
        headers: {
          'access-control-allow-origin': origin,
          'access-control-allow-headers': 'content-type,authorization',
        },
      })
      const reply = await plainRequest(server.port, {
        method: 'POST',
        path: '/',
        headers: { origin },
        body: falBody(),
      })
      expect(reply).toMatchObject({
        status: 200,
        headers: {
          'access-control-allow-origin': origin,
          'access-control-expose-headers': expect.stringContaining('x-fal-request-id'),
        },
      })
    }
  })
})

describe('pages and facts', () => {
  it('serves the page, the model and its own health', async () => {
    const { server, engine } = await start()
    const get = (path: string) => plainRequest(server.port, { path })
    expect(await get('/')).toMatchObject({
      status: 200,
      body: '<html>the page</html>',
      headers: { 'x-content-type-options': 'nosniff' },
    })
    expect(await get('/livez')).toMatchObject({ status: 200 })
    expect(await get('/readyz')).toMatchObject({ status: 200 })
    expect(JSON.parse((await get('/api/model')).body)).toMatchObject({
      model: { id: 'fake' },
      engine: { name: 'ready' },
    })
    engine.setState({ name: 'loading', detail: 'reading files' })
    expect(await get('/livez')).toMatchObject({ status: 200 })
    expect(JSON.parse((await get('/readyz')).body)).toEqual({
      ready: false,
      engine: 'loading',
      model: 'fake',
      provider: engine.info.provider,
      draining: false,
      detail: 'reading files',
    })
    expect(await get('/nothing')).toMatchObject({ status: 404 })
    const unknown = JSON.parse((await get('/nothing')).body)
    expect(unknown).toMatchObject({
      error: { code: 'not_found' },
      detail: expect.stringMatching(/compat\.md/),
    })
    const person = { path: '/nothing', headers: { accept: 'text/html,*/*' } }
    expect((await plainRequest(server.port, person)).headers['content-type']).toContain('text/')
    expect(JSON.parse((await get('/api/nothing')).body)).toMatchObject({ error: { code: 'not_found' } })
    const socket = await get('/api/live')
    expect([socket.status, JSON.parse(socket.body).error.code]).toEqual([426, 'upgrade_required'])
    const elsewhere = await plainRequest(server.port, { method: 'POST', path: '/fal-ai/flux', body: '{}' })
    expect([elsewhere.status, JSON.parse(elsewhere.body).message]).toEqual([
      404,
      expect.stringContaining('/fal-ai/lcm-sd15-i2i'),
    ])
    expect(await plainRequest(server.port, { method: 'DELETE', path: '/livez' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    })
    expect(await plainRequest(server.port, { method: 'HEAD', path: '/' })).toMatchObject({
      status: 200,
      body: '',
    })
  })

  it('paints nothing for those who ask for headers alone', async () => {
    const { server, engine } = await start()
    for (const path of ['/generate?prompt=a', '/fal-ai/lcm?prompt=a', '/fal-ai/lcm-sd15-i2i/?prompt=a']) {
      const { status, headers, body } = await plainRequest(server.port, { method: 'HEAD', path })
      expect([path, status, body]).toEqual([path, 405, ''])
      expect(headers['allow']).not.toContain('HEAD')
    }
    const { status } = await plainRequest(server.port, { method: 'HEAD', path: '/sdapi/v1/samplers' })
    expect(status).toBe(200)
    expect(engine.jobs).toEqual([])
  })

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '//../secret.txt',
    '/_next/../../secret.txt',
  ])('has nothing at %s', async (path) => {
    const { server } = await start()
    const reply = await plainRequest(server.port, { path })
    // Words of ours, which repeat the path, and nothing of the file.
    expect([reply.status, JSON.parse(reply.body).error.code]).toEqual([404, 'not_found'])
    const page = await plainRequest(server.port, { path, headers: { accept: 'text/html' } })
    expect(page.status).toBe(404)
    expect(page.body).not.toContain('secret')
  })

  it('refuses a metrics port that is taken, naming the setting', async () => {
    const { server } = await start()
    await expect(start({}, { METRICS_PORT: String(server.port) })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringMatching(`^METRICS_PORT ${server.port} is taken.*leave it out`),
    })
  })

  it('keeps figures on another address than this machine’s own where it is told to', async () => {
    const free = await start()
    const { port } = free.server
    await free.server.stop(0)
    await start({}, { METRICS_PORT: String(port), METRICS_HOST: '127.0.0.2' })
    const reply = await fetch(`http://127.0.0.2:${port}/metrics`)
    expect(await reply.text()).toContain('sketchwire_sessions 0')
    await expect(plainRequest(port, { path: '/metrics' })).rejects.toThrow(/ECONNREFUSED/)
  })

  it('keeps figures on a port of their own', async () => {
    const free = await start()
    const port = free.server.port
    await free.server.stop(0)
    const { server } = await start({}, { METRICS_PORT: String(port) })
    const client = await drawing(server)
    client.send(binary(1))
    await client.untilBinary()
    const { body } = await plainRequest(port, { path: '/metrics' })
    expect(body).toContain('sketchwire_frames_ended_total{end="image",code=""} 1')
    expect(body).toContain('sketchwire_sessions 1')
    expect(body).toContain('sketchwire_frame_seconds_count{mode="live"} 1')
    expect(body).toContain('sketchwire_engine_ready 1')
    expect(body).toContain('sketchwire_http_answers_total{status="101"} 1')
    expect(await plainRequest(server.port, { path: '/metrics' })).toMatchObject({ status: 404 })
    // Nor for a page under a name that was made to lead to this machine.
    const rebound = await plainRequest(port, { path: '/metrics', headers: { host: 'evil.example' } })
    expect(rebound).toMatchObject({ status: 403, body: expect.stringContaining('evil.example') })
    expect(rebound.body).not.toContain('sketchwire_')
  })
})
