import { afterEach, expect, it } from 'vitest'
import { PNG, PNG_BASE64 } from '../../compat/dialect.contract.ts'
import { settle } from '../../session/testing/harness.ts'
import { memoryServer } from '../testing/memory-server.ts'

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
