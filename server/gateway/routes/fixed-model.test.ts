// SKETCHWIRE_MODEL_SWITCH=off: at no door does anybody get another model than the server was started with.
import { afterEach, expect, it } from 'vitest'
import { PNG } from '../../compat/dialect.contract.ts'
import { FAKE_MODEL } from '../../engine/fake-engine.ts'
import { fixedModels, type Models } from '../../models/models.ts'
import { memoryServer } from '../testing/memory-server.ts'

let close: () => Promise<void> = async () => {}
afterEach(() => close())

const REFUSAL = /cannot be changed while it runs .*SKETCHWIRE_MODEL_SWITCH.*"--model-switch on"/

/** Models `old`, which paints, and `new`; what was loaded is noted. */
function models() {
  const loaded: string[] = []
  const entry = (id: string) => ({ id, title: id, license: '', bytes: 0, sizes: [], active: id === 'old' })
  const both: Models = {
    list: async () => ({ active: 'old', models: [entry('old'), entry('new')] }),
    active: 'old',
    loading: undefined,
    use: async (id) => {
      loaded.push(id)
      return FAKE_MODEL
    },
  }
  return { both, loaded }
}

async function start(of: Models) {
  const server = await memoryServer({ picture: async () => PNG, models: of })
  close = server.close
  const ask = async (method: string, path: string, body: object = {}) => {
    const { status, body: text } = await server.host.request({ method, path, body: JSON.stringify(body) })
    return [status, JSON.parse(String(text))] as const
  }
  return { ...server, ask }
}

const title = { sd_model_checkpoint: 'new' }

it.each([
  ['POST /api/model', '/api/model', { id: 'new' }, { error: { message: expect.stringMatching(REFUSAL) } }],
  ['options', '/sdapi/v1/options', title, { detail: expect.stringMatching(REFUSAL) }],
  [
    'override_settings',
    '/sdapi/v1/txt2img',
    { steps: 1, override_settings: title },
    { detail: expect.stringMatching(REFUSAL) },
  ],
])('%s is refused with who can change that', async (_, path, body, told) => {
  const { both, loaded } = models()
  const { ask, engine } = await start(fixedModels(both))
  expect(await ask('POST', path, body)).toMatchObject([403, told])
  expect([loaded, engine.jobs]).toEqual([[], []])
})

it('and no page or client is offered another', async () => {
  const { ask } = await start(fixedModels(models().both))
  expect(await ask('GET', '/api/models')).toMatchObject([200, { active: 'old', fixed: true }])
  const [status, offered] = await ask('GET', '/sdapi/v1/sd-models')
  expect([status, offered]).toMatchObject([200, [{ title: 'old' }]])
  expect(offered).toHaveLength(1)
})

it('the one that paints may be named all the same', async () => {
  const { ask, runOut } = await start(fixedModels(models().both))
  expect(await ask('POST', '/api/model', { id: 'old' })).toMatchObject([200, {}])
  expect(await ask('POST', '/sdapi/v1/options', { sd_model_checkpoint: 'old' })).toEqual([200, null])
  const painted = ask('POST', '/sdapi/v1/txt2img', {
    steps: 1,
    override_settings: { sd_model_checkpoint: 'old' },
  })
  await runOut()
  expect(await painted).toMatchObject([200, { images: [expect.any(String)] }])
})
