// Requests that only name their sketch: what is fetched of them, when, and what becomes of those that are given up.
import { afterEach, describe, expect, it } from 'vitest'
import { PNG } from '../compat/dialect.contract.ts'
import { settle } from '../session/testing/harness.ts'
import type { FetchImage } from './fetch-image.ts'
import { FETCH_LIMITS } from './fetch-turns.ts'
import { memoryServer } from './testing/memory-server.ts'
import type { MemoryServerOptions } from './testing/memory-server.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

const APP = '/fal-ai/lcm'
const ASK = JSON.stringify({ prompt: 'a', image_url: 'https://pictures.example/a.png' })
const WORDS = JSON.stringify({ prompt: 'a' })

/** A server of somebody else that answers when it is told to, and whose pictures fail for those who give them up. */
async function start(options: MemoryServerOptions = {}) {
  const asked: (() => void)[] = []
  const fetchImage: FetchImage = (_url, signal) =>
    new Promise((resolve) => {
      asked.push(() => resolve({ ok: true, image: Uint8Array.from(PNG) }))
      const error = { code: 'invalid_params', message: 'did not come in time', field: 'image' } as const
      signal.addEventListener('abort', () => resolve({ ok: false, error }))
    })
  const server = await memoryServer({ fetchImage, ...options })
  close = server.close
  const send = (method: string, path: string, body = '') => server.host.request({ method, path, body })
  const post = (path: string, body: string) => send('POST', path, body)
  const statuses: number[] = []
  const postAll = async (path: string, count: number, body = ASK) => {
    for (let sent = 0; sent < count; sent++) void post(path, body).then(({ status }) => statuses.push(status))
    await settle()
    return statuses.splice(0)
  }
  return { ...server, asked, send, post, postAll, statuses }
}

const refused = (count: number) => Array<number>(count).fill(429)

describe('requests that name their picture', () => {
  it('take their place in the line before anything is fetched, and their turn to fetch', async () => {
    const { asked, postAll, statuses, runOut } = await start()
    expect(await postAll(APP, 500)).toEqual(refused(484))
    expect(asked).toHaveLength(FETCH_LIMITS.perCaller)
    for (let round = 0; round < 16; round++) {
      for (const arrive of asked) arrive()
      await runOut()
    }
    expect(statuses).toEqual(Array<number>(16).fill(200))
    expect(asked).toHaveLength(16)
  })

  it('keep their place: those that come later with all they need do not take it', async () => {
    const { asked, postAll, statuses, runOut } = await start()
    expect(await postAll(APP, 10)).toEqual([])
    expect(await postAll(APP, 10, WORDS)).toEqual(refused(4))
    for (let round = 0; round < 10; round++) {
      for (const arrive of asked) arrive()
      await runOut()
    }
    expect(statuses).toEqual(Array<number>(16).fill(200))
  })

  it('of several pictures take one place and fetch once', async () => {
    const { asked, postAll, statuses, runOut } = await start()
    const several = JSON.stringify({ ...JSON.parse(ASK), num_images: 3 })
    expect(await postAll(APP, 15, several)).toEqual([])
    expect(await postAll(APP, 3, JSON.stringify({ prompt: 'a', num_images: 3 }))).toEqual(refused(2))
    for (let round = 0; round < 16; round++) {
      for (const arrive of asked) arrive()
      await runOut()
    }
    expect([statuses, asked.length]).toEqual([Array<number>(16).fill(200), 15])
  })

  it('wait in the queue by the hundred, and fetch a few at a time', async () => {
    const { asked, postAll } = await start()
    const submitted = await postAll(`/queue${APP}`, 300)
    expect(submitted.filter((status) => status === 200)).toHaveLength(256)
    expect(asked).toHaveLength(FETCH_LIMITS.perCaller)
  })

  it.each([
    ['its picture is on its way', 0],
    ['it waits for its turn to fetch', FETCH_LIMITS.perCaller],
  ])('end as cancelled when they are given up while %s', async (_when, before) => {
    const { asked, post, send, postAll } = await start()
    await postAll(`/queue${APP}`, before)
    const { request_id: id } = JSON.parse(String((await post(`/queue${APP}`, ASK)).body))
    const request = `/queue${APP}/requests/${id}`
    expect((await send('PUT', `${request}/cancel`)).status).toBe(202)
    await settle()
    const result = await send('GET', request)
    expect([result.status, JSON.parse(String(result.body))]).toEqual([
      499,
      expect.objectContaining({ code: 'cancelled' }),
    ])
    expect(asked).toHaveLength(Math.min(before + 1, FETCH_LIMITS.perCaller))
  })
})

describe('requests that bring their picture', () => {
  const KB = 1000
  const bringing = (seed: number) => {
    const image = new Uint8Array(KB).fill(seed)
    image.set(PNG)
    return JSON.stringify({ prompt: 'a', image_url: Buffer.from(image).toString('base64') })
  }

  it('find no place in the queue when those that wait hold all the memory they may', async () => {
    const { post, runOut } = await start({ inputLimits: { callerBytes: 10 * KB, bytes: 100 * KB } })
    const submit = async (seed: number) => await post(`/queue${APP}`, bringing(seed))
    const first = await Promise.all(Array.from({ length: 10 }, (_, seed) => submit(seed)))
    expect(first.map(({ status }) => status)).toEqual(Array<number>(10).fill(200))
    const late = await submit(10)
    expect([late.status, late.headers['retry-after'], JSON.parse(String(late.body)).code]).toEqual([
      429,
      '1',
      'busy',
    ])
    // Words hold nothing, and room comes back with every picture that is painted.
    expect((await post(`/queue${APP}`, WORDS)).status).toBe(200)
    await runOut()
    expect((await submit(11)).status).toBe(200)
  })
})
