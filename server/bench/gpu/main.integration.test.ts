// The program itself, as processes: on provider cpu, with graphs that are small and Pythons that are shell scripts.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../../dist/server/bench/gpu/main.js', import.meta.url))
const SMALL = fileURLToPath(new URL('../calibration.onnx', import.meta.url))
const ABOUT = {
  size: { width: 64, height: 64 },
  batches: [1],
  dtype: 'float32',
  attention: 'plain',
  text: 16,
  parameters: {},
}

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

describe.skipIf(process.platform === 'win32')('npm run bench:gpu', () => {
  let dir: string
  beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'sketchwire-gpu-bench-'))))
  afterAll(() => rm(dir, { recursive: true }))

  async function python(script: string): Promise<string> {
    const file = join(dir, 'python')
    await writeFile(file, `#!/bin/sh\n${script}\n`)
    await chmod(file, 0o755)
    return file
  }

  it('--check says what the machine has, and succeeds where the bench would', async () => {
    const good = await python('echo 3.12.3 2.5.2 1.23.1')
    const checked = await run('--check', '--provider', 'cpu', '--python', good)
    expect(checked.stdout).toContain(`found    node ${process.versions.node} on `)
    expect(checked.stdout).toContain(
      `found    ${good} 3.12.3 with numpy 2.5.2 and onnx 1.23.1\nworks    cpu\n`,
    )
    expect(checked.code).toBe(0)
  })

  it('--check fails where Python or the provider does', async () => {
    const bad = await python("echo 'ModuleNotFoundError: onnx' >&2; exit 1")
    const checked = await run('--check', '--provider', 'nonsense', '--python', bad)
    expect(checked.stdout).toMatch(/^missing {2}Python with numpy and onnx \(ModuleNotFoundError: onnx\)/m)
    expect(checked.stdout).toMatch(/^no {7}nonsense: /m)
    expect(checked.code).toBe(1)
  })

  it.each([
    [
      ['--nope'],
      /^The GPU bench could not run: Unknown option '--nope'\. Its options are --check, --provider, .*, --threads\n$/,
    ],
    [
      ['--check', '--limit', '3m'],
      /^The GPU bench could not run: --limit is "3m"; give a whole number from 1 to 999999\n$/,
    ],
    [['--check', '--steps', '1,two'], /--steps is "two"; give a whole number/],
    [['--check', '--latents', 'gpu'], /--latents is "gpu"; give host or device\n$/],
    [['--check', '--threads', '0'], /--threads is "0"; give a whole number/],
  ])('says in one sentence what is wrong with %j', async (args, said) => {
    const { code, stdout, stderr } = await run(...args)
    expect(stderr).toMatch(said)
    expect([code, stdout]).toEqual([1, ''])
  })

  it('--help lists the options, all of which the documentation explains', async () => {
    const { code, stdout } = await run('--help')
    const options = [...stdout.matchAll(/^ {2}(--\w+)/gm)].map(([, option]) => option)
    const explained = await readFile(new URL('../../../docs/bench/README.md', import.meta.url), 'utf8')
    const rows = explained.split('\n').filter((line) => line.startsWith('| `--'))
    expect(options.filter((option) => !rows.some((row) => row.includes(`\`${option}`)))).toEqual([])
    expect([code, options.length]).toEqual([0, 18])
  })

  it('builds nothing for a provider that does not work', async () => {
    const graphs = join(dir, 'never')
    const { code, stderr } = await run('--provider', 'nonsense', '--dir', graphs)
    expect(stderr).toMatch(/provider nonsense does not work here: .*; --check tells what the machine has/)
    expect(code).toBe(1)
    expect(existsSync(graphs)).toBe(false)
  })

  it('keeps every figure as it comes, and measures what is missing when it is called again', async () => {
    const graphs = join(dir, 'graphs')
    const json = join(dir, 'out', 'cpu.json')
    await mkdir(graphs)
    await writeFile(join(graphs, 'graphs.json'), JSON.stringify(ABOUT))
    await writeFile(join(graphs, 'unet.weights'), '')
    await copyFile(SMALL, join(graphs, 'unet.b1.onnx'))
    const args = ['--provider', 'cpu', '--dir', graphs, '--reuse', '--pixels', '--runs', '3', '--json', json]
    const figures = async () => (JSON.parse(await readFile(json, 'utf8')) as { figures: object }).figures

    const first = await run(...args, '--only', 'unet.b1,kl_encoder')
    expect(first.code).toBe(1)
    expect(first.stdout).toMatch(
      /^unet\.b1 +p50 [\d.]+ ms, p95 .*\nkl_encoder\.b1 +failed: .*kl_encoder\.b1\.onnx/m,
    )
    const before = await figures()
    expect(Object.keys(before)).toEqual(['unet.b1', 'kl_encoder.b1'])

    await copyFile(SMALL, join(graphs, 'kl_encoder.b1.onnx'))
    const second = await run(...args, '--only', 'unet.b1,kl_encoder')
    expect(second.stdout).toMatch(/^kl_encoder\.b1 +p50 /)
    expect(second.stdout).not.toContain('unet.b1')
    expect(second.code).toBe(0)
    expect(await figures()).toMatchObject({ ...before, 'kl_encoder.b1': { ms: expect.anything() } })
  })
})
