// fal's published Python client, unmodified, told by FAL_RUN_HOST where the server is. It insists on TLS.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cleanUpAfterTests, dataUriOf, SKETCH, start } from './testing/running-server.ts'
import { startConnectProxy } from './testing/connect-proxy.ts'
import { hasPython } from './testing/has-python.ts'
import { startTlsProxy } from './testing/tls-proxy.ts'

cleanUpAfterTests()
const here = import.meta.dirname
const REQUIREMENTS = join(here, 'testing/fal-client.requirements.txt')
const [, version] = readFileSync(REQUIREMENTS, 'utf8').trim().split('==')
const folder = mkdtempSync(join(tmpdir(), 'fal-python-'))
let python = 'python3'
const install = (...options: string[]) => {
  const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-compile', ...options]
  execFileSync(python, [...args, '-r', REQUIREMENTS], { stdio: 'pipe' })
}
beforeAll(() => {
  if (!hasPython) return
  try {
    // Pip of this machine, into a folder of the test's own: an environment takes most of its time for a pip of its own.
    execFileSync(python, ['-m', 'pip', '--version'], { stdio: 'pipe' })
    install('--target', folder)
  } catch {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'pipe' })
    python = join(folder, 'bin/python')
    install()
  }
}, 180_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.runIf(hasPython)(`fal_client ${version} runs, queues, streams and talks on a socket`, async () => {
  const { server, engine } = await start()
  const tls = await startTlsProxy(server.port)
  const session = promisify(execFile)(python, [join(here, 'testing/fal_client_session.py')], {
    env: {
      PATH: process.env['PATH'],
      PYTHONPATH: folder,
      FAL_KEY: 'id:secret',
      FAL_RUN_HOST: `localhost:${tls.port}`,
      // One name is enough: the queue's paths have a place of their own.
      FAL_QUEUE_RUN_HOST: `localhost:${tls.port}/queue`,
      SSL_CERT_FILE: tls.certificate,
    },
  })
  session.child.stdin?.end(dataUriOf(SKETCH))
  const { stdout } = await session.finally(() => tls.close())
  const said = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string })
      .map((one) => [one.name, one]),
  )
  const picture = { seed: 7, images: 1, url: 'data:image/jpeg;base64' }
  for (const name of ['run', 'subscribe', 'result', 'stream', 'run_async'])
    expect(said[name]).toMatchObject(picture)
  expect(said).toMatchObject({
    updates: { last: 'Completed' },
    events: { last: 'Completed' },
    error: { message: expect.stringContaining('strength') },
    realtime: { seed: 7, request_id: 'sync' },
    realtime_async: { seed: 7, request_id: 'async' },
  })
  expect((said['realtime'] as unknown as { bytes: number }).bytes).toBeGreaterThan(100)
  expect(engine.jobs.length).toBe(7)
})

it.runIf(hasPython)(
  `fal_client ${version} uploads and fetches its tokens where its hosts are led here`,
  async () => {
    const key = 'a-key-of-more-than-thirty-two-characters'
    const { server, engine } = await start({}, { SKETCHWIRE_KEYS: key })
    const tls = await startTlsProxy(server.port, ['fal.run', '*.fal.run', '*.fal.ai', '*.fal.media'])
    const proxy = await startConnectProxy(tls.port)
    const session = promisify(execFile)(python, [join(here, 'testing/fal_client_uploads.py')], {
      env: {
        PATH: process.env['PATH'],
        PYTHONPATH: folder,
        FAL_KEY: key,
        HTTPS_PROXY: proxy.url,
        SSL_CERT_FILE: tls.certificate,
      },
    })
    session.child.stdin?.end(Buffer.from(SKETCH).toString('base64'))
    const { stdout } = await session.finally(async () => {
      await proxy.close()
      await tls.close()
    })
    const said = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; url: string })
    const cdn = /^https:\/\/v3\.fal\.media\/files\/[\w-]+\//
    expect(said).toEqual([
      {
        name: 'upload',
        url: expect.stringMatching(/^https:\/\/v3\.fal\.media\/files\/[\w-]+\/my_sketch\.jpg$/),
        seed: 7,
      },
      { name: 'upload_image', url: expect.stringMatching(cdn), seed: 7 },
      { name: 'fallback', url: expect.stringMatching(/^https:\/\/rest\.fal\.ai\/files\//), seed: 7 },
      { name: 'upload_file', url: expect.stringMatching(cdn), seed: 7 },
      { name: 'upload_file_async', url: expect.stringMatching(cdn), seed: 7 },
      { name: 'realtime', url: expect.stringMatching(cdn), seed: 7 },
    ])
    expect(engine.jobs.map(({ image }) => image)).toEqual(said.map(() => SKETCH))
    expect([...proxy.asked].sort()).toEqual(['fal.run', 'rest.fal.ai', 'v3.fal.media'])
  },
)
