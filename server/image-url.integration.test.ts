// Pictures by address: fal's published client and plain requests against a server with an allow-list, and a server of
// somebody else that has the picture.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { plainRequest } from './gateway/testing/ws-client.ts'
import { cleanUpAfterTests, connect, falBody, SKETCH, start } from './testing/running-server.ts'
import { CLIENTS, leadFalHostsTo, resultOf } from './testing/fal-hosts.ts'
import type { FalResult } from './testing/fal-hosts.ts'

let port = 0
leadFalHostsTo(() => port)
cleanUpAfterTests()

const asked: string[] = []
const hooks: string[] = []
const elsewhere = createServer(async (request, response) => {
  asked.push(request.url ?? '')
  let body = ''
  for await (const chunk of request) body += String(chunk)
  if (request.method === 'POST') {
    hooks.push(body)
    response.writeHead(200).end()
  } else if (request.url === '/sketch.jpg')
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(SKETCH)
  else response.writeHead(404).end()
})
let host = ''
let running: Awaited<ReturnType<typeof start>>
const startWith = async (env: Record<string, string>) => {
  running = await start({}, env, { isPublicAddress: () => true })
  port = running.server.port
}
beforeEach(async () => {
  asked.length = 0
  hooks.length = 0
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  host = `localhost:${(elsewhere.address() as AddressInfo).port}`
  await startWith({ SKETCHWIRE_FETCH_HOSTS: host })
})
afterEach(async () => {
  elsewhere.closeAllConnections()
  await new Promise((resolve) => elsewhere.close(resolve))
})

const url = (path = '/sketch.jpg') => `http://${host}${path}`
const input = (patch: object = {}) => ({
  prompt: 'a cat',
  image_url: url(),
  num_inference_steps: 2,
  seed: 7,
  ...patch,
})

async function talk() {
  const fal = await CLIENTS['1.10.1'].load()
  fal.config({ credentials: 'id:secret' })
  const results: FalResult[] = []
  const errors: { message?: string }[] = []
  const connection = fal.realtime.connect(CLIENTS['1.10.1'].app, {
    connectionKey: randomUUID(),
    throttleInterval: 0,
    onResult: (result: FalResult) => results.push(result),
    onError: (error: { message?: string }) => errors.push(error),
  })
  return { connection, results, errors }
}

const post = (path: string, body: object) =>
  plainRequest(port, { path, method: 'POST', headers: {}, body: JSON.stringify(body) })

describe('a picture by address', () => {
  it("reaches fal's client on its socket, several of one request included, and is fetched once", async () => {
    const { connection, results, errors } = await talk()
    connection.send(input({ num_images: 3, request_id: 'three' }))
    await expect.poll(() => results.map(({ request_id }) => request_id)).toEqual(['three'])
    expect(results[0]?.images).toHaveLength(3)
    expect([asked, errors]).toEqual([['/sketch.jpg'], []])
    expect(running.engine.jobs.map(({ image }) => image)).toEqual([SKETCH, SKETCH, SKETCH])
  })

  it('reaches a request, several pictures included, and is fetched once', async () => {
    const fal = await CLIENTS['0.15.0'].load()
    fal.config({ credentials: 'id:secret' })
    const result = await fal.run(CLIENTS['0.15.0'].app, { input: input({ num_images: 2 }) })
    expect(resultOf(result).images).toHaveLength(2)
    const a1111 = await post('/sdapi/v1/img2img', { prompt: 'a', init_images: [url()], batch_size: 2 })
    expect(JSON.parse(a1111.body).images).toHaveLength(2)
    expect(asked).toEqual(['/sketch.jpg', '/sketch.jpg'])
    expect(running.engine.jobs.map(({ image }) => image)).toEqual([SKETCH, SKETCH, SKETCH, SKETCH])
  })

  it('that is not there, or of a host that is not listed, is an error in the words of each door', async () => {
    const { connection, errors } = await talk()
    connection.send(input({ image_url: url('/none.jpg'), num_images: 2 }))
    await expect.poll(() => errors.map(({ message }) => message)).toEqual([expect.stringMatching(/404/)])
    const client = await connect(running.server, '/ws')
    client.send(falBody({ image_url: 'http://127.0.0.1:1/a.jpg' }))
    expect(JSON.parse(String(await client.next()))).toMatchObject({
      type: 'x-fal-error',
      error: 'VALIDATION_ERROR',
      field: 'image_url',
      reason: expect.stringContaining('SKETCHWIRE_FETCH_HOSTS'),
    })
    const fal = await post('/fal-ai/lcm', { prompt: 'a', image_url: 'http://127.0.0.1:1/a.jpg' })
    expect([fal.status, JSON.parse(fal.body).detail[0].loc]).toEqual([422, ['body', 'image_url']])
    const a1111 = await post('/sdapi/v1/img2img', { init_images: [url('/none.jpg')] })
    expect([a1111.status, JSON.parse(a1111.body)]).toEqual([
      500,
      expect.objectContaining({ detail: expect.stringContaining('404'), errors: expect.any(String) }),
    ])
  })

  it('is not fetched at all without a list', async () => {
    await startWith({})
    const reply = await post('/fal-ai/lcm', { prompt: 'a', image_url: url() })
    expect([reply.status, JSON.parse(reply.body).detail[0].msg]).toEqual([
      422,
      expect.stringContaining('SKETCHWIRE_FETCH_HOSTS'),
    ])
    expect(asked).toEqual([])
  })
})

describe('a webhook', () => {
  const submit = async (patch: object, webhookUrl: string) => {
    const fal = await CLIENTS['1.10.1'].load()
    fal.config({ credentials: 'id:secret' })
    return await fal.queue.submit(CLIENTS['1.10.1'].app, { input: input(patch), webhookUrl })
  }

  it('hears of the result, and of an error by its status and words', async () => {
    const first = await submit({ sync_mode: true }, url('/hook'))
    await expect.poll(() => hooks.length).toBe(1)
    const second = await submit({ strength: 7 }, url('/hook'))
    await expect.poll(() => hooks.length).toBe(2)
    const id = (one: { request_id: string }) => ({
      request_id: one.request_id,
      gateway_request_id: one.request_id,
    })
    expect(hooks.map((hook) => JSON.parse(hook))).toMatchObject([
      { ...id(first), status: 'OK', error: null, payload: { seed: 7, images: [{ width: 256 }] } },
      {
        ...id(second),
        status: 'ERROR',
        error: 'Invalid status code: 422',
        payload: { detail: [{ loc: ['body', 'strength'] }] },
      },
    ])
    const keySet = await plainRequest(port, { path: '/.well-known/jwks.json' })
    expect(JSON.parse(keySet.body).keys).toMatchObject([{ kty: 'OKP', crv: 'Ed25519' }])
  })

  it('at a host that is not listed is refused before anything is painted', async () => {
    await expect(submit({}, 'https://example.org/hook')).rejects.toMatchObject({
      status: 422,
      body: {
        detail: [{ loc: ['body', 'fal_webhook'], msg: expect.stringContaining('SKETCHWIRE_FETCH_HOSTS') }],
      },
    })
    expect(running.engine.jobs).toEqual([])
  })
})
