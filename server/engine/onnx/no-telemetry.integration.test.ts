import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, expect, it } from 'vitest'

const RUNTIME = pathToFileURL(resolve('dist/server/engine/onnx/runtime.js')).href
const GRAPH = resolve('models/pocket/text_encoder.onnx')
// The library writes its id and what it means to send as soon as it is used.
const SCRIPT = `const { openGraph } = await import('${RUNTIME}')
await openGraph(${JSON.stringify(GRAPH)}, { provider: 'cpu', threads: 1 })
await new Promise((resolve) => setTimeout(resolve, 1500))`

let home = ''
afterEach(() => rm(home, { recursive: true, force: true }))

async function leftBy(extra: NodeJS.ProcessEnv): Promise<string[]> {
  home = await mkdtemp(join(tmpdir(), 'sketchwire-home-'))
  // Not CI's: where `CI` is set it would not.
  const env = { PATH: process.env['PATH'], HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ...extra }
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT], { env })
  const names = await readdir(home, { recursive: true })
  await rm(home, { recursive: true })
  return names.filter((name) => /deviceid|onnxruntime\.db/.test(name))
}

it('onnxruntime keeps no id and no usage figures of the people who run this', async () => {
  expect(await leftBy({})).toEqual([])
})

it.runIf(process.platform === 'linux')('although it would', async () => {
  expect((await leftBy({ ORT_DISABLE_TELEMETRY: '0' })).length).toBeGreaterThan(0)
})
