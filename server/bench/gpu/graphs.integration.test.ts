// Where graphs may be built: in a folder of the builder's own. Needs Python alone, without numpy and onnx.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { buildGraphs, readGraphs } from './graphs.ts'

const CLEAR = fileURLToPath(new URL('../../../models/export/own_folder.py', import.meta.url))
/** A session at a desk without Python may pass it by; CI has Python and may not. */
const hasPython = process.env['CI'] !== undefined || canRun('python3', ['--version'])

function canRun(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

async function folderOf(files: Readonly<Record<string, string>>) {
  const dir = await mkdtemp(join(tmpdir(), 'sketchwire-graphs-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
  return {
    dir,
    names: async () => (await readdir(dir)).sort(),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

const clear = (dir: string) => execFileSync('python3', [CLEAR, dir], { stdio: 'pipe' })
const GRAPHS = { 'unet.onnx': 'graph', 'unet.weights': 'weights' }

describe.runIf(hasPython)('the folder that graphs are built in', () => {
  it.each<[string, Record<string, string>]>([
    ["somebody's model", { ...GRAPHS, 'manifest.json': '{}' }],
    ['another kind of graphs.json', { ...GRAPHS, 'graphs.json': '["unet.onnx"]' }],
  ])('is not cleared of %s', async (_, files) => {
    await using folder = await folderOf(files)
    expect(() => clear(folder.dir)).toThrow(
      /no graphs\.json of this builder: they may be somebody's model, and nothing was deleted; name an empty/,
    )
    expect(await folder.names()).toEqual(Object.keys(files).sort())
  })

  it.each([
    ['is made where there is none', {}, true],
    ['may be empty', {}, false],
    ['is cleared of an earlier run', { ...GRAPHS, 'graphs.json': '{"attention": "plain"}' }, false],
    ['is cleared of a run that was stopped', { ...GRAPHS, 'graphs.json': '{}\n' }, false],
  ])('%s, and is marked before anything is built', async (_, files, isAbsent) => {
    await using folder = await folderOf(files)
    if (isAbsent) await rm(folder.dir, { recursive: true })
    clear(folder.dir)
    expect(await folder.names()).toEqual(['graphs.json'])
    await expect(readGraphs(folder.dir)).rejects.toThrow(/were not all built: run without --reuse/)
  })
})

describe.skipIf(process.platform === 'win32')('what the bench says when no graphs were built', () => {
  const options = {
    size: '512x512',
    batches: '1',
    dtype: 'float16',
    attention: 'plain',
    width: 'tiny',
  }
  async function building(stderr: string, code: number) {
    await using folder = await folderOf({ python: `#!/bin/sh\nprintf '${stderr}' >&2\nexit ${code}\n` })
    const python = join(folder.dir, 'python')
    await chmod(python, 0o755)
    const error = await buildGraphs({ ...options, dir: join(folder.dir, 'graphs'), python }).catch(
      (one: unknown) => one,
    )
    expect(existsSync(join(folder.dir, 'graphs'))).toBe(false)
    return error instanceof Error ? error.message : error
  }

  it('is the refusal alone where the builder refused', async () => {
    expect(await building('usage: sd15_graphs.py [-h]\\nsd15_graphs.py: error: DIR holds files\\n', 2)).toBe(
      'DIR holds files',
    )
  })

  it('is what Python lacks where it failed', async () => {
    expect(await building('ModuleNotFoundError: numpy\\n', 1)).toMatch(
      /could not build the graphs [^]*Error: numpy[^]*it needs onnx and numpy, or name another with --python/,
    )
  })
})
