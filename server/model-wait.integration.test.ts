// Requests of the doors for single requests and of a socket that wait while the model becomes another.
import { describe, expect, it } from 'vitest'
import type { ModelInfo } from '../lib/protocol/params.ts'
import { FAKE_MODEL } from './engine/fake-engine.ts'
import { plainRequest } from './gateway/testing/ws-client.ts'
import type { Server } from './server.ts'
import { cleanUpAfterTests, connect, dataUriOf, SKETCH, start } from './testing/running-server.ts'

cleanUpAfterTests()

type Body = Record<string, unknown>

async function call(server: Server, path: string, body?: unknown): Promise<{ body: Body }> {
  const asked = body === undefined ? { path } : { method: 'POST', path, body: JSON.stringify(body) }
  return { body: JSON.parse((await plainRequest(server.port, asked)).body) as Body }
}
const turn = () => new Promise(setImmediate)

describe('a request that waits while the model becomes another', () => {
  const TURBO = {
    id: 'turbo',
    name: 'Turbo',
    limits: { steps: [1, 2], strength: [0.5, 0.6], guidanceScale: [1, 1] },
    defaults: { ...FAKE_MODEL.defaults, steps: 1, guidanceScale: 1, strength: 0.5 },
  } satisfies Partial<ModelInfo>

  it('is answered with what that one used, and has its defaults for what was left out', async () => {
    const { server, engine } = await start({ paused: true })
    const prompt = 'x'
    const sketch = dataUriOf(SKETCH)
    const first = call(server, '/sdapi/v1/txt2img', { prompt, cfg_scale: 4 })
    while (engine.running === 0) await turn()
    const asked = [
      ['/sdapi/v1/txt2img', { prompt, cfg_scale: 4 }],
      ['/sdapi/v1/img2img', { prompt, init_images: [sketch], denoising_strength: 0.9, steps: 8 }],
      ['/fal-ai/lcm-sd15-i2i', { prompt, image_url: sketch, guidance_scale: 4 }],
    ] as const
    const waiting = asked.map(([path, body]) => call(server, path, body))
    const socket = await connect(server, '/generate')
    socket.sendJson({ prompt, guidance_scale: 4 })
    while ((await call(server, '/internal/pending-tasks')).body['size'] !== 2) await turn()
    engine.setInfo(TURBO)
    engine.resume()
    expect((await first).body['parameters']).toMatchObject({ steps: 4, cfg_scale: 4 })
    const [words, picture, fal] = (await Promise.all(waiting)).map(({ body }) => body)
    expect(words?.['parameters']).toMatchObject({ steps: 1, cfg_scale: 1 })
    expect(picture?.['parameters']).toMatchObject({ steps: 2, denoising_strength: 0.6 })
    for (const body of [words, picture]) {
      const info = JSON.parse(String(body?.['info'])) as Body
      expect(info['sd_model_name']).toBe('Turbo')
      expect((info['infotexts'] as string[])[0]).toContain('Model: Turbo')
    }
    expect(fal).toMatchObject({ num_inference_steps: 1, guidance_scale: 1, strength: 0.5 })
    const { used } = await socket.until((body) => 'used' in body)
    expect(used).toMatchObject({ steps: 1, guidance_scale: 1 })
  })
})
