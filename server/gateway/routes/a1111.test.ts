import { totalmem } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { PNG, PNG_BASE64 } from '../../compat/dialect.contract.ts'
import { FAKE_MODEL } from '../../engine/fake-engine.ts'
import { settle } from '../../session/testing/harness.ts'
import type { Reply } from '../host.ts'
import { memoryServer } from '../testing/memory-server.ts'
import type { MemoryServerOptions } from '../testing/memory-server.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

const KEY = 'a-key-of-the-studio'
const MIB = 1024 * 1024

async function start(options: MemoryServerOptions = {}) {
  const server = await memoryServer({ picture: async () => PNG, ...options })
  close = server.close
  const ask = (method: string, path: string, body: string | Uint8Array = '', headers = {}) =>
    server.host.request({ method, path, body, headers })
  return { ...server, ask }
}

const told = ({ status, body }: Reply): [number, unknown] => [status, JSON.parse(String(body))]

describe('what clients ask before they paint', () => {
  it.each([
    ['GET', '/sdapi/v1/cmd-flags', { api: true, nowebui: true }],
    ['GET', '/sdapi/v1/script-info', []],
    ['GET', '/sdapi/v1/extensions', []],
    ['GET', '/login_check', null],
    ['POST', '/login', { success: true }],
    ['POST', '/sdapi/v1/unload-checkpoint', {}],
    ['POST', '/sdapi/v1/reload-checkpoint', {}],
    ['POST', '/sdapi/v1/refresh-checkpoints', null],
    ['POST', '/sdapi/v1/refresh-vae', null],
    ['POST', '/sdapi/v1/refresh-loras', null],
    ['POST', '/sdapi/v1/refresh-embeddings', null],
  ])('%s %s is answered, with a slash at its end too', async (method, path, expected) => {
    const { ask } = await start()
    for (const spelling of [path, `${path}/`])
      expect(told(await ask(method, spelling, method === 'GET' ? '' : '{}'))).toEqual([200, expected])
  })

  it('tells the memory of the machine, and that nothing is known of a card', async () => {
    const { ask } = await start()
    const [status, body] = told(await ask('GET', '/sdapi/v1/memory'))
    expect([status, body]).toMatchObject([200, { cuda: { error: 'unavailable' } }])
    const { free, used, total } = (body as { ram: Record<string, number> }).ram
    expect([free, used, total].every((bytes) => Number(bytes) > 0)).toBe(true)
    expect(Number(free) + Number(used)).toBe(total)
    expect(total).toBeLessThanOrEqual(totalmem())
  })

  it('has the options that clients index without a look', async () => {
    const { ask } = await start()
    expect(told(await ask('GET', '/sdapi/v1/options/'))[1]).toMatchObject({
      sd_vae: 'Automatic',
      CLIP_stop_at_last_layers: 1,
      inpainting_mask_weight: 1,
      img2img_color_correction: false,
      eta_noise_seed_delta: 0,
    })
  })

  it('is told to nobody without a key where one is asked for', async () => {
    const { ask } = await start({ keys: [KEY] })
    const doors = [
      'GET cmd-flags',
      'GET memory',
      'GET script-info',
      'GET extensions',
      'POST unload-checkpoint',
    ]
    for (const door of [...doors, 'POST refresh-vae', 'POST options/']) {
      const [method = '', name] = door.split(' ')
      const path = `/sdapi/v1/${name}`
      expect([door, (await ask(method, path, '{}')).status]).toEqual([door, 401])
      const basic = `Basic ${Buffer.from(`me:${KEY}`).toString('base64')}`
      expect([door, (await ask(method, path, '{}', { authorization: basic })).status]).toEqual([door, 200])
    }
  })
})

describe('a slash at the end of a path', () => {
  it('paints, and is no other page to preflights and wrong methods', async () => {
    const { ask, runOut, engine } = await start()
    const painted = ask('POST', '/sdapi/v1/txt2img/', '{"steps": 1}')
    await runOut()
    expect([(await painted).status, engine.jobs.length]).toEqual([200, 1])
    const asked = { origin: 'http://localhost:5500', 'access-control-request-method': 'POST' }
    const { status, headers } = await ask('OPTIONS', '/sdapi/v1/options/', '', asked)
    expect([status, headers['access-control-allow-methods']]).toEqual([204, 'GET, POST, OPTIONS'])
    expect((await ask('GET', '/sdapi/v1/txt2img/')).status).toBe(405)
    expect((await ask('GET', '/sdapi/v1/samplers//')).status).toBe(404)
  })
})

describe('the log-in of pages', () => {
  const form = (password: string) => new URLSearchParams({ username: 'me', password }).toString()

  it('says that a password is wanted, and whether this is it', async () => {
    const { ask } = await start({ keys: [KEY] })
    expect(told(await ask('GET', '/login_check'))).toEqual([401, { detail: 'Not authenticated' }])
    const withKey = { authorization: `Bearer ${KEY}` }
    expect(told(await ask('GET', '/login_check', '', withKey))).toEqual([200, null])
    expect(told(await ask('POST', '/login', form(KEY)))).toEqual([200, { success: true }])
    for (const body of [form('a-guess-of-somebody'), 'username=me', '', '{"password":"x"}'])
      expect(told(await ask('POST', '/login', body))).toEqual([400, { detail: 'Incorrect credentials.' }])
  })

  it('lets nobody in: whoever knew the password brings it with each request', async () => {
    const { ask } = await start({ keys: [KEY] })
    const { headers } = await ask('POST', '/login', form(KEY))
    expect(Object.keys(headers)).not.toContain('set-cookie')
    expect((await ask('GET', '/sdapi/v1/options')).status).toBe(401)
  })

  it('counts its wrong passwords among those of all doors', async () => {
    const { ask } = await start({ keys: [KEY] })
    for (let tries = 0; tries < 10; tries++)
      expect((await ask('POST', '/login', form('a-guess-of-somebody'))).status).toBe(400)
    const late = await ask('POST', '/login', form(KEY))
    expect([late.status, Number(late.headers['retry-after']) > 0]).toEqual([429, true])
    const elsewhere = await ask('GET', '/api/model', '', { authorization: `Key ${KEY}` })
    expect(elsewhere.status).toBe(429)
  })

  it('tells no page of another site whose password is right', async () => {
    const { ask } = await start({ keys: [KEY] })
    expect((await ask('POST', '/login', form(KEY), { origin: 'https://evil.example' })).status).toBe(403)
  })
})

it('a model whose strength ends below 1 paints from the words alone, and holds sketches to it', async () => {
  const limits = { ...FAKE_MODEL.limits, strength: [0.1, 0.5] as [number, number] }
  const { ask, runOut, engine } = await start({ info: { limits } })
  const asked = { steps: 8, init_images: [PNG_BASE64], denoising_strength: 0.9 }
  for (const name of ['txt2img', 'img2img']) {
    const painted = ask('POST', `/sdapi/v1/${name}`, JSON.stringify(asked))
    await runOut()
    expect([name, (await painted).status]).toEqual([name, 200])
  }
  expect(engine.jobs.map(({ strength, steps }) => [strength, steps])).toEqual([
    [1, 8],
    [0.5, 8],
  ])
})

describe('large pictures', () => {
  /** An img2img body of so many bytes; most of them are a key that nobody knows. */
  const bodyOf = (bytes: number) => {
    const start = `{"steps": 1, "init_images": ["${PNG_BASE64}"], "x": "`
    return new TextEncoder().encode(`${start}${'x'.repeat(bytes - start.length - 2)}"}`)
  }

  it('may have 32 MiB with their request, where a request brings one', async () => {
    const { routes, ask, runOut } = await start()
    const limitOf = (path: string) =>
      routes.receive({ method: 'POST', path, query: '', headers: {}, remoteAddress: '::1' }).bodyLimitBytes
    expect(
      ['img2img', 'png-info', 'txt2img', 'options'].map((name) => limitOf(`/sdapi/v1/${name}`) / MIB),
    ).toEqual([32, 32, 8, 8])
    expect((await ask('POST', '/sdapi/v1/img2img', bodyOf(32 * MIB + 1))).status).toBe(413)
    const painted = ask('POST', '/sdapi/v1/img2img', bodyOf(32 * MIB))
    await runOut()
    expect((await painted).status).toBe(200)
  })

  it('are read once, whatever else their request says', async () => {
    const { ask, runOut } = await start()
    const read = vi.spyOn(JSON, 'parse')
    const settings = { override_settings: {}, override_settings_restore_afterwards: true }
    const asked = { steps: 1, init_images: [PNG_BASE64], force_task_id: 'task(mine)', ...settings }
    const painted = ask('POST', '/sdapi/v1/img2img', JSON.stringify(asked))
    await runOut()
    const bodies = read.mock.calls.filter(([text]) => text.includes(PNG_BASE64))
    read.mockRestore()
    expect([(await painted).status, bodies.length]).toEqual([200, 1])
    const waits = await ask('POST', '/internal/progress', '{"id_task": "task(mine)"}')
    expect(told(waits)[1]).toMatchObject({ completed: true })
  })

  it('of requests that wait take so much memory of one caller, and no more', async () => {
    const { ask, runOut } = await start()
    const body = bodyOf(32 * MIB)
    const replies = Array.from({ length: 6 }, () => ask('POST', '/sdapi/v1/img2img', body))
    const refused: number[] = []
    for (const reply of replies) void reply.then(({ status }) => refused.push(status))
    await settle()
    expect(refused).toEqual([429, 429])
    const words = ask('POST', '/sdapi/v1/txt2img', '{"steps": 1}')
    await runOut()
    expect((await words).status).toBe(200)
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 429, 429])
    const after = ask('POST', '/sdapi/v1/img2img', body)
    await runOut()
    expect((await after).status).toBe(200)
  })
})
