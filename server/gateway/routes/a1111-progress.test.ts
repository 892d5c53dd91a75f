import { afterEach, describe, expect, it } from 'vitest'
import { PNG, PNG_BASE64 } from '../../compat/dialect.contract.ts'
import { PARAMS, settle } from '../../session/testing/harness.ts'
import { MemoryClient } from '../memory-host.ts'
import { memoryServer } from '../testing/memory-server.ts'
import type { MemoryServerOptions } from '../testing/memory-server.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

it.each([
  ['txt2img', {}],
  ['img2img', { init_images: [PNG_BASE64] }],
])('progress calls the job of %s so, and none by no name', async (kind, asked) => {
  const server = await memoryServer({ picture: async () => PNG })
  close = server.close
  const post = (path: string, body: object) =>
    server.host.request({ method: 'POST', path, body: JSON.stringify(body) })
  const jobs = async () => {
    const replies = [
      await server.host.request({ path: '/sdapi/v1/progress' }),
      await post('/internal/progress', { id_task: 'task(a)', id_live_preview: -1 }),
    ]
    const [outer, inner] = replies.map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>)
    return [(outer?.['state'] as Record<string, unknown>)['job'], inner?.['job']]
  }
  expect(await jobs()).toEqual(['', ''])
  const painted = post(`/sdapi/v1/${kind}`, { prompt: 'x', force_task_id: 'task(a)', ...asked })
  await settle()
  expect(await jobs()).toEqual([kind, kind])
  await server.runOut()
  await painted
  expect(await jobs()).toEqual(['', ''])
})

describe('what is drawn on a canvas', () => {
  const KEY = 'a-key-of-the-studio'

  /** Somebody draws with the key, and somebody asks this API for progress with it. */
  async function drawnWith(authorization: string | undefined, options: MemoryServerOptions = {}) {
    const server = await memoryServer({ ...(authorization && { keys: [KEY] }), ...options })
    close = server.close
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const bearer = async () => (await server.auth.tokens.issue({ ...GRANT, subject: 'ada' })).token
    if (authorization === 'token') headers['authorization'] = `Bearer ${await bearer()}`
    const canvas = await server.host.connect({ path: '/api/live', headers })
    if (!(canvas instanceof MemoryClient)) throw new Error(`refused with ${canvas.status}`)
    canvas.send(JSON.stringify({ type: 'hello', protocol: 1 }))
    canvas.send(JSON.stringify({ type: 'params', rev: 1, params: PARAMS }))
    canvas.send(JSON.stringify({ type: 'frame', seq: 1, rev: 1, image: PNG_BASE64 }))
    const follower = await server.host.connect({ path: '/sdapi/v1/preview', headers })
    if (!(follower instanceof MemoryClient)) throw new Error(`refused with ${follower.status}`)
    await settle()
    const body = JSON.stringify({ id_task: 'page', id_live_preview: 0, live_preview: true })
    const inner = { method: 'POST', path: '/internal/progress', headers, body }
    const outer = { path: '/sdapi/v1/progress', headers }
    const replies = [await server.host.request(outer), await server.host.request(inner)]
    const [polled, page] = replies.map((reply) => JSON.parse(String(reply.body)) as Record<string, unknown>)
    await server.runOut()
    const words = follower.flush().filter((message) => typeof message === 'string')
    const wereSeen = words.map((message) => JSON.parse(message).active)
    return { share: polled?.['progress'], isActive: page?.['active'], wereSeen }
  }

  it.each([
    ['shares a key', `Key ${KEY}`],
    ['shares a machine', undefined],
  ])('is not shown to who %s and may be another person', async (_who, authorization) => {
    expect(await drawnWith(authorization)).toEqual({ share: 0, isActive: false, wereSeen: [] })
  })

  it.each([
    ['to one person, whose token it is', 'token', {}],
    ['where the operator says so', `Key ${KEY}`, { mayWatchAll: () => true }],
  ])('is shown %s', async (_who, authorization, options) => {
    const { share, isActive, wereSeen } = await drawnWith(authorization, options)
    expect([share, isActive]).toEqual([expect.any(Number), true])
    expect(share).toBeGreaterThan(0)
    expect(wereSeen).toContain(true)
  })
})

const GRANT = { lifeSeconds: 60, origins: [], apps: [] }
