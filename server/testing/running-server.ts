// A whole server on the fake engine and a port of its own, for tests that speak to it through real sockets.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, afterEach } from 'vitest'
import { encodeBinary } from '../../lib/protocol/frame.ts'
import { readConfig } from '../config.ts'
import { createFakeEngine, FAKE_MODEL } from '../engine/fake-engine.ts'
import type { FakeEngineOptions } from '../engine/fake-engine.ts'
import { systemClock } from '../engine/system-clock.ts'
import { createEvents } from '../events.ts'
import { WsClient } from '../gateway/testing/ws-client.ts'
import { startServer } from '../server.ts'
import type { Server, ServerDeps } from '../server.ts'

export const PARAMS = { ...FAKE_MODEL.defaults }

const white = { create: { width: 256, height: 256, channels: 3, background: '#fff' } } as const
export const SKETCH = new Uint8Array(await sharp(white).jpeg().toBuffer())

/** Beside the pages lies a file that no request may reach. */
const root = mkdtempSync(join(tmpdir(), 'server-'))
mkdirSync(join(root, 'out'))
writeFileSync(join(root, 'out/index.html'), '<html>the page</html>')
writeFileSync(join(root, 'secret.txt'), 'secret')

const cleanUps: (() => Promise<void>)[] = []
let usualHost: ServerDeps['chooseHost']

/** For all servers that this test file starts from now on. */
export function startOn(chooseHost: ServerDeps['chooseHost']): void {
  usualHost = chooseHost
}

/** Once per test file: stops what its tests started. */
export function cleanUpAfterTests(): void {
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))
}

export async function start(
  engineOptions: FakeEngineOptions = {},
  env: Record<string, string> = {},
  deps: Partial<ServerDeps> = {},
) {
  const engine = createFakeEngine(engineOptions)
  const config = readConfig({ PORT: '0', LOG_LEVEL: 'silent', ...env })
  let ended = 0
  const real = createEvents(config.logLevel)
  const frameEnded: typeof real.frameEnded = (session, end) => {
    ended += 1
    real.frameEnded(session, end)
  }
  const events = { ...real, frameEnded }
  const server = await startServer({
    config,
    engine,
    events,
    clock: systemClock,
    pagesDir: join(root, 'out'),
    ...(usualHost && { chooseHost: usualHost }),
    ...deps,
  })
  cleanUps.push(async () => {
    engine.resume()
    await server.stop(0)
    await engine[Symbol.asyncDispose]()
  })
  return { server, engine, ended: () => ended }
}

export async function connect(
  server: Server,
  path = '/api/live',
  headers: Record<string, string> = {},
): Promise<WsClient> {
  const client = await WsClient.open(`ws://127.0.0.1:${server.port}${path}`, headers)
  cleanUps.push(async () => client.socket.terminate())
  return client
}

/** Greeted, with parameters under revision 1. */
export async function drawing(server: Server, params = PARAMS): Promise<WsClient> {
  const client = await connect(server)
  client.sendJson({ type: 'hello', protocol: 1 })
  await client.untilType('welcome')
  client.sendJson({ type: 'params', rev: 1, params })
  return client
}

/** A binary frame under revision 1; no bytes: paint from the words. */
export function binary(seq: number, image: Uint8Array = SKETCH): Uint8Array<ArrayBuffer> {
  const codec = image.length > 0 ? 'jpeg' : 'none'
  return encodeBinary({ kind: 'frame', codec, seq, paramsRev: 1, width: 256, height: 256, meta: {}, image })
}

export function dataUriOf(image: Uint8Array): string {
  return `data:image/jpeg;base64,${Buffer.from(image).toString('base64')}`
}

export function falBody(patch: object = {}): string {
  return JSON.stringify({
    prompt: 'a cat',
    image_url: dataUriOf(SKETCH),
    num_inference_steps: 2,
    seed: 7,
    request_id: 'r1',
    ...patch,
  })
}
