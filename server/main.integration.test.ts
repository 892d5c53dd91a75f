import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { copyModelFolder, toyFolder } from './engine/testing/models.ts'
import { plainRequest, WsClient } from './gateway/testing/ws-client.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const main = fileURLToPath(new URL('../dist/server/main.js', import.meta.url))
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** The built server as a person starts it, with nothing of this process's environment but what Node needs. */
function run(env: Record<string, string>, args: readonly string[] = [], cwd = root) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...env },
  })
  children.push(child)
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (output.out += chunk))
  child.stderr.on('data', (chunk) => (output.err += chunk))
  const exited = once(child, 'exit').then(([code]) => ({ code: Number(code), ...output }))
  return { child, output, exited }
}

async function runFake(env: Record<string, string> = {}, args: readonly string[] = [], cwd = root) {
  const process = run({ SKETCHWIRE_ENGINE: 'fake', ...env }, args, cwd)
  await expect.poll(() => process.output.out, { timeout: 20_000 }).toMatch(/\n$/)
  const port = Number(/:(\d+)\n$/.exec(process.output.out)?.[1])
  return { ...process, port }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('the program: npm run build:server first', () => {
  it('says exactly one line with its URL, and serves there', async () => {
    const { output, port } = await runFake()
    expect(output.out).toBe(`Sketchwire is at http://localhost:${port}\n`)
    expect(await plainRequest(port, { path: '/readyz' })).toMatchObject({ status: 200 })
    expect(output.err).toBe('')
  })

  it("with --sdxl-port serves sdxl-websocket's page of any loopback origin there, and nothing else", async () => {
    const sdxlPort = await freePort()
    await runFake({}, ['--sdxl-port', String(sdxlPort)])
    const address = `ws://127.0.0.1:${sdxlPort}/images/generate-ws`
    const client = await WsClient.open(address, { origin: 'http://localhost:3000' })
    client.send(
      JSON.stringify({ use_binary: false, steps: 40, samples: 2, text_prompts: [{ text: 'a cat' }] }),
    )
    const isLast = ({ step }: { step?: number }) => step === 39
    let last: { step?: number; artifacts?: unknown[] } = {}
    while (!isLast(last)) last = JSON.parse(String(await client.next()))
    expect(last.artifacts).toHaveLength(2)
    for (const path of ['/', '/api/model', '/images/generate-ws'])
      expect((await plainRequest(sdxlPort, { path })).status).toBe(path.startsWith('/images') ? 426 : 404)
    const taken = await run({ SKETCHWIRE_ENGINE: 'fake', SKETCHWIRE_SDXL_PORT: String(sdxlPort) }).exited
    expect([taken.code, taken.err]).toEqual([1, expect.stringContaining(`SKETCHWIRE_SDXL_PORT ${sdxlPort}`)])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'E4 on %s says goodbye with 1012 and exits with 0',
    async (signal) => {
      const { child, exited, port } = await runFake()
      const client = await WsClient.open(`ws://127.0.0.1:${port}/api/live`)
      child.kill(signal)
      expect(await client.closed).toBe(1012)
      expect((await exited).code).toBe(0)
    },
  )

  it('takes a signal that comes twice at once for one: npm and who called npm both pass it on', async () => {
    const { child, exited, port } = await runFake()
    const client = await WsClient.open(`ws://127.0.0.1:${port}/api/live`)
    // Two of a kind would reach it as one.
    child.kill('SIGTERM')
    child.kill('SIGINT')
    expect(await client.closed).toBe(1012)
    expect((await exited).code).toBe(0)
  })

  it('stops at once on a second signal that comes later, while a picture is being finished', async () => {
    const slow = { SKETCHWIRE_FAKE_STEP_MS: '60000', LOG_LEVEL: 'debug' }
    const { child, output, exited, port } = await runFake(slow)
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"prompt":"a cat"}',
    }
    const answer = fetch(`http://127.0.0.1:${port}/sdapi/v1/txt2img`, request).catch(() => undefined)
    await expect.poll(() => output.err).toContain('frame.accepted')
    const press = () => child.kill('SIGINT')
    press()
    const pressing = setInterval(press, 300)
    const { code } = await exited.finally(() => clearInterval(pressing))
    expect(code).toBe(130)
    expect(await answer).toBeUndefined()
  })

  it('finds its pages and its model, whatever folder it was called in', async () => {
    const { port } = await runFake({}, [], tmpdir())
    const { status } = await plainRequest(port, { path: '/' })
    expect(status).toBe(existsSync(join(root, 'out/index.html')) ? 200 : 404)
    // The model is found before its provider is asked for.
    const { err } = await run({ SKETCHWIRE_PROVIDER: 'abacus' }, [], tmpdir()).exited
    expect(err).toMatch(/[Pp]rovider abacus/)
  })

  it("takes a relative path from its caller's folder, and says where that is", async () => {
    const tls = ['--tls-cert', 'none.pem', '--tls-key=none.pem']
    const { code, err } = await run({ SKETCHWIRE_ENGINE: 'fake' }, tls, tmpdir()).exited
    expect(err).toContain(join(realpathSync(tmpdir()), 'none.pem'))
    expect(code).toBe(1)
  })

  it.skipIf(process.platform !== 'linux')('keeps its secrets from the engine it starts', async () => {
    const env = { SKETCHWIRE_KEYS: 'first-key-0123456789', SKETCHWIRE_MODEL: toyFolder('lcm-optimum') }
    const { child, output } = run({ ...env, SKETCHWIRE_TOKEN_SECRET: 's'.repeat(32), HF_TOKEN: 'hf_0123' })
    await expect.poll(() => output.out, { timeout: 20_000 }).toMatch(/\n$/)
    const engines = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')
    const inherited = engines.map((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8')).join('')
    // Not empty: what it needs of the environment it has.
    expect(inherited).toContain('PATH=')
    expect(inherited).not.toMatch(/first-key|ssss|hf_0123/)
  })

  it.each([
    ['a port that is no number', { PORT: 'http' }, /^PORT=http is not a whole number from 0 to 65535.*\n$/],
    [
      'a model folder that is none',
      { SKETCHWIRE_MODEL: '/nowhere' },
      /^[^\n]*manifest\.json[^\n]*\/nowhere[^\n]*\n$/,
    ],
    [
      'the fake engine in production',
      { SKETCHWIRE_ENGINE: 'fake', NODE_ENV: 'production' },
      /^SKETCHWIRE_ENGINE=fake[^\n]*\n$/,
    ],
  ])('exits with 1 and one sentence on %s', async (_name, env, sentence) => {
    const { code, out, err } = await run(env).exited
    expect(err).toMatch(sentence)
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })

  it('exits with 1 and one sentence when the model does not fit in memory, before it is loaded', async () => {
    await using model = await copyModelFolder(toyFolder('lcm-optimum'))
    // A hole: it has the length of weights, not their weight.
    await truncate(join(model.dir, 'unet/model.onnx_data'), 2 * totalmem())
    const { code, out, err } = await run({ SKETCHWIRE_MODEL: model.dir }).exited
    expect(err).toMatch(
      /^\S+ needs at least [\d.]+ GB of memory, this machine has [\d.]+ GB for it; use a smaller model [^\n]*\n$/,
    )
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })

  it('exits with 1 and one sentence when its port is taken, and leaves the first alone', async () => {
    const first = await runFake()
    const { code, out, err } = await run({ SKETCHWIRE_ENGINE: 'fake', PORT: String(first.port) }).exited
    expect(err).toMatch(
      new RegExp(`^Port ${first.port} on 127\\.0\\.0\\.1 is taken.*PORT=${first.port + 1} npm start\\n$`),
    )
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(await plainRequest(first.port, { path: '/livez' })).toMatchObject({ status: 200 })
  })

  it('exits with 1 and one sentence, and no URL, when the model cannot be run', async () => {
    const { code, out, err } = await run({ SKETCHWIRE_PROVIDER: 'abacus' }).exited
    // The last line, after what the log has to say.
    expect(err).toMatch(/(^|\n)[^\n{]*[Pp]rovider abacus[^\n]*\n$/)
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })

  it('exits with 1 and one sentence rather than serve the network without keys', async () => {
    const { code, out, err } = await run({ SKETCHWIRE_ENGINE: 'fake', HOST: '0.0.0.0' }).exited
    expect(err).toMatch(/^HOST=0\.0\.0\.0 [^\n]*SKETCHWIRE_KEYS[^\n]*\n$/)
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })

  it('lists its options, and exits with 1 and one sentence on one that is none', async () => {
    expect(await run({}, ['--help']).exited).toMatchObject({
      code: 0,
      out: expect.stringContaining('--tls-cert'),
    })
    const { code, out, err } = await run({}, ['--prot', '1']).exited
    expect(err).toMatch(/^[^\n]*--prot[^\n]*\n$/)
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })
})
