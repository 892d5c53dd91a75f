// fal's published packages over TLS that the server speaks itself: nothing about them is changed but where names lead.
import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { cleanUpAfterTests, dataUriOf, SKETCH, start } from './testing/running-server.ts'
import { CLIENTS, leadFalHostsTo, resultOf } from './testing/fal-hosts.ts'
import type { FalResult } from './testing/fal-hosts.ts'
import { makeCertificate } from './testing/tls-proxy.ts'

const { folder, key, cert } = makeCertificate(
  ...['fal.run', '*.fal.run', 'rest.fal.ai', 'rest.alpha.fal.ai', '*.gateway.localhost', 'rest.localhost'],
)
let port = 0
leadFalHostsTo(
  () => port,
  () => readFileSync(cert, 'utf8'),
)
cleanUpAfterTests()
afterAll(() => rmSync(folder, { recursive: true }))

const INPUT = { prompt: 'a cat', image_url: dataUriOf(SKETCH), num_inference_steps: 2, seed: 7 }

describe('TLS', () => {
  it.each([
    ['the newest client by fal’s names', CLIENTS['1.10.1'], () => ({})],
    ['0.6.1 by its host setting', CLIENTS['0.6.1'], () => ({ host: `gateway.localhost:${port}` })],
  ])('%s runs, subscribes, fetches what it got and draws on a socket', async (_name, version, place) => {
    const tls = { SKETCHWIRE_TLS_CERT: cert, SKETCHWIRE_TLS_KEY: key }
    const { server } = await start({}, tls)
    port = server.port
    const fal = await version.load()
    fal.config({ credentials: 'id:secret', ...place() })
    const { images } = resultOf(await fal.run(version.app, { input: INPUT }))
    expect(images[0]?.url).toMatch(/^https:/)
    expect((await fetch(images[0]?.url ?? '')).headers.get('content-type')).toBe('image/jpeg')
    const queued = await fal.subscribe(version.app, { input: INPUT, pollInterval: 5 })
    expect(resultOf(queued)).toMatchObject({ seed: 7 })
    const results: FalResult[] = []
    const connection = fal.realtime.connect(version.app, {
      connectionKey: randomUUID(),
      clientOnly: false,
      throttleInterval: 0,
      onResult: (result: FalResult) => results.push(result),
    })
    connection.send({ ...INPUT, request_id: 'tls' })
    await expect.poll(() => results[0]?.request_id).toBe('tls')
  })
})
