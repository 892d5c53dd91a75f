import { decode, encode } from '@msgpack/msgpack'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { plainRequest } from './gateway/testing/ws-client.ts'
import type { Server } from './server.ts'
import { cleanUpAfterTests, connect, falBody, SKETCH, start } from './testing/running-server.ts'

cleanUpAfterTests()

describe('the doors for one request', () => {
  const post = (
    server: Server,
    body: string | Uint8Array,
    options: { path?: string; headers?: Record<string, string> } = {},
  ) =>
    plainRequest(server.port, {
      method: 'POST',
      path: options.path ?? '/',
      headers: { 'content-type': 'application/json', ...options.headers },
      body,
    })

  it.each(['/', '/fal-ai/lcm-sd15-i2i', '/110602490-lcm-sd15-i2i'])(
    "POST %s paints, with fal's coercions",
    async (path) => {
      const { server, engine } = await start()
      const reply = await post(
        server,
        falBody({ num_inference_steps: '2', seed: 7.9, sync_mode: 1, height: 200, width: 300, extra: [] }),
        { path },
      )
      expect(reply.status).toBe(200)
      expect(reply.headers['x-fal-request-id']).toMatch(/^[0-9a-f-]{36}$/)
      const output = JSON.parse(reply.body)
      expect(output).toMatchObject({
        seed: 7,
        num_inference_steps: 2,
        request_id: 'r1',
        images: [
          { width: 300, height: 200, rendered_width: 384, rendered_height: 256, content_type: 'image/jpeg' },
        ],
      })
      const picture = Buffer.from(output.images[0].url.split(',')[1], 'base64')
      expect(await sharp(picture).metadata()).toMatchObject({ width: 300, height: 200, format: 'jpeg' })
      expect(engine.jobs[0]).toMatchObject({ prompt: 'a cat', steps: 2, seed: 7, width: 300, height: 200 })
      expect(server.sessions.size).toBe(0)
    },
  )

  it('makes several images with seeds of their own', async () => {
    const { server } = await start()
    const output = JSON.parse((await post(server, falBody({ num_images: 3 }))).body)
    expect(output.images.map((image: { seed: number }) => image.seed)).toEqual([7, 8, 9])
    expect(new Set(output.images.map((image: { url: string }) => image.url)).size).toBe(3)
  })

  it.each<[string, string, number, object]>([
    ['no JSON', 'x', 422, { code: 'not_json', detail: [{ loc: ['body'] }] }],
    ['strength 7', falBody({ strength: 7 }), 422, { detail: [{ loc: ['body', 'strength'] }] }],
    [
      'a URL',
      falBody({ image_url: 'http://localhost/x.png' }),
      422,
      { detail: [{ loc: ['body', 'image_url'] }] },
    ],
    [
      'no steps',
      falBody({ num_inference_steps: 0 }),
      422,
      {
        detail: [
          { loc: ['body', 'num_inference_steps'], ctx: { value: 0, range: 'a number of at least 1' } },
        ],
      },
    ],
  ])('answers %s in the words fal clients know', async (_name, body, status, expected) => {
    const { server } = await start()
    const reply = await post(server, body)
    expect(reply.status).toBe(status)
    expect(JSON.parse(reply.body)).toMatchObject(expected)
  })

  it('does what the model can where more is asked, and says so', async () => {
    const { server, engine } = await start()
    const reply = await post(server, falBody({ num_inference_steps: 20, guidance_scale: 99 }))
    expect(reply.status).toBe(200)
    const { steps, guidanceScale } = engine.info.limits
    expect(JSON.parse(reply.body)).toMatchObject({
      num_inference_steps: steps[1],
      guidance_scale: guidanceScale[1],
      strength: engine.info.defaults.strength,
    })
  })

  it('answers 413 above 8 MiB', async () => {
    const { server } = await start()
    const reply = await post(server, new Uint8Array(9 * 1024 * 1024))
    expect(reply.status).toBe(413)
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'message_too_large' })
  })

  it('answers 429 to one too many of one caller, and paints the others', async () => {
    const { server, engine } = await start({ paused: true })
    const replies = Array.from({ length: 20 }, () => post(server, falBody()))
    const first = await Promise.race(replies)
    expect(first).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
    engine.resume()
    const statuses = (await Promise.all(replies)).map((reply) => reply.status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(17)
  })

  it('counts requests, not their pictures', async () => {
    const { server, engine } = await start({ paused: true })
    const replies = Array.from({ length: 20 }, () => post(server, falBody({ num_images: 8 })))
    expect(await Promise.race(replies)).toMatchObject({ status: 429 })
    engine.resume()
    const statuses = (await Promise.all(replies)).map((reply) => reply.status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(17)
    expect(engine.jobs).toHaveLength(17 * 8)
  })

  it('stops the job of a caller that goes away', async () => {
    const { server, engine } = await start({ paused: true })
    const gone = new AbortController()
    const { signal } = gone
    const request = plainRequest(server.port, { method: 'POST', path: '/', body: falBody(), signal })
    let early: unknown
    request.then(
      (reply) => (early = reply.body),
      (error: unknown) => (early = error),
    )
    await expect.poll(() => ({ running: engine.running, early })).toEqual({ running: 1, early: undefined })
    gone.abort()
    await expect(request).rejects.toThrow()
    await expect.poll(() => [engine.running, server.sessions.size]).toEqual([0, 0])
  })
})

describe("fal's sockets", () => {
  it('answers text with text and echoes the request_id', async () => {
    const { server } = await start()
    const client = await connect(server, '/ws?fal_jwt_token=t')
    client.send(falBody({ request_id: 'abc' }))
    const output = JSON.parse(String(await client.next()))
    expect(output).toMatchObject({
      request_id: 'abc',
      seed: 7,
      images: [{ url: expect.stringMatching(/^data:image\/jpeg;base64,/) }],
    })
  })

  it('answers the newest of a burst and is silent about what it superseded', async () => {
    const { server, engine } = await start({ paused: true })
    const client = await connect(server, '/ws')
    client.send(falBody({ request_id: 'first' }))
    await expect.poll(() => engine.running).toBe(1)
    for (const request_id of ['b', 'c', 'newest']) client.send(falBody({ request_id }))
    // Its answer proves that the burst before it was read.
    client.send('not json')
    expect(JSON.parse(String(await client.next()))).toMatchObject({
      type: 'x-fal-error',
      error: 'VALIDATION_ERROR',
    })
    engine.resume()
    const ids = [
      JSON.parse(String(await client.next())).request_id,
      JSON.parse(String(await client.next())).request_id,
    ]
    expect(ids).toEqual(['first', 'newest'])
  })

  it('answers msgpack with msgpack, bytes with bytes', async () => {
    const { server } = await start()
    const client = await connect(server, '/realtime?fal_jwt_token=t&max_buffering=1')
    client.send(encode({ prompt: 'a cat', image_bytes: SKETCH, seed: 3, request_id: 'b' }))
    const output: unknown = decode(await client.untilBinary())
    expect(output).toMatchObject({ request_id: 'b', seed: 3, images: [{ content_type: 'image/jpeg' }] })
    const [image] = (output as { images: { content: Uint8Array }[] }).images
    expect((await sharp(image?.content).metadata()).format).toBe('jpeg')
  })

  it('F4 finishes a request of several pictures that has begun, and answers it before the newest', async () => {
    const { server, engine } = await start({ paused: true })
    const client = await connect(server, '/ws')
    client.send(falBody({ request_id: 'three', num_images: 3 }))
    await expect.poll(() => engine.running).toBe(1)
    client.send(falBody({ request_id: 'old', num_images: 4 }))
    client.send(falBody({ request_id: 'new', num_images: 2 }))
    client.send('not json')
    expect(JSON.parse(String(await client.next()))).toMatchObject({ type: 'x-fal-error' })
    engine.resume()
    const first = JSON.parse(String(await client.next()))
    const second = JSON.parse(String(await client.next()))
    expect([first, second].map(({ request_id, images }) => [request_id, images.length])).toEqual([
      ['three', 3],
      ['new', 2],
    ])
    expect(engine.jobs).toHaveLength(5)
  })

  it('takes messages of 8 MiB, answers larger ones, and stays', async () => {
    const { server } = await start()
    const client = await connect(server, '/ws')
    client.send(falBody({ padding: 'x'.repeat(7_000_000), request_id: 'big' }))
    expect(JSON.parse(String(await client.next()))).toMatchObject({ request_id: 'big' })
    client.send('x'.repeat(9_000_000))
    expect(JSON.parse(String(await client.next()))).toMatchObject({
      type: 'x-fal-error',
      code: 'message_too_large',
    })
    client.send(falBody({ request_id: 'after' }))
    expect(JSON.parse(String(await client.next()))).toMatchObject({ request_id: 'after' })
  })
})
