import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeBinary } from '../lib/protocol/frame.ts'
import type { ModelList } from '../lib/protocol/models.ts'
import { copyModel, TOY_MODEL, TOY_MODEL_PLAIN, toyFolder } from './engine/testing/models.ts'
import { plainRequest, WsClient } from './gateway/testing/ws-client.ts'
import { modelsRoot, runProgram, type Program } from './testing/program.ts'
import { binary } from './testing/running-server.ts'

const KEY = 'studio-key-0123456789'
const cleanUps: (() => unknown)[] = []
let program: Program

/** Pocket, a toy of its kind, one of another, and models that cannot be loaded: before and after a child was asked. */
beforeAll(async () => {
  const wrong = await copyModel(TOY_MODEL_PLAIN)
  await wrong.edit((manifest) => ({ ...manifest, latents: { ...manifest['latents'], channels: 5 } }))
  const empty = await copyModel(TOY_MODEL)
  await writeFile(join(empty.dir, 'manifest.json'), '{"formatVersion": 7}')
  const root = modelsRoot({
    turbo: toyFolder('sd-turbo-half'),
    toy: TOY_MODEL,
    wrong: wrong.dir,
    unreadable: empty.dir,
  })
  program = await runProgram({ SKETCHWIRE_MODELS_ROOT: root.dir, SKETCHWIRE_KEYS: KEY })
  cleanUps.push(
    () => program[Symbol.asyncDispose](),
    () => root[Symbol.dispose](),
    ...[wrong, empty].map((copy) => () => copy[Symbol.asyncDispose]()),
  )
}, 120_000)
afterAll(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
})

const headers = { authorization: `Bearer ${KEY}` }

async function choose(body: unknown, shown: Record<string, string> = headers) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const reply = await plainRequest(program.port, {
    method: 'POST',
    path: '/api/model',
    headers: shown,
    body: text,
  })
  return { status: reply.status, body: JSON.parse(reply.body) }
}

const get = async (path: string) => JSON.parse((await plainRequest(program.port, { path, headers })).body)

/** A socket that draws: sends frames until told to stop, and keeps all it hears. */
async function drawer(port: number) {
  const client = await WsClient.open(`ws://127.0.0.1:${port}/api/live`, headers)
  const heard: Record<string, unknown>[] = []
  client.sendJson({ type: 'hello', protocol: 1 })
  const welcome = await client.untilType('welcome')
  const { defaults, id } = welcome['model'] as { defaults: object; id: string }
  client.sendJson({ type: 'params', rev: 1, params: defaults, model: id })
  let seq = 0
  let stopped = false
  const ends: { seq: number; type: string; size: string }[] = []
  const send = () => {
    if (!stopped) client.send(binary(++seq))
  }
  const reading = (async () => {
    while (!stopped || ends.length < seq) {
      const message = await client.next()
      if (typeof message !== 'string') {
        const { seq: of, width, height, meta } = decodeBinary(message)
        const { renderedWidth } = meta as { renderedWidth: number }
        ends.push({ seq: of, type: 'image', size: `${width}x${height} of ${renderedWidth}` })
        send()
        continue
      }
      const told = JSON.parse(message) as Record<string, unknown>
      heard.push(told)
      if (['superseded', 'refused', 'failed'].includes(String(told['type']))) {
        ends.push({ seq: Number(told['seq']), type: String(told['type']), size: '' })
        send()
      }
    }
  })()
  send()
  send()
  return {
    client,
    heard,
    ends,
    get sent() {
      return seq
    },
    stop: async () => {
      stopped = true
      await reading
    },
  }
}

describe('a switch under a socket that draws', () => {
  it(
    '[M1] [M2] loses no socket and no frame, and the pictures come from the other model',
    { timeout: 120_000 },
    async () => {
      const drawing = await drawer(program.port)
      await expect.poll(() => drawing.ends.length, { timeout: 30_000 }).toBeGreaterThan(3)
      const before = (await get('/api/models')) as ModelList
      expect(before.active).toBe('pocket')
      const { status, body } = await choose({ id: 'turbo' })
      expect([status, body.model.id]).toEqual([200, 'turbo'])
      const count = drawing.ends.length
      await expect.poll(() => drawing.ends.length, { timeout: 30_000 }).toBeGreaterThan(count + 4)
      await drawing.stop()
      expect(drawing.client.socket.readyState).toBe(drawing.client.socket.OPEN)
      const seqs = drawing.ends.map(({ seq }) => seq).sort((a, b) => a - b)
      expect(seqs).toEqual(Array.from({ length: drawing.sent }, (_, i) => i + 1))
      expect(drawing.ends.filter(({ type }) => type === 'refused' || type === 'failed')).toEqual([])
      const models = drawing.heard.filter(({ type }) => type === 'model')
      expect(models).toMatchObject([{ model: { id: 'turbo' } }])
      const details = drawing.heard.filter(({ type }) => type === 'status').map(({ detail }) => detail)
      expect(details).toContain('Loading turbo')
      const sizes = new Set(drawing.ends.filter(({ type }) => type === 'image').map(({ size }) => size))
      // Rendered at each model's own size, answered at the asked one.
      expect(sizes.size).toBe(2)
      expect([...sizes].every((size) => size.startsWith('256x256'))).toBe(true)
      drawing.client.close()
      const after = (await get('/api/models')) as ModelList
      expect(after).toMatchObject({ active: 'turbo' })
      expect(after.models.filter(({ active }) => active)).toMatchObject([{ id: 'turbo', provider: 'cpu' }])
      expect(await get('/readyz')).toMatchObject({ ready: true, model: 'turbo' })
    },
  )

  it('the doors of other clients follow', { timeout: 60_000 }, async () => {
    expect((await get('/sdapi/v1/options')).sd_model_checkpoint).toBe('turbo')
    const white = { create: { width: 64, height: 64, channels: 3, background: '#fff' } } as const
    const image = (await sharp(white).jpeg().toBuffer()).toString('base64')
    const ask = async () => {
      const reply = await plainRequest(program.port, {
        method: 'POST',
        path: '/fal-ai/lcm-sd15-i2i',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({
          prompt: 'a',
          image_url: `data:image/jpeg;base64,${image}`,
          guidance_scale: 9,
        }),
      })
      return JSON.parse(reply.body)
    }
    expect(await ask()).toMatchObject({ guidance_scale: 1 })
    expect((await choose({ id: 'toy' })).status).toBe(200)
    expect((await ask()).guidance_scale).toBeGreaterThan(1)
  })
})

describe("AUTOMATIC1111's way to another model", () => {
  const post = async (path: string, body: unknown, shown: Record<string, string> = headers) => {
    const reply = await plainRequest(program.port, {
      method: 'POST',
      path: path.startsWith('/') ? path : `/sdapi/v1/${path}`,
      headers: shown,
      body: JSON.stringify(body),
    })
    return { status: reply.status, body: JSON.parse(reply.body) }
  }
  const setTo = (sd_model_checkpoint: unknown, shown = headers) =>
    post('options', { sd_model_checkpoint }, shown)
  const active = async () => ((await get('/api/models')) as ModelList).active

  it('lists what can be chosen, and options choose it by title, by id and by file name', async () => {
    const listed = (await get('/sdapi/v1/sd-models')) as { title: string; model_name: string }[]
    expect(listed.map(({ model_name }) => model_name).sort()).toEqual(['pocket', 'toy', 'turbo', 'wrong'])
    expect(listed.find(({ model_name }) => model_name === 'toy')?.title).toBe('Toy')
    for (const [asked, id] of [
      ['turbo.safetensors [0a1b2c3d]', 'turbo'],
      ['Toy', 'toy'],
      ['turbo', 'turbo'],
      ['toy', 'toy'],
    ]) {
      expect(await setTo(asked)).toEqual({ status: 200, body: null })
      expect(await active()).toBe(id)
    }
    expect((await get('/sdapi/v1/options')).sd_model_checkpoint).toBe('Toy')
  })

  it('one that cannot be had is an error in its own shape, and changes nothing', async () => {
    const made = await plainRequest(program.port, {
      method: 'POST',
      path: '/api/tokens',
      headers,
      body: '{}',
    })
    const { token } = JSON.parse(made.body)
    for (const [asked, shown, status, words] of [
      ['dalle', headers, 404, "model 'dalle' not found; installed here:"],
      [7, headers, 404, "model '7' not found"],
      ['wrong', headers, 422, 'keeps running'],
      ['turbo', { authorization: `Bearer ${token}` }, 403, 'key'],
      ['turbo', {}, 401, ''],
    ] as const) {
      const error = await setTo(asked, shown as typeof headers)
      expect([asked, error.status]).toEqual([asked, status])
      expect(Object.keys(error.body).sort()).toEqual(['body', 'detail', 'error', 'errors'])
      expect(error.body.detail).toContain(words)
    }
    const unpainted = await post('txt2img', { override_settings: { sd_model_checkpoint: 'dalle' } })
    expect([unpainted.status, unpainted.body.errors]).toEqual([404, expect.stringContaining('dalle')])
    expect(await active()).toBe('toy')
  })

  it(
    'override_settings paint one request with another model, and put the one before back unless told not to',
    { timeout: 60_000 },
    async () => {
      const paint = async (checkpoint: string, more: object = {}) => {
        const override_settings = { sd_model_checkpoint: checkpoint }
        const { status, body } = await post('txt2img', { prompt: 'a', override_settings, ...more })
        return [status, status === 200 ? JSON.parse(body.info).sd_model_name : body]
      }
      // Two at once take turns: neither loses its model to the other.
      const both = await Promise.all([paint('turbo'), paint('toy')])
      expect(both).toEqual([
        [200, 'turbo'],
        [200, 'Toy'],
      ])
      expect(await active()).toBe('toy')
      // While its model is being loaded, a page that asks by its name hears that it waits; interrupted, it paints nothing.
      const slow = paint('turbo', { force_task_id: 'task(slow)' })
      const late = paint('turbo', { force_task_id: 'task(late)' })
      const ask = async (id_task: string) =>
        (await post('/internal/progress', { id_task, id_live_preview: -1 })).body
      await expect
        .poll(() => ask('task(late)'), { interval: 5 })
        .toMatchObject({ queued: true, active: false })
      expect(await ask('task(slow)')).toMatchObject({ completed: false })
      await post('interrupt', {})
      expect(await late).toMatchObject([499, { error: 'cancelled' }])
      await slow
      expect(await ask('task(slow)')).toMatchObject({ queued: false, active: false })
      expect(await active()).toBe('toy')
      expect(await paint('turbo', { override_settings_restore_afterwards: false })).toEqual([200, 'turbo'])
      expect(await active()).toBe('turbo')
      expect((await choose({ id: 'toy' })).status).toBe(200)
    },
  )
})

describe('a model that cannot be had', () => {
  it(
    '[M5] is listed with the reason, refused with it, and the old one keeps running',
    { timeout: 60_000 },
    async () => {
      const list = (await get('/api/models')) as ModelList
      const unreadable = list.models.find(({ id }) => id === 'unreadable')
      expect(unreadable?.problem).toContain('unreadable/manifest.json does not fit format 1')
      expect(list.models.find(({ id }) => id === 'wrong')).not.toHaveProperty('problem')
      for (const [id, why] of [
        ['unreadable', 'does not fit format 1'],
        ['wrong', 'wrong/vae_encoder.onnx'],
      ] as const) {
        const { status, body } = await choose({ id })
        expect([id, status, body.error.code, body.error.field]).toEqual([id, 422, 'model_unusable', 'id'])
        expect(body.error.message).toContain(why)
        expect(body.error.message).toContain('keeps running')
        expect(body.error.message).not.toContain('/tmp')
      }
      // Its name in the list of models; its manifest calls it toy-model.
      expect(await get('/readyz')).toMatchObject({ ready: true, model: 'toy' })
      expect(await get('/api/models')).toMatchObject({ active: 'toy' })
      expect(await get('/api/models')).not.toHaveProperty('loading')
    },
  )

  it.each<[string, unknown, number, object]>([
    ['no JSON', 'pocket', 400, { code: 'not_json' }],
    ['no id', {}, 422, { code: 'invalid_message', field: 'id' }],
    ['an id that is no text', { id: 7 }, 422, { code: 'invalid_message', field: 'id', value: 7 }],
    ['an unknown id', { id: 'dalle' }, 404, { code: 'not_found', field: 'id', value: 'dalle' }],
    ['a path', { id: '../pocket' }, 404, { code: 'not_found', field: 'id' }],
  ])('%s is refused by field and value', async (_, body, status, error) => {
    const reply = await choose(body)
    expect(reply.status).toBe(status)
    expect(reply.body.error).toMatchObject(error)
  })

  it('is not asked for without a key, nor with a token made for somebody else', async () => {
    expect((await choose({ id: 'turbo' }, {})).status).toBe(401)
    const made = await plainRequest(program.port, {
      method: 'POST',
      path: '/api/tokens',
      headers,
      body: '{}',
    })
    const { token } = JSON.parse(made.body)
    const reply = await choose({ id: 'turbo' }, { authorization: `Bearer ${token}` })
    expect([reply.status, reply.body.error.code]).toEqual([403, 'forbidden'])
  })

  it('while another is being loaded, is told to wait', { timeout: 60_000 }, async () => {
    const [first, second] = await Promise.all([choose({ id: 'turbo' }), choose({ id: 'turbo' })])
    expect([first.status, second.status].sort()).toEqual([200, 429])
    expect((await choose({ id: 'toy' })).status).toBe(200)
  })
})
