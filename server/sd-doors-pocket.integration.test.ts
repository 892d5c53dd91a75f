// Text to image with the bundled model, through doors of the Stable Diffusion world and end to end.
import { decode as decodeMsgpack } from '@msgpack/msgpack'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { createLocalEngine } from './engine/local-engine.ts'
import type { LocalEngine } from './engine/local-engine.ts'
import { silentLog } from './engine/log.ts'
import { systemClock } from './engine/system-clock.ts'
import { POCKET_MODEL } from './engine/testing/models.ts'
import { createEvents } from './events.ts'
import { WsClient } from './gateway/testing/ws-client.ts'
import { readPngText } from '../lib/protocol/png-parameters.ts'
import { startServer } from './server.ts'
import type { Server } from './server.ts'

describe('the bundled model', { timeout: 120_000 }, () => {
  let engine: LocalEngine
  let server: Server
  beforeAll(async () => {
    engine = await createLocalEngine({ modelDir: POCKET_MODEL, log: silentLog })
    const config = readConfig({ PORT: '0', LOG_LEVEL: 'silent' })
    server = await startServer({
      config,
      engine,
      events: createEvents('silent'),
      clock: systemClock,
      pagesDir: POCKET_MODEL,
    })
  }, 120_000)
  afterAll(async () => {
    await server.stop(0)
    await engine[Symbol.asyncDispose]()
  })

  /** How much the colours of a picture vary: nothing painted is 0. */
  const contrast = async (image: Uint8Array) =>
    Math.max(...(await sharp(image).stats()).channels.map(({ stdev }) => stdev))

  it('paints from words for sdxl-websocket, with previews on the way', async () => {
    const client = await WsClient.open(`ws://127.0.0.1:${server.port}/images/generate-ws`)
    client.sendJson({
      steps: 3,
      samples: 2,
      width: 256,
      height: 256,
      seed: 3,
      text_prompts: [{ text: 'sunset sea boat', weight: 1 }],
      callback_steps: 1,
    })
    const updates: { step: number; artifacts?: Uint8Array[] }[] = []
    do updates.push(decodeMsgpack(await client.untilBinary()) as (typeof updates)[number])
    while (updates.at(-1)?.step !== 2)
    client.close()
    const last = updates.at(-1)?.artifacts ?? []
    expect(last).toHaveLength(2)
    expect(Buffer.from(last[0] ?? []).equals(Buffer.from(last[1] ?? []))).toBe(false)
    for (const image of last) {
      expect(await sharp(image).metadata()).toMatchObject({ format: 'jpeg', width: 256, height: 256 })
      expect(await contrast(image)).toBeGreaterThan(10)
    }
    expect(updates.slice(0, -1).some(({ artifacts }) => artifacts !== undefined)).toBe(true)
  })

  it('paints the same picture for the same seed over A1111, with its settings inside', async () => {
    const paint = async (seed: number) => {
      const body = JSON.stringify({ prompt: 'night sea lighthouse', steps: 2, seed, width: 256, height: 256 })
      const answer = await fetch(`http://127.0.0.1:${server.port}/sdapi/v1/txt2img`, { method: 'POST', body })
      const { images } = (await answer.json()) as { images: string[] }
      return Buffer.from(images[0] ?? '', 'base64')
    }
    const [first, again, other] = [await paint(5), await paint(5), await paint(6)]
    expect(first.equals(again)).toBe(true)
    expect(first.equals(other)).toBe(false)
    expect(await contrast(first)).toBeGreaterThan(10)
    expect(readPngText(first).get('parameters')).toMatch(
      /^night sea lighthouse\nSteps: 2, Sampler: LCM,.*Seed: 5/,
    )
  })
})
