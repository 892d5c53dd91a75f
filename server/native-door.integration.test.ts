import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeBinary } from '../lib/protocol/frame.ts'
import { plainRequest, WsClient } from './gateway/testing/ws-client.ts'
import {
  binary,
  cleanUpAfterTests,
  connect,
  dataUriOf,
  drawing,
  PARAMS,
  SKETCH,
  start,
} from './testing/running-server.ts'

cleanUpAfterTests()

describe('the native door', () => {
  it('W4 paints a frame in both encodings of one socket', async () => {
    const { server } = await start()
    const client = await drawing(server)
    client.send(binary(1))
    const message = decodeBinary(await client.untilBinary())
    expect(message).toMatchObject({
      kind: 'image',
      seq: 1,
      paramsRev: 1,
      width: 256,
      height: 256,
      meta: { renderedWidth: 256, timings: { unetMs: expect.any(Array) } },
    })
    expect((await sharp(message.image).metadata()).width).toBe(256)
    client.sendJson({ type: 'frame', seq: 2, rev: 1, image: dataUriOf(SKETCH) })
    const json = await client.untilType('image')
    expect(json).toMatchObject({
      seq: 2,
      rev: 1,
      seed: PARAMS.seed,
      timings: { totalMs: expect.any(Number) },
    })
    const same = Buffer.from(String(json['image']).split(',')[1] ?? '', 'base64')
    expect(same.equals(message.image)).toBe(true)
  })

  it('P1 sends previews of every n-th step when asked, in the asked form and, in the encoding of the frame', async () => {
    const { server } = await start()
    const client = await drawing(server)
    client.sendJson({ type: 'previews', everySteps: 2, side: 64, codec: 'webp' })
    client.send(binary(1))
    expect(decodeBinary(await client.untilBinary())).toMatchObject({
      kind: 'preview',
      codec: 'webp',
      width: 64,
      seq: 1,
      meta: { step: 2, steps: 4 },
    })
    expect(decodeBinary(await client.untilBinary())).toMatchObject({ kind: 'image', seq: 1 })
  })

  it('never shows one socket what another drew', async () => {
    const { server, engine } = await start({ stepMs: 1 })
    const clients = await Promise.all([11, 22].map((seed) => drawing(server, { ...PARAMS, seed })))
    for (let seq = 1; seq <= 5; seq++) {
      for (const client of clients) client.sendJson({ type: 'frame', seq, rev: 1, image: dataUriOf(SKETCH) })
      const seeds = await Promise.all(
        clients.map(async (client) => (await client.untilType('image'))['seed']),
      )
      expect(seeds).toEqual([11, 22])
    }
    expect(engine.jobs).toHaveLength(10)
  })

  it('F3 lets the newest of many frames win under a slow engine', async () => {
    const { server, engine } = await start({ paused: true })
    const client = await drawing(server)
    client.send(binary(1))
    await client.untilType('started')
    for (let seq = 2; seq <= 6; seq++) client.send(binary(seq))
    const superseded = []
    for (let i = 0; i < 4; i++) superseded.push((await client.untilType('superseded'))['seq'])
    expect(superseded).toEqual([2, 3, 4, 5])
    engine.resume()
    expect(decodeBinary(await client.untilBinary()).seq).toBe(1)
    expect(decodeBinary(await client.untilBinary()).seq).toBe(6)
  })

  it('E1 stops the job of a socket that goes away, and its session with it', async () => {
    const { server, engine } = await start({ paused: true })
    const client = await drawing(server)
    client.send(binary(1))
    await client.untilType('started')
    client.close()
    await expect.poll(() => [engine.running, engine.ended.failed, server.sessions.size]).toEqual([0, 1, 0])
  })

  it('E3 keeps the socket through a crash of the engine and says what happened', async () => {
    const { server, engine } = await start({ paused: true })
    const client = await drawing(server)
    client.send(binary(1))
    await client.untilType('started')
    engine.crash()
    expect(await client.untilType('status')).toMatchObject({ engine: 'degraded' })
    expect(await client.untilType('failed')).toMatchObject({
      seq: 1,
      code: 'engine_crashed',
      retryable: true,
    })
    engine.recover()
    engine.resume()
    client.send(binary(2))
    expect(decodeBinary(await client.untilBinary()).seq).toBe(2)
  })

  it('waits for an engine that is still loading', async () => {
    const { server, engine } = await start({ state: { name: 'loading', detail: undefined } })
    const client = await connect(server)
    client.sendJson({ type: 'hello', protocol: 1 })
    expect(await client.untilType('welcome')).toMatchObject({
      engine: 'loading',
      credit: 2,
      messageLimitBytes: 1048576,
    })
    client.sendJson({ type: 'params', rev: 1, params: PARAMS })
    client.send(binary(1))
    engine.recover()
    expect(await client.untilType('status')).toMatchObject({ engine: 'ready' })
    expect(decodeBinary(await client.untilBinary()).seq).toBe(1)
  })

  it('W10 says right after the welcome what the engine said before, that it runs on another provider say', async () => {
    const detail = 'Running on cpu since webgpu failed 3 times in a minute'
    const { server } = await start({ state: { name: 'ready', detail } })
    const client = await connect(server)
    client.sendJson({ type: 'hello', protocol: 1 })
    expect(await client.until(() => true)).toMatchObject({ type: 'welcome', engine: 'ready' })
    expect(await client.until(() => true)).toEqual({ type: 'status', engine: 'ready', detail })
  })

  it('says goodbye with 1013 when all places are taken', async () => {
    const { server } = await start({}, { SKETCHWIRE_MAX_SESSIONS: '1' })
    await drawing(server)
    const second = await connect(server)
    expect(await second.untilType('error')).toMatchObject({ code: 'too_many_sessions' })
    expect(await second.closed).toBe(1013)
  })
})

describe('a slow reader', () => {
  it('C3 gets the newest picture and a word about those it missed', async () => {
    const heavy = new Uint8Array(6_000_000)
    const { server, ended } = await start({ picture: async () => heavy })
    const client = await drawing(server)
    client.socket.pause()
    for (let seq = 1; seq <= 8; seq++) {
      client.send(binary(seq, new Uint8Array(0)))
      await expect.poll(ended).toBe(seq)
    }
    client.socket.resume()
    const images: number[] = []
    const superseded: unknown[] = []
    while (images.at(-1) !== 8) {
      const message = await client.next()
      if (typeof message !== 'string') images.push(decodeBinary(message).seq)
      else if (message.includes('"superseded"')) superseded.push(JSON.parse(message).seq)
    }
    expect(superseded.length).toBeGreaterThan(0)
    expect([...images, ...superseded].map(Number).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(images).toEqual([...images].sort())
  })
})

describe('the end', () => {
  it('E4 finishes what runs, refuses what comes, closes with 1012 and frees the port', async () => {
    const { server, engine } = await start({ paused: true })
    const client = await drawing(server)
    client.send(binary(1))
    await client.untilType('started')
    client.send(binary(2))
    client.sendJson({ type: 'ping', clientMs: 0 })
    await client.untilType('pong')
    const stopping = server.stop(5000)
    expect(await client.untilType('failed')).toMatchObject({ seq: 2, code: 'draining', retryable: true })
    client.send(binary(3))
    expect(await client.untilType('refused')).toMatchObject({ seq: 3, code: 'draining' })
    engine.resume()
    expect(decodeBinary(await client.untilBinary()).seq).toBe(1)
    expect(await client.closed).toBe(1012)
    await stopping
    await expect(WsClient.open(`ws://127.0.0.1:${server.port}/api/live`)).rejects.toThrow(/ECONNREFUSED/)
  })

  it('says that it stops at /readyz first, and serves on for as long as it was told', async () => {
    const { server } = await start()
    const client = await drawing(server)
    const readiness = () => plainRequest(server.port, { path: '/readyz' })
    expect(await readiness()).toMatchObject({ status: 200 })
    const stopping = server.stop(5000, 1000)
    const leaving = await readiness()
    expect([leaving.status, JSON.parse(leaving.body)]).toMatchObject([503, { ready: false, draining: true }])
    client.send(binary(1))
    expect(decodeBinary(await client.untilBinary()).seq).toBe(1)
    await drawing(server)
    expect(await client.closed).toBe(1012)
    await stopping
  })

  it('E4 waits no longer than its patience for an engine that hangs', async () => {
    const { server } = await start({ paused: true })
    const client = await drawing(server)
    client.send(binary(1))
    await client.untilType('started')
    const stopping = server.stop(1)
    expect(await client.untilType('failed')).toMatchObject({ seq: 1, code: 'draining' })
    expect(await client.closed).toBe(1012)
    await stopping
  })

  it('refuses a port that another server has, naming it and the remedy', async () => {
    const { server } = await start()
    await expect(start({}, { PORT: String(server.port) })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringMatching(`${server.port}.*PORT=`),
    })
  })
})
