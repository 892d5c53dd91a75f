// With this machine's own pip, and wheels of a few bytes in place of those of hundreds of megabytes.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readAbout, type Runtime } from '../engine/cuda-folder.ts'
import { hasPython } from '../testing/has-python.ts'
import { installCuda, type InstallCudaOptions } from './install-cuda.ts'
import { checkPip } from './pip.ts'
import type { Wheel } from './wheels.ts'

const MAKE_WHEEL = `import sys, zipfile
path, name, version, *files = sys.argv[1:]
with zipfile.ZipFile(path, "w") as wheel:
    for file in files:
        wheel.writestr(file, "contents of " + file)
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`
const ABOUT = { onnxruntime: '1.30.0', cuda: 13 } as const
const index = mkdtempSync(join(tmpdir(), 'sketchwire-index-'))
let python = 'python3'
let root = ''
let runtime: Runtime

function makeWheel(name: string, tags: string, files: readonly string[]): Wheel {
  const version = '1.2.3'
  const file = join(index, `${name.replaceAll('-', '_')}-${version}-${tags}.whl`)
  execFileSync('python3', ['-c', MAKE_WHEEL, file, name, version, ...files])
  return { name, version, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') }
}

let wheels: readonly Wheel[] = []
beforeAll(() => {
  if (!hasPython) return
  try {
    execFileSync(python, ['-m', 'pip', '--version'], { stdio: 'pipe' })
  } catch {
    execFileSync('python3', ['-m', 'venv', join(index, 'venv')], { stdio: 'pipe' })
    python = join(index, 'venv/bin/python')
  }
  wheels = [
    makeWheel('onnxruntime-gpu', 'cp312-cp312-manylinux_2_28_x86_64', [
      'onnxruntime/capi/libonnxruntime_providers_cuda.so',
      'onnxruntime/capi/libonnxruntime_providers_shared.so',
      'onnxruntime/capi/libonnxruntime_providers_tensorrt.so',
      'onnxruntime/capi/libonnxruntime.so.1.2.3',
      'onnxruntime/capi/onnxruntime_pybind11_state.cpython-312-x86_64-linux-gnu.so',
    ]),
    makeWheel('nvidia-cublas', 'py3-none-manylinux2014_x86_64', [
      'nvidia/cu13/lib/libcublas.so.13',
      'nvidia/cu13/include/cublas.h',
    ]),
  ]
}, 60_000)
afterAll(() => rmSync(index, { recursive: true, force: true }))
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sketchwire-cuda-'))
  const dir = join(root, 'node_modules/onnxruntime-node/bin')
  mkdirSync(dir, { recursive: true })
  runtime = { version: '1.30.0', dir, cudaFolder: join(root, '.cuda') }
  vi.stubEnv('PIP_NO_INDEX', '1')
  vi.stubEnv('PIP_FIND_LINKS', index)
  vi.stubEnv('LD_LIBRARY_PATH', '/elsewhere')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

const install = (options: Partial<InstallCudaOptions> = {}) =>
  installCuda({
    runtime,
    about: ABOUT,
    wheels,
    python: { python, signal: new AbortController().signal },
    freeBytes: () => Promise.resolve(1e12),
    ...options,
  })
const libraries = () => readdirSync(join(root, '.cuda/lib')).toSorted()

describe.runIf(hasPython)('gpu:cuda', { timeout: 60_000 }, () => {
  it('keeps the libraries of the wheels, and lets onnxruntime and its loader find them', async () => {
    await install()
    expect(libraries()).toEqual([
      'libcublas.so.13',
      'libonnxruntime_providers_cuda.so',
      'libonnxruntime_providers_shared.so',
    ])
    expect(readAbout(runtime.cudaFolder)).toEqual(ABOUT)
    // Through the link.
    expect(readFileSync(join(runtime.dir, 'libonnxruntime_providers_cuda.so'), 'utf8')).toContain(
      'capi/libonnxruntime_providers_cuda.so',
    )
    expect(process.env['LD_LIBRARY_PATH']).toBe(`${join(root, '.cuda/lib')}:/elsewhere`)
    expect(readdirSync(root).toSorted()).toEqual(['.cuda', 'node_modules'])
  })

  it('refuses a wheel that is not the one it knows, and goes on behind those it had when it is right', async () => {
    const [first, second] = wheels as [Wheel, Wheel]
    const forged = { ...second, sha256: '0'.repeat(64) }
    await expect(install({ wheels: [first, forged] })).rejects.toThrow(
      /nvidia-cublas 1\.2\.3 could not be downloaded .* run "npm run gpu:cuda" again/,
    )
    expect(existsSync(runtime.cudaFolder)).toBe(false)
    expect(existsSync(join(runtime.dir, 'libonnxruntime_providers_cuda.so'))).toBe(false)
    // The first is not asked for again: the index has another by now.
    await install({ wheels: [{ ...first, sha256: '0'.repeat(64) }, second] })
    expect(libraries()).toHaveLength(3)
  })

  it('starts anew for another CUDA, and leaves what is in use until the other is whole', async () => {
    await install()
    const cuda12 = { onnxruntime: '1.30.0', cuda: 12 } as const
    const failing = () => Promise.reject(new Error('no network'))
    await expect(install({ about: cuda12, wheels: [], fetchProvider: failing })).rejects.toThrow('no network')
    expect(readAbout(runtime.cudaFolder)?.cuda).toBe(13)
    // A server that is running still finds it.
    expect(existsSync(join(runtime.dir, 'libonnxruntime_providers_cuda.so'))).toBe(true)
    const fetchProvider = () => {
      // As the installer does, which would write through a link.
      for (const name of ['cuda', 'shared'])
        writeFileSync(join(runtime.dir, `libonnxruntime_providers_${name}.so`), 'for CUDA 12')
      expect(readFileSync(join(root, '.cuda/lib/libonnxruntime_providers_cuda.so'), 'utf8')).toContain('capi')
      return Promise.resolve()
    }
    await install({ about: cuda12, wheels: [], fetchProvider })
    expect(readAbout(runtime.cudaFolder)).toEqual(cuda12)
    expect(libraries()).toHaveLength(2)
    expect(readFileSync(join(runtime.dir, 'libonnxruntime_providers_cuda.so'), 'utf8')).toBe('for CUDA 12')
  })

  it('asks the disk first, for what is still to come', async () => {
    await expect(install({ freeBytes: () => Promise.resolve(2.8e9) })).rejects.toThrow(
      /has 2\.8 GB free, 3\.0 GB are needed/,
    )
    await install({ wheels: wheels.slice(0, 1), freeBytes: () => Promise.resolve(2.8e9) })
  })

  it('says what it needs where there is no pip, and that it was interrupted', async () => {
    const stop = new AbortController()
    await expect(checkPip({ python: join(root, 'nothing'), signal: stop.signal })).rejects.toThrow(
      /nothing -m pip" does not run.*--python/,
    )
    stop.abort()
    await expect(install({ python: { python, signal: stop.signal } })).rejects.toThrow(/Interrupted; run/)
  })
})
