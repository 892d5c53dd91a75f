// The client against the real gateway over real sockets, with the fake engine behind it.
import sharp from 'sharp'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { cleanUpAfterTests, start } from '../../server/testing/running-server.ts'
import { browserEnvironment, socketOpener } from './environment.ts'
import type { Environment } from './environment.ts'
import { createSketchClient } from './sketch-client.ts'
import { FakeBitmap } from './testing/fakes.ts'
import type { ClientState, SketchClient, SketchClientOptions, TakeSnapshot } from './types.ts'

cleanUpAfterTests()

const GREYS = 200
const clients: SketchClient[] = []
afterEach(() => clients.splice(0).forEach((client) => client.dispose()))

/** Node's clock and `ws` in place of a browser; pictures are really decoded. */
function nodeEnvironment(): Environment {
  return {
    ...browserEnvironment(socketOpener(WebSocket as unknown as typeof globalThis.WebSocket)),
    requestFrame: (run) => {
      const id = setTimeout(run, 4)
      return () => clearTimeout(id)
    },
    isHidden: () => false,
    onVisibilityChange: () => () => undefined,
    onOnline: () => () => undefined,
    prefersReducedMotion: () => true,
    decodeImage: async (blob) => {
      const { width, height } = await sharp(await blob.arrayBuffer()).metadata()
      return new FakeBitmap(width, height)
    },
    reportError: (error) => {
      throw error
    },
  }
}

function open(port: number, options: Partial<SketchClientOptions> = {}) {
  const drawing = { grey: 0 }
  const takeSnapshot: TakeSnapshot = async (size) => {
    const grey = drawing.grey % GREYS
    const background = { r: grey, g: grey, b: grey }
    const bytes = await sharp({ create: { ...size, channels: 3, background } })
      .jpeg({ quality: 100 })
      .toBuffer()
    return { bytes, codec: 'jpeg', ...size, hash: String(grey), snapshotMs: 1 }
  }
  const url = `ws://127.0.0.1:${port}/api/live`
  const client = createSketchClient({ url, takeSnapshot, autoRefine: false, ...options }, nodeEnvironment())
  clients.push(client)
  const draw = (): void => {
    drawing.grey += 1
    client.markDirty()
  }
  return { client, drawing, draw }
}

function until(client: SketchClient, holds: (state: ClientState) => boolean): Promise<ClientState> {
  if (holds(client.store.getState())) return Promise.resolve(client.store.getState())
  return new Promise((resolve) => {
    const off = client.store.subscribe((state) => {
      if (!holds(state)) return
      off()
      resolve(state)
    })
  })
}

const painted = (count: number) => (state: ClientState) =>
  state.stats.painted >= count && state.activity === 'up-to-date'

/** Grey of the flat sketch that a job got, as the JPEG kept it. */
async function greyOf(image: Uint8Array | undefined): Promise<number | undefined> {
  return image && (await sharp(image).raw().toBuffer())[0]
}

describe('client and gateway', () => {
  it('paint the drawing, then refine it larger with the same seed, and agree on clock and credit', async () => {
    const { server, engine } = await start()
    const { client } = open(server.port, { autoRefine: true, refineAfterMs: 10, params: { seed: 7 } })
    const state = await until(
      client,
      (now) => now.refined && painted(2)(now) && now.stats.roundTripMs !== undefined,
    )
    expect(state.error).toBeUndefined()
    expect(state.stats).toMatchObject({ painted: 2, superseded: 0 })
    expect(engine.jobs.map(({ mode, width, steps, seed }) => ({ mode, width, steps, seed }))).toEqual([
      { mode: 'live', width: 256, steps: 4, seed: 7 },
      { mode: 'refine', width: 512, steps: 8, seed: 7 },
    ])
    expect(client.lastFrame()).toMatchObject({
      width: 512,
      height: 512,
      meta: { mode: 'refine', renderedWidth: 512 },
    })
    expect(client.clockOffsetMs()).toBeTypeOf('number')
  })

  it('paint the newest drawing in the end, under an engine slower than the pen, without one refusal (C1, F3)', async () => {
    const { server, engine } = await start({ stepMs: 5 })
    const { client, draw, drawing } = open(server.port)
    const seqs: number[] = []
    client.onFrame((frame) => {
      seqs.push(frame.seq)
      if (seqs.length < 12) for (let change = 0; change < 10; change++) draw()
    })
    // The pump notices every stroke in between, too.
    while (seqs.length < 12) {
      draw()
      await new Promise((resolve) => setImmediate(resolve))
    }
    const state = await until(client, (now) => now.activity === 'up-to-date')
    expect(state.error).toBeUndefined()
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
    expect(await greyOf(engine.jobs.at(-1)?.image)).toBe(drawing.grey % GREYS)
  })

  it('try again after the engine failed, say so, and forget it with the next picture (E3)', async () => {
    const { server } = await start({ faults: ['engine_crashed'] })
    const { client } = open(server.port)
    expect((await until(client, (state) => state.error !== undefined)).error?.code).toBe('engine_crashed')
    expect((await until(client, painted(1))).error).toBeUndefined()
  })

  it('survive a restart of the server: parameters and scene go out again (E1)', async () => {
    const first = await start()
    const { client, draw } = open(first.server.port)
    await until(client, painted(1))
    client.setParams({ prompt: 'a boat' })
    await until(client, painted(2))
    await first.server.stop(0)
    const { status } = await until(client, (state) => state.activity === 'offline')
    expect(status.name).toBe('waiting')
    draw()
    const second = await start({}, { PORT: String(first.server.port) })
    await until(client, painted(3))
    expect(second.engine.jobs).toMatchObject([{ prompt: 'a boat' }])
  })

  it('part with "reload" when they speak different protocols (W1)', async () => {
    const { server } = await start()
    const env = nodeEnvironment()
    const openSocket: Environment['openSocket'] = (url, handlers) => {
      const socket = env.openSocket(url, handlers)
      const older = (data: unknown) =>
        typeof data === 'string' ? data.replace('"protocol":1', '"protocol":99') : ''
      return { ...socket, send: (data) => socket.send(older(data)) }
    }
    const takeSnapshot: TakeSnapshot = () => Promise.reject(new Error('nobody asked'))
    const url = `ws://127.0.0.1:${server.port}/api/live`
    const client = createSketchClient({ url, takeSnapshot }, { ...env, openSocket })
    clients.push(client)
    const { status } = await until(client, (state) => state.status.name === 'reload')
    expect(status).toMatchObject({ reason: expect.stringContaining('reload') })
  })
})
