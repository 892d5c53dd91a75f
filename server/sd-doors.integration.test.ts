// Clean-room clients of the Stable Diffusion world against a whole server on the fake engine: what the pages of
// sdxl-websocket, SD.Next and the SSE tutorial do, with the packages they do it with.
import { decode as decodeMsgpack } from '@msgpack/msgpack'
import { EventSource } from 'eventsource'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { sniffCodec } from '../lib/protocol/image-bytes.ts'
import { cleanUpAfterTests, connect, start } from './testing/running-server.ts'

cleanUpAfterTests()

const PAGE_REQUEST = {
  use_binary: true,
  engine: 'stable-diffusion-xl-1024-v1-0',
  steps: 40,
  width: 1024,
  height: 1024,
  seed: 1234,
  cfg_scale: 5,
  samples: 4,
  text_prompts: [
    { text: 'a lighthouse', weight: 1 },
    { text: 'blurry', weight: -1 },
  ],
  callback_steps: 5,
  callback_start: 0,
}

interface Update {
  step: number
  artifacts?: readonly (Uint8Array | { base64: string })[]
  used?: Record<string, unknown>
}

/** As the page: reads binary frames, or text, until `step === steps - 1`, and then closes. */
async function generate(
  client: Awaited<ReturnType<typeof connect>>,
  request: object,
  steps = 40,
): Promise<Update[]> {
  const binary = !('use_binary' in request) || request.use_binary === true
  client.sendJson(request)
  const updates: Update[] = []
  do {
    const message = await client.next()
    if (binary === (typeof message === 'string')) continue
    updates.push((typeof message === 'string' ? JSON.parse(message) : decodeMsgpack(message)) as Update)
  } while (updates.at(-1)?.step !== steps - 1)
  client.close()
  return updates
}

const bytesOf = (artifact: Uint8Array | { base64: string } | undefined) =>
  artifact === undefined || artifact instanceof Uint8Array
    ? (artifact ?? new Uint8Array())
    : new Uint8Array(Buffer.from(artifact.base64, 'base64'))

describe('sdxl-websocket', () => {
  it('gets its grid of four, previews on the way, and the full size with the last step', async () => {
    const { server, engine } = await start()
    const updates = await generate(await connect(server, '/images/generate-ws'), PAGE_REQUEST)
    const steps = updates.map(({ step }) => step)
    expect(steps).toEqual([...steps].sort((a, b) => a - b))
    expect(new Set(steps).size).toBe(32)
    const previews = updates.slice(0, -1).flatMap(({ artifacts }) => artifacts ?? [])
    expect(previews.length).toBeGreaterThan(4)
    for (const preview of previews) {
      const { width, height, format } = await sharp(bytesOf(preview)).metadata()
      expect([format, Math.max(width, height) <= 256]).toEqual(['jpeg', true])
    }
    const last = updates.at(-1)
    expect(last?.artifacts).toHaveLength(4)
    for (const artifact of last?.artifacts ?? [])
      expect(await sharp(bytesOf(artifact)).metadata()).toMatchObject({
        format: 'jpeg',
        width: 512,
        height: 512,
      })
    expect(last?.used).toEqual({
      steps: 8,
      width: 512,
      height: 512,
      cfg_scale: 5,
      seeds: [1234, 1235, 1236, 1237],
    })
    expect(engine.jobs.map(({ prompt, negativePrompt, image }) => [prompt, negativePrompt, image])).toEqual(
      Array.from({ length: 4 }, () => ['a lighthouse', 'blurry', undefined]),
    )
  })

  it('speaks JSON when asked, and takes what is left out from the model', async () => {
    const { server, engine } = await start()
    const client = await connect(server, '/images/generate-ws')
    const request = {
      use_binary: false,
      samples: 1,
      text_prompts: [{ text: 'x', weight: 1 }],
      callback_steps: 0,
    }
    const updates = await generate(client, request)
    expect(updates.filter(({ artifacts }) => artifacts)).toHaveLength(1)
    expect(sniffCodec(bytesOf(updates.at(-1)?.artifacts?.[0]))).toBe('jpeg')
    const { steps, guidanceScale, width, height } = engine.info.defaults
    expect(engine.jobs[0]).toMatchObject({ steps, guidanceScale, width, height, strength: 1 })
    expect(engine.previewWork.decoded).toBe(0)
  })

  it('shows an error the only way its page can: as a picture in the last step', async () => {
    const { server, engine } = await start()
    engine.failNext('engine_crashed')
    const cases = [
      PAGE_REQUEST,
      { ...PAGE_REQUEST, text_prompts: 'no list' },
      { ...PAGE_REQUEST, samples: 99 },
    ]
    for (const request of cases) {
      const updates = await generate(await connect(server, '/images/generate-ws'), request)
      const card = bytesOf(updates.at(-1)?.artifacts?.[0])
      const { data, info } = await sharp(card).greyscale().raw().toBuffer({ resolveWithObject: true })
      expect([info.width, info.height]).toEqual([512, 512])
      expect(data.filter((value) => value < 128).length).toBeGreaterThan(500)
    }
  })

  it('stops painting when its page leaves', async () => {
    const { server, engine } = await start({ paused: true })
    const client = await connect(server, '/images/generate-ws')
    client.sendJson(PAGE_REQUEST)
    while (engine.running === 0) await new Promise(setImmediate)
    client.close()
    await client.closed
    while (engine.ended.failed === 0) await new Promise(setImmediate)
    expect(engine.ended.done).toBe(0)
  })
})

interface SseEvent {
  readonly type: string
  readonly id: string
  readonly data: string
}

/** Collects until `[DONE]`, where the page closes; or until the connection ends when told not to. */
function listen(
  url: string,
  { until = '[DONE]', headers = {} }: { until?: string; headers?: Record<string, string> } = {},
) {
  const events: SseEvent[] = []
  const source = new EventSource(url, {
    fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...headers } }),
  })
  return new Promise<SseEvent[]>((resolve) => {
    const note = (event: MessageEvent) => {
      events.push({ type: event.type, id: event.lastEventId, data: String(event.data) })
      if (event.data !== until && event.type !== until) return
      source.close()
      resolve(events)
    }
    for (const type of ['message', 'progress']) source.addEventListener(type, note)
    source.addEventListener('error', () => {
      source.close()
      resolve(events)
    })
  })
}

const pictures = (events: readonly SseEvent[]) =>
  events
    .filter(({ type, data }) => type === 'message' && data !== '[DONE]')
    .map(({ data }) => JSON.parse(data) as { step: number; total_steps: number; image: string })

describe('server-sent events', () => {
  it('brings every n-th step and the picture in hex, progress in events of their own, and [DONE]', async () => {
    const { server, engine } = await start()
    const url = `http://127.0.0.1:${server.port}/generate?prompt=a%20boat&steps=4&seed=5&every=2`
    const events = await listen(url)
    expect(pictures(events).map(({ step, total_steps }) => [step, total_steps])).toEqual([
      [2, 4],
      [4, 4],
    ])
    for (const { image } of pictures(events))
      expect(sniffCodec(new Uint8Array(Buffer.from(image, 'hex')))).toBe('jpeg')
    expect(
      events.filter(({ type }) => type === 'progress').map(({ data }) => JSON.parse(data) as object),
    ).toEqual([0, 1, 2, 3, 4].map((step) => ({ step, total_steps: 4 })))
    expect(events.at(-1)?.data).toBe('[DONE]')
    expect(engine.jobs).toHaveLength(1)
    expect(engine.jobs[0]).toMatchObject({ prompt: 'a boat', seed: 5, image: undefined })
  })

  it('sends base64, sizes and qualities as asked, and previews no faster than asked', async () => {
    const { server, engine } = await start()
    const query = 'prompt=x&steps=8&encoding=base64&preview_size=32&preview_quality=20&interval_ms=60000'
    const shown = pictures(await listen(`http://127.0.0.1:${server.port}/generate?${query}`))
    expect(shown.map(({ step }) => step)).toEqual([1, 8])
    const sizes = await Promise.all(
      shown.map(async ({ image }) => (await sharp(Buffer.from(image, 'base64')).metadata()).width),
    )
    expect(sizes).toEqual([32, 256])
    expect(engine.jobs[0]?.previews).toMatchObject([{ side: 32, quality: 20 }])
  })

  it('goes on after a lost connection with the same job, and sends nothing twice', async () => {
    const { server, engine } = await start({ paused: true })
    const url = `http://127.0.0.1:${server.port}/generate?prompt=x&steps=3`
    const cut = listen(url, { until: 'progress' })
    while (engine.running === 0) await new Promise(setImmediate)
    const first = await cut
    engine.resume()
    const id = first.at(-1)?.id ?? ''
    expect(id).toMatch(/:1$/)
    const rest = await listen(url, { headers: { 'last-event-id': id } })
    expect(engine.jobs).toHaveLength(1)
    expect(rest.map((event) => event.id)).not.toContain(id)
    expect(rest.at(-1)?.data).toBe('[DONE]')
    expect(pictures(rest).at(-1)).toMatchObject({ step: 3, total_steps: 3 })
    // The page that did not close on [DONE] comes back with its id, and is told to stay away.
    const again = await fetch(url, { headers: { 'last-event-id': rest.at(-1)?.id ?? '' } })
    expect(again.status).toBe(204)
    expect(engine.jobs).toHaveLength(1)
  })

  it('refuses before it streams, with a status and words', async () => {
    const { server } = await start()
    const answer = await fetch(`http://127.0.0.1:${server.port}/generate?steps=4`)
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ code: 'invalid_params', field: 'prompt' })
  })

  it('has a socket form beside it', async () => {
    const { server } = await start()
    const client = await connect(server, '/generate')
    client.sendJson({ prompt: 'a boat', steps: 2 })
    const messages: Record<string, unknown>[] = []
    do messages.push(JSON.parse(String(await client.next())) as Record<string, unknown>)
    while (messages.at(-1)?.['done'] !== true)
    const shown = messages.filter(({ image }) => typeof image === 'string')
    expect(shown.map(({ step, total_steps }) => [step, total_steps])).toEqual([
      [1, 2],
      [2, 2],
    ])
    client.sendJson({ steps: 2 })
    expect(JSON.parse(String(await client.next()))).toMatchObject({ code: 'invalid_params', done: true })
  })
})
