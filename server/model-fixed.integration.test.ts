import { beforeAll, expect, it } from 'vitest'
import { buildServer } from './engine/testing/build-server.ts'
import { TOY_MODEL } from './engine/testing/models.ts'
import { plainRequest } from './gateway/testing/ws-client.ts'
import { modelsRoot, runProgram } from './testing/program.ts'

const KEY = 'studio-key-0123456789'
const headers = { authorization: `Bearer ${KEY}` }
beforeAll(buildServer, 120_000)

it(
  'with SKETCHWIRE_MODEL_SWITCH=off the model stays what it was started with',
  { timeout: 60_000 },
  async () => {
    using root = modelsRoot({ toy: TOY_MODEL })
    const env = { SKETCHWIRE_MODELS_ROOT: root.dir, SKETCHWIRE_KEYS: KEY, SKETCHWIRE_MODEL_SWITCH: 'off' }
    await using fixed = await runProgram(env)
    const ask = async (method: string, path: string, body = '') => {
      const reply = await plainRequest(fixed.port, { method, path, headers, body })
      return [reply.status, JSON.parse(reply.body)] as const
    }
    expect(await ask('POST', '/api/model', '{"id": "toy"}')).toMatchObject([
      403,
      { error: { code: 'forbidden', message: expect.stringContaining('SKETCHWIRE_MODEL_SWITCH') } },
    ])
    expect(await ask('GET', '/api/models')).toMatchObject([200, { active: 'pocket', fixed: true }])
  },
)
