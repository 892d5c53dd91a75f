// fal's newest published package against the bundled model.
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { createLocalEngine } from './engine/local-engine.ts'
import type { LocalEngine } from './engine/local-engine.ts'
import { silentLog } from './engine/log.ts'
import { systemClock } from './engine/system-clock.ts'
import { POCKET_MODEL } from './engine/testing/models.ts'
import { createEvents } from './events.ts'
import { startServer } from './server.ts'
import type { Server } from './server.ts'
import { CLIENTS, leadFalHostsTo, resultOf } from './testing/fal-hosts.ts'
import type { FalResult } from './testing/fal-hosts.ts'

const pages = mkdtempSync(join(tmpdir(), 'no-pages-'))
let engine: LocalEngine
let server: Server
leadFalHostsTo(() => server.port)
beforeAll(async () => {
  engine = await createLocalEngine({ modelDir: POCKET_MODEL, log: silentLog })
  const config = readConfig({ PORT: '0', LOG_LEVEL: 'silent' })
  const events = createEvents('silent')
  server = await startServer({ config, engine, events, clock: systemClock, pagesDir: pages })
}, 120_000)
afterAll(async () => {
  await server.stop(0)
  await engine[Symbol.asyncDispose]()
  rmSync(pages, { recursive: true })
})

/** A dark hill under a bright sky, with a sun. */
const SKETCH = await sharp(
  Buffer.from(
    '<svg width="256" height="256"><rect width="256" height="256" fill="#9cf"/>' +
      '<ellipse cx="128" cy="256" rx="160" ry="100" fill="#252"/><circle cx="190" cy="60" r="28" fill="#fd4"/></svg>',
  ),
)
  .jpeg()
  .toBuffer()

async function luminance(
  picture: Uint8Array,
): Promise<{ sky: number; ground: number; width: number | undefined }> {
  const { width } = await sharp(picture).metadata()
  const { data } = await sharp(picture)
    .greyscale()
    .resize(1, 8, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { sky: data[1] ?? 0, ground: data[7] ?? 255, width }
}

it('paints what was drawn, over REST and over the socket, the same picture for the same seed', async () => {
  const fal = await CLIENTS['1.10.1'].load()
  fal.config({ credentials: 'id:secret' })
  const input = { prompt: 'a hill on a clear day, photo', strength: 0.6, seed: 11, num_inference_steps: 50 }
  const asked = {
    ...input,
    sync_mode: true,
    image_url: `data:image/jpeg;base64,${SKETCH.toString('base64')}`,
  }
  const result = resultOf(await fal.subscribe('fal-ai/lcm-sd15-i2i', { input: asked, pollInterval: 20 }))
  const [, most] = engine.info.limits.steps
  expect(result).toMatchObject({ seed: 11, num_inference_steps: most, images: [{ width: 256, height: 256 }] })
  const first = Buffer.from(result.images[0]?.url.split(',')[1] ?? '', 'base64')
  const { sky, ground, width } = await luminance(first)
  expect(width).toBe(256)
  expect(sky).toBeGreaterThan(ground + 20)

  const results: FalResult[] = []
  const connection = fal.realtime.connect('fal-ai/lcm-sd15-i2i', {
    connectionKey: randomUUID(),
    clientOnly: false,
    onResult: (one: FalResult) => results.push(one),
  })
  connection.send({ ...input, image_bytes: new Uint8Array(SKETCH), request_id: 'socket' })
  await expect.poll(() => results.length, { timeout: 60_000 }).toBe(1)
  expect(results[0]).toMatchObject({ request_id: 'socket', seed: 11 })
  expect(Buffer.compare(Buffer.from(results[0]?.images[0]?.content ?? []), first)).toBe(0)
}, 120_000)
