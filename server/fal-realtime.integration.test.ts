// fal's published packages, unmodified, on our sockets.
import { randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../lib/std/clock.ts'
import { IDLE_MS } from './compat/fal-realtime.ts'
import { systemClock } from './engine/system-clock.ts'
import { cleanUpAfterTests, dataUriOf, SKETCH, start } from './testing/running-server.ts'
import { ALL_CLIENTS, CLIENTS, leadFalHostsTo } from './testing/fal-hosts.ts'
import type { ClientVersion, FalConnection, FalResult } from './testing/fal-hosts.ts'

let port = 0
leadFalHostsTo(() => port)
cleanUpAfterTests()

let running: Awaited<ReturnType<typeof start>>
beforeEach(async () => {
  running = await start()
  port = running.server.port
})

interface Talk {
  readonly connection: FalConnection
  readonly results: FalResult[]
  readonly errors: { status?: number; message?: string; body?: unknown }[]
}

/** A connection of its own unless `options` say otherwise. */
async function connect(version: ClientVersion, options: object = {}): Promise<Talk> {
  const fal = await version.load()
  fal.config({ credentials: 'id:secret' })
  const results: FalResult[] = []
  const errors: Talk['errors'] = []
  const connection = fal.realtime.connect(version.app, {
    connectionKey: randomUUID(),
    clientOnly: false,
    throttleInterval: 0,
    onResult: (result: FalResult) => results.push(result),
    onError: (error: Talk['errors'][number]) => errors.push(error),
    ...options,
  })
  return { connection, results, errors }
}

const ask = (request_id: string, patch: object = {}) => ({
  prompt: 'a cat',
  image_url: dataUriOf(SKETCH),
  num_inference_steps: 2,
  seed: 7,
  request_id,
  ...patch,
})
const pictured = ({ results }: Talk) =>
  results.flatMap(({ images, request_id }) => (images ? [request_id] : []))
const idsOf = ({ results }: Talk) => results.map(({ request_id }) => request_id)

/** A clock on which fal's socket loses patience at once. */
const hasty: Clock = {
  ...systemClock,
  now: () => systemClock.now(),
  setTimer: (run, ms) => systemClock.setTimer(run, ms === IDLE_MS ? 200 : ms),
}

describe.each(ALL_CLIENTS)('$name', (version) => {
  it('is sent away when it asks for nothing, and comes back by itself with its next request', async () => {
    running = await start({}, {}, { clock: hasty })
    port = running.server.port
    const talk = await connect(version)
    // What is sent before the client has noticed that its socket is gone is lost, so it is sent until there is an answer.
    const until = (id: string) => () => {
      const last = pictured(talk).at(-1)
      if (last !== id) talk.connection.send(ask(id))
      return last
    }
    await expect.poll(until('one'), { interval: 100 }).toBe('one')
    await expect.poll(() => running.server.sessions.size).toBe(0)
    await expect.poll(until('two'), { interval: 100 }).toBe('two')
    // As with fal itself, 0.6 and 0.7 hand the notice to the application; from 0.8.6 on nobody hears of it.
    const hears = [CLIENTS['0.6.1'].name, CLIENTS['0.7.4'].name].some((name) => name === version.name)
    if (!hears) expect([talk.errors, pictured(talk).length]).toEqual([[], talk.results.length])
  })

  const speaksText = version.app.startsWith('110602490')
  const canPack = version.name !== CLIENTS['0.6.1'].name

  it('fetches a token, connects, sends and gets its picture, again and again on one socket', async () => {
    const talk = await connect(version)
    talk.connection.send(ask('one'))
    await expect.poll(() => idsOf(talk)).toEqual(['one'])
    talk.connection.send(ask('two', { num_images: 2 }))
    await expect.poll(() => idsOf(talk)).toEqual(['one', 'two'])
    const [first, second] = talk.results
    expect(first).toMatchObject({
      seed: 7,
      num_inference_steps: 2,
      timings: { inference: expect.any(Number) },
    })
    expect(second?.images).toHaveLength(2)
    expect(running.server.sessions.size).toBe(1)
    if (speaksText) expect(first?.images[0]?.url).toMatch(/^data:image\/jpeg;base64,/)
    else expect((await sharp(first?.images[0]?.content).metadata()).format).toBe('jpeg')
    expect(talk.errors).toEqual([])
  })

  it.runIf(canPack)('sends image_bytes and gets bytes', async () => {
    const talk = await connect(version)
    talk.connection.send(ask('bytes', { image_url: undefined, image_bytes: SKETCH }))
    await expect.poll(() => idsOf(talk)).toEqual(['bytes'])
    expect((await sharp(talk.results[0]?.images[0]?.content).metadata()).format).toBe('jpeg')
    expect(running.engine.jobs[0]?.image).toEqual(SKETCH)
  })

  it.runIf(canPack)('hears of bad input in onError, and goes on', async () => {
    const talk = await connect(version)
    talk.connection.send(ask('bad', { strength: 'much' }))
    await expect.poll(() => talk.errors).toMatchObject([{ status: 400, body: { error: 'VALIDATION_ERROR' } }])
    talk.connection.send(ask('good'))
    await expect.poll(() => idsOf(talk)).toEqual(['good'])
    expect(running.server.sessions.size).toBe(1)
  })

  it('two connections of one key are one socket; two keys are two, and nobody sees the pictures of the other', async () => {
    const connectionKey = randomUUID()
    const old = await connect(version, { connectionKey })
    const [same, other] = [await connect(version, { connectionKey }), await connect(version)]
    same.connection.send(ask('same'))
    other.connection.send(ask('other'))
    await expect.poll(() => [idsOf(same), idsOf(other)]).toEqual([['same'], ['other']])
    expect(running.server.sessions.size).toBe(2)
    expect(old.results).toEqual([])
  })
})

describe.each(ALL_CLIENTS)('$name', (version) => {
  const bytesOf = (image: unknown) => sharp(image as Uint8Array).metadata()
  const isOld = /0\.[679]/.test(version.name)

  it("dials the app of Excalidraw's pages", async () => {
    const talk = await connect({ ...version, app: '110602490-sdxl-turbo-realtime' })
    talk.connection.send(ask('drawing', { strength: 0.99, sync_mode: true }))
    await expect.poll(() => idsOf(talk)).toEqual(['drawing'])
    expect(running.engine.jobs[0]).toMatchObject({ image: SKETCH, strength: 0.99 })
  })

  it.skipIf(isOld)("dials the apps of fal's own demonstrations, of a camera and of words", async () => {
    const camera = await connect({ ...version, app: 'fal-ai/fast-turbo-diffusion/image-to-image' })
    camera.connection.send(ask('frame', { image_url: undefined, image_bytes: SKETCH, sync_mode: true }))
    await expect.poll(() => idsOf(camera)).toEqual(['frame'])
    expect(await bytesOf(camera.results[0]?.images[0]?.content)).toMatchObject({ format: 'jpeg' })
    const words = await connect({ ...version, app: 'fal-ai/flux-schnell-realtime' })
    words.connection.send({ prompt: 'a boat', num_inference_steps: 2, request_id: 'words' })
    await expect.poll(() => idsOf(words)).toEqual(['words'])
    expect(running.engine.jobs.map(({ image }) => image)).toEqual([SKETCH, undefined])
  })

  it.skipIf(version.name === CLIENTS['0.6.1'].name)(
    'gets the picture itself where the app is older than several',
    async () => {
      const talk = await connect({ ...version, app: '110602490-sd-turbo-real-time-high-fps-msgpack' })
      talk.connection.send({ prompt: 'a cat', image: SKETCH, num_inference_steps: 2, strength: 0.44 })
      await expect.poll(() => talk.results.length).toBe(1)
      const [result] = talk.results as (FalResult & { image?: unknown })[]
      expect(await bytesOf(result?.image)).toMatchObject({ format: 'jpeg' })
      expect(running.engine.jobs[0]).toMatchObject({ image: SKETCH, strength: 0.44 })
    },
  )
})

describe.each(ALL_CLIENTS.filter(({ name }) => name !== CLIENTS['0.6.1'].name))('$name', (version) => {
  it.each([
    [undefined, ['first', 'd']],
    [3, ['first', 'b', 'c', 'd']],
  ])('with maxBuffering %s what waits is %j', async (maxBuffering, expected) => {
    const talk = await connect(version, maxBuffering === undefined ? {} : { maxBuffering })
    talk.connection.send(ask('warm-up'))
    await expect.poll(() => idsOf(talk)).toEqual(['warm-up'])
    running.engine.pause()
    talk.connection.send(ask('first'))
    await expect.poll(() => running.engine.running).toBe(1)
    for (const id of ['a', 'b', 'c', 'd']) talk.connection.send(ask(id))
    // The answer to this one proves that those before it were read.
    talk.connection.send({ request_id: 'no prompt' })
    await expect.poll(() => talk.errors.length).toBe(1)
    running.engine.resume()
    await expect.poll(() => idsOf(talk).slice(1)).toEqual(expected)
  })
})

describe("draw-fast's pattern on serverless-client 0.6.1", () => {
  it('matches replies by request_id, gives up after its time, and reconnects', async () => {
    const drawing = await DrawFast.open(CLIENTS['0.6.1'])
    expect((await drawing.update('a house')).images[0]?.url).toMatch(/^data:image/)
    running.engine.pause()
    const first = drawing.update('first')
    await expect.poll(() => running.engine.running).toBe(1)
    const second = drawing.update('second')
    running.engine.resume()
    const both = await Promise.all([first, second])
    expect(both.map(({ request_id }) => request_id)).toEqual(drawing.lastIds(2))
    running.engine.pause()
    await expect(drawing.update('too slow', 100)).rejects.toThrow('Timeout')
    running.engine.resume()
    await expect(drawing.update('after')).resolves.toMatchObject({ seed: 42 })
    // The server goes away and comes back on another port: onError, 500 ms, a new socket, on with the drawing.
    await running.server.stop(0)
    running = await start()
    port = running.server.port
    await expect
      .poll(() => drawing.update('again').catch(() => undefined), { timeout: 20_000 })
      .toMatchObject({
        seed: 42,
      })
    expect(drawing.reconnects).toBeGreaterThan(0)
  })

  it('hears nothing of a request that a newer one replaced, and everything of the newest', async () => {
    const drawing = await DrawFast.open(CLIENTS['0.6.1'])
    await drawing.update('warm-up')
    running.engine.pause()
    const runs = drawing.update('runs')
    await expect.poll(() => running.engine.running).toBe(1)
    const replaced = expect(drawing.update('replaced', 500)).rejects.toThrow('Timeout')
    const newest = drawing.update('newest')
    await expect.poll(() => running.ended()).toBe(2)
    running.engine.resume()
    const ids = await Promise.all([runs, newest])
    expect(ids.map(({ request_id }) => request_id)).toEqual([drawing.lastIds(3)[0], drawing.lastIds(1)[0]])
    await replaced
  })
})

/** What tldraw/draw-fast does with the client: ids of its own, a timeout a request, 500 ms before a new connection. */
class DrawFast {
  reconnects = 0
  readonly #key = `draw-fast-${randomUUID()}`
  readonly #ids: string[] = []
  readonly #pending = new Map<
    string,
    { resolve: (result: FalResult) => void; reject: (error: Error) => void }
  >()
  readonly #version: ClientVersion
  #talk: Talk | undefined

  private constructor(version: ClientVersion) {
    this.#version = version
  }

  static async open(version: ClientVersion): Promise<DrawFast> {
    const drawing = new DrawFast(version)
    await drawing.#connect()
    return drawing
  }

  async #connect(): Promise<void> {
    this.#talk = await connect(this.#version, {
      connectionKey: this.#key,
      onResult: (result: FalResult) => {
        if (result.images?.[0]) this.#pending.get(result.request_id)?.resolve(result)
      },
      onError: () => {
        for (const { reject } of this.#pending.values()) reject(new Error('the connection was lost'))
        this.#pending.clear()
        this.reconnects += 1
        setTimeout(() => void this.#connect(), 500)
      },
    })
  }

  lastIds(count: number): string[] {
    return this.#ids.slice(-count)
  }

  update(prompt: string, timeoutMs = 5000): Promise<FalResult> {
    const id = randomUUID()
    this.#ids.push(id)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('Timeout')), timeoutMs)
      const settled = (settle: () => void) => {
        clearTimeout(timer)
        this.#pending.delete(id)
        settle()
      }
      this.#pending.set(id, {
        resolve: (result) => settled(() => resolve(result)),
        reject: (error) => settled(() => reject(error)),
      })
      this.#talk?.connection.send({
        prompt: `${prompt} hd award-winning impressive`,
        image_url: dataUriOf(SKETCH),
        sync_mode: true,
        strength: 0.65,
        seed: 42,
        enable_safety_checks: false,
        request_id: id,
      })
    })
  }
}
