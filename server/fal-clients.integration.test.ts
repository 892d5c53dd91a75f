// fal's published packages, unmodified, against the running server: everything that is not a socket.
import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import { cleanUpAfterTests, dataUriOf, SKETCH, start } from './testing/running-server.ts'
import { ALL_CLIENTS, CLIENTS, leadFalHostsTo, resultOf } from './testing/fal-hosts.ts'

let port = 0
leadFalHostsTo(() => port)
cleanUpAfterTests()

const INPUT = { prompt: 'a cat', image_url: dataUriOf(SKETCH), num_inference_steps: 2, seed: 7 }
const modern = ALL_CLIENTS.filter(({ name }) => /0\.15|client 1\./.test(name))

let running: Awaited<ReturnType<typeof start>>
beforeEach(async () => {
  running = await start()
  port = running.server.port
})

async function load(version: (typeof ALL_CLIENTS)[number]) {
  const fal = await version.load()
  fal.config({ credentials: 'id:secret' })
  return fal
}

describe.each(ALL_CLIENTS)('$name', (version) => {
  it('runs, and uploads the picture first where it is old enough to', async () => {
    const fal = await load(version)
    const result = resultOf(await fal.run(version.app, { input: INPUT }))
    expect(result).toMatchObject({
      seed: 7,
      num_inference_steps: 2,
      images: [{ content_type: 'image/jpeg' }],
    })
    expect(running.engine.jobs[0]).toMatchObject({ prompt: 'a cat', seed: 7, image: SKETCH })
    const picture = await fetch(result.images[0]?.url ?? '')
    expect(picture.headers.get('content-type')).toBe('image/jpeg')
    expect((await sharp(await picture.arrayBuffer()).metadata()).format).toBe('jpeg')
  })

  it('gets the picture itself with sync_mode', async () => {
    const fal = await load(version)
    const result = resultOf(await fal.run(version.app, { input: { ...INPUT, sync_mode: true } }))
    expect(result.images[0]?.url).toMatch(/^data:image\/jpeg;base64,/)
  })

  it('subscribes: enqueues, polls, and fetches the result', async () => {
    const fal = await load(version)
    const seen: unknown[] = []
    const result = await fal.subscribe(version.app, {
      input: INPUT,
      pollInterval: 5,
      logs: true,
      onQueueUpdate: (update: { status: string }) => seen.push(update.status),
    })
    expect(resultOf(result)).toMatchObject({ seed: 7, images: [{ content_type: 'image/jpeg' }] })
    expect(seen.at(-1)).toBe('COMPLETED')
  })

  it('submits, asks for the status and fetches the result by id', async () => {
    const fal = await load(version)
    const { request_id: requestId } = await fal.queue.submit(version.app, { input: INPUT })
    await expect
      .poll(() => fal.queue.status(version.app, { requestId, logs: true }))
      .toMatchObject({
        status: 'COMPLETED',
        logs: expect.any(Array),
        metrics: { inference_time: expect.any(Number) },
      })
    expect(resultOf(await fal.queue.result(version.app, { requestId }))).toMatchObject({ seed: 7 })
  })

  // 1.7.2 repeats every 504, whatever the headers say.
  it.skipIf(version.name === CLIENTS['1.7.2'].name)(
    'asks once for a picture that takes too long',
    async () => {
      running = await start({ paused: true }, { SKETCHWIRE_JOB_DEADLINE_MS: '1000' })
      port = running.server.port
      const fal = await load(version)
      await expect(fal.run(version.app, { input: INPUT })).rejects.toMatchObject({ status: 504 })
      expect(running.engine.jobs).toHaveLength(1)
    },
  )

  it('throws its ValidationError for what does not fit', async () => {
    const fal = await load(version)
    const wrong = fal.run(version.app, { input: { ...INPUT, strength: 'much' } })
    await expect(wrong).rejects.toMatchObject({
      name: 'ValidationError',
      status: 422,
      body: { detail: [{ loc: ['body', 'strength'] }] },
    })
  })
})

describe.each(modern)('$name', (version) => {
  it('subscribes to the stream of the status', async () => {
    const fal = await load(version)
    const logs: string[] = []
    const result = await fal.subscribe(version.app, {
      input: INPUT,
      mode: 'streaming',
      logs: true,
      onQueueUpdate: (update: { logs?: { message: string }[] }) =>
        logs.splice(0, Infinity, ...(update.logs ?? []).map(({ message }) => message)),
    })
    expect(resultOf(result)).toMatchObject({ seed: 7 })
    expect(logs).toEqual(['The engine has begun', 'Step 1 of 2', 'Step 2 of 2'])
  })

  it('streams previews, then the result', async () => {
    const fal = await load(version)
    const stream = await fal.stream(version.app, { input: { ...INPUT, sync_mode: true } })
    const events: unknown[] = []
    stream.on('data', (event) => events.push(event))
    const result = await stream.done()
    expect(events[0]).toMatchObject({ partial: true, step: 1, steps: 2 })
    const picture = { url: expect.stringMatching(/^data:image/) }
    for (const event of events) expect(event).toMatchObject({ images: [picture] })
    expect(result).toMatchObject({ seed: 7, images: [{ url: expect.stringMatching(/^data:image/) }] })
  })

  it('uploads a Blob and names it in a request', async () => {
    const fal = await load(version)
    const image_url = await fal.storage.upload(new Blob([SKETCH], { type: 'image/jpeg' }))
    expect(image_url).toMatch(/^https:\/\/rest(\.alpha)?\.fal\.ai\/files\//)
    await fal.run(version.app, { input: { ...INPUT, image_url } })
    expect(running.engine.jobs[0]?.image).toEqual(SKETCH)
  })

  it('cancels what waits', async () => {
    running.engine.pause()
    const fal = await load(version)
    const { request_id: requestId } = await fal.queue.submit(version.app, { input: INPUT })
    await expect
      .poll(() => fal.queue.status(version.app, { requestId }))
      .toMatchObject({ status: 'IN_PROGRESS' })
    const second = await fal.queue.submit(version.app, { input: INPUT })
    const { queue_position } = await fal.queue.status(version.app, { requestId: second.request_id })
    expect(queue_position).toBe(1)
    for (const id of [requestId, second.request_id]) await fal.queue.cancel(version.app, { requestId: id })
    running.engine.resume()
    await expect
      .poll(() => fal.queue.status(version.app, { requestId }))
      .toMatchObject({ status: 'COMPLETED' })
    await expect(fal.queue.result(version.app, { requestId })).rejects.toMatchObject({ status: 499 })
    await expect(fal.queue.result(version.app, { requestId: 'nobody' })).rejects.toMatchObject({
      status: 404,
    })
  })
})

describe.each(ALL_CLIENTS)('$name', (version) => {
  const isOld = version.app.startsWith('110602490')

  it('runs by GET, where the query is the input', async () => {
    const fal = await load(version)
    const app = isOld ? '110602490-lcm' : 'fal-ai/lcm'
    const asked = { input: { prompt: 'a boat & a cat', seed: 7, num_inference_steps: 2 }, method: 'get' }
    expect(resultOf(await fal.run(app, asked))).toMatchObject({ seed: 7, num_inference_steps: 2 })
    expect(running.engine.jobs[0]).toMatchObject({ prompt: 'a boat & a cat', image: undefined })
    await expect(fal.run(app, { input: { prompt: 'a', strength: 7 }, method: 'get' })).rejects.toMatchObject({
      status: 422,
    })
  })

  it('uploads pictures far larger than a message, by its own will or by hand, up to a limit', async () => {
    const fal = await load(version)
    const large = (megabytes: number) => {
      const bytes = new Uint8Array(megabytes * 1024 * 1024)
      bytes.set(SKETCH)
      return bytes
    }
    const picture = large(20)
    const image_url = isOld
      ? `data:image/jpeg;base64,${Buffer.from(picture).toString('base64')}`
      : await fal.storage.upload(new Blob([picture], { type: 'image/jpeg' }))
    await fal.run(version.app, { input: { ...INPUT, image_url } })
    expect(running.engine.jobs[0]?.image?.length).toBe(picture.length)
    if (isOld) return
    await expect(fal.storage.upload(new Blob([large(33)], { type: 'image/jpeg' }))).rejects.toMatchObject({
      status: 413,
      message: expect.stringContaining('smaller'),
    })
  })
})

describe('apps', () => {
  const latest = CLIENTS['1.10.1']

  it.each(['fal-ai/lcm', 'fal-ai/fast-lcm-diffusion', '110602490-lcm'])(
    '%s paints from words',
    async (app) => {
      const fal = await load(latest)
      const result = resultOf(await fal.subscribe(app, { input: { prompt: 'a boat' }, pollInterval: 5 }))
      expect(result.images).toHaveLength(1)
      expect(running.engine.jobs[0]).toMatchObject({ prompt: 'a boat', image: undefined })
    },
  )

  it('fal-ai/fast-lcm-diffusion/image-to-image is asked about without its sub-path, and answers with the picture', async () => {
    const fal = await load(latest)
    const app = 'fal-ai/fast-lcm-diffusion/image-to-image'
    const result = resultOf(await fal.subscribe(app, { input: { ...INPUT, num_images: 2 }, pollInterval: 5 }))
    expect(result.images.map(({ url }) => url.slice(0, 10))).toEqual(['data:image', 'data:image'])
  })
})

describe('the proxy', () => {
  const proxied = async () => {
    const fal = await CLIENTS['1.10.1'].load()
    fal.config({
      credentials: 'k:s',
      proxyUrl: { url: `http://127.0.0.1:${port}/api/fal/proxy`, when: 'always' },
    })
    return fal
  }

  it('answers run, queue and stream for a client that knows no other address', async () => {
    const fal = await proxied()
    expect(resultOf(await fal.run('fal-ai/lcm', { input: INPUT }))).toMatchObject({ seed: 7 })
    expect(resultOf(await fal.subscribe('fal-ai/lcm', { input: INPUT, pollInterval: 5 }))).toMatchObject({
      seed: 7,
    })
    expect(await (await fal.stream('fal-ai/lcm', { input: INPUT })).done()).toMatchObject({ seed: 7 })
  })

  it.each([
    [{}, 'is missing'],
    [{ 'x-fal-target-url': 'https://example.org/' }, "no address of fal's"],
    [{ 'x-fal-target-url': 'http://169.254.169.254/latest' }, "no address of fal's"],
  ])('calls nobody else: %j', async (headers, words) => {
    const reply = await fetch(`http://127.0.0.1:${port}/api/fal/proxy`, {
      method: 'POST',
      headers,
      body: '{}',
    })
    expect([reply.status, await reply.text()]).toEqual([422, expect.stringContaining(words)])
  })
})
