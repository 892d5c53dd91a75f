// What AUTOMATIC1111's `interrupt` and `skip` end, and what they leave alone, against a whole server on the fake engine.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { plainRequest } from './gateway/testing/ws-client.ts'
import { turn } from './testing/a1111-client.ts'
import { cleanUpAfterTests, start } from './testing/running-server.ts'

cleanUpAfterTests()

/** A server of somebody else that never answers. */
const asked: string[] = []
const silent = createServer((request) => asked.push(request.url ?? ''))
beforeEach(() => new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve)))
afterEach(async () => {
  silent.closeAllConnections()
  await new Promise((resolve) => silent.close(resolve))
})

const KEYS = ['key-of-ada-0123456789', 'key-of-bob-0123456789']
const [ADA, BOB] = KEYS

async function open() {
  const host = `localhost:${(silent.address() as AddressInfo).port}`
  const env = { SKETCHWIRE_KEYS: KEYS.join(','), SKETCHWIRE_FETCH_HOSTS: host }
  const { server, engine } = await start({ paused: true }, env, { isPublicAddress: () => true })
  const post = (path: string, body: object = {}, key = ADA) =>
    plainRequest(server.port, {
      method: 'POST',
      path: path.startsWith('/') ? path : `/sdapi/v1/${path}`,
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    })
  /** Status, and how many pictures or which error. */
  const ask = async (more: object = {}, { path = 'txt2img', key = ADA } = {}) => {
    const { status, body } = await post(path, { steps: 1, ...more }, key)
    const { images, error } = JSON.parse(body)
    return [status, images?.length ?? error]
  }
  /** What this server has of a request that was just sent. */
  const known = async (id_task: string) =>
    JSON.parse((await post('/internal/progress', { id_task, id_live_preview: -1 })).body)
  const until = async (id_task: string, what: object) =>
    await expect.poll(() => known(id_task), { interval: 5 }).toMatchObject(what)
  /** Sent, and known to be waiting or painted. */
  const begin = async (name: string, more: object = {}, what: object = { queued: true }) => {
    const answer = ask({ force_task_id: name, ...more })
    await until(name, what)
    return { answer }
  }
  return { engine, post, ask, begin, host }
}

describe('interrupt', () => {
  it('ends the request that runs, with all its pictures, and those behind it go on', async () => {
    const { begin, post, engine } = await open()
    const first = await begin('first', { n_iter: 3, steps: 2 }, { active: true })
    const second = await begin('second')
    const third = await begin('third', { n_iter: 2 })
    expect(JSON.parse((await post('interrupt')).body)).toEqual({})
    expect(await first.answer).toEqual([200, 0])
    engine.resume()
    expect([await second.answer, await third.answer]).toEqual([
      [200, 1],
      [200, 2],
    ])
  })

  it('leaves the request that runs the pictures it has', async () => {
    const { begin, post, engine } = await open()
    const request = await begin('a', { n_iter: 3 }, { active: true })
    while (engine.step() === 0) await turn()
    while (engine.jobs.length < 2) await turn()
    await post('interrupt')
    expect(await request.answer).toEqual([200, 1])
  })

  it('ends, where none of its caller runs, the one that came first', async () => {
    const { ask, begin, post, engine } = await open()
    const stranger = ask({}, { key: BOB })
    while (engine.running === 0) await turn()
    const [first, second] = [await begin('first'), await begin('second')]
    await post('interrupt')
    expect(await first.answer).toEqual([200, 0])
    engine.resume()
    expect([await stranger, await second.answer]).toEqual([
      [200, 1],
      [200, 1],
    ])
  })

  it('ends a request whose picture is still on its way from another server', async () => {
    const { ask, post, engine, host } = await open()
    asked.length = 0
    const request = ask({ init_images: [`http://${host}/sketch.png`] }, { path: 'img2img' })
    await expect.poll(() => asked).toEqual(['/sketch.png'])
    const interruptedMs = performance.now()
    await post('interrupt')
    expect(await request).toEqual([200, 0])
    // Not because the picture did not come in time.
    expect(performance.now() - interruptedMs).toBeLessThan(4000)
    expect(engine.jobs).toEqual([])
  })
})

describe('skip', () => {
  it('leaves out the picture that is painted, and nothing of what waits or is still to come', async () => {
    const { begin, post, engine } = await open()
    expect((await post('skip')).body).toBe('null')
    const first = await begin('first', { n_iter: 3 }, { active: true })
    const second = await begin('second')
    await post('skip')
    engine.resume()
    expect([await first.answer, await second.answer]).toEqual([
      [200, 2],
      [200, 1],
    ])
  })
})
