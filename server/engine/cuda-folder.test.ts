import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { installedRuntime, useCudaFolder, type Runtime } from './cuda-folder.ts'

let root = ''
let runtime: Runtime
const provider = () => join(runtime.dir, 'libonnxruntime_providers_cuda.so')

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sketchwire-cuda-'))
  runtime = {
    version: '1.30.0',
    dir: join(root, 'node_modules/onnxruntime-node/bin'),
    cudaFolder: join(root, '.cuda'),
  }
  mkdirSync(runtime.dir, { recursive: true })
  mkdirSync(join(root, '.cuda/lib'), { recursive: true })
  for (const name of ['cuda', 'shared'])
    writeFileSync(join(root, `.cuda/lib/libonnxruntime_providers_${name}.so`), name)
  vi.stubEnv('LD_LIBRARY_PATH', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})
const holds = (about: string) => writeFileSync(join(root, '.cuda/about.json'), about)

describe('the folder that gpu:cuda fills', () => {
  it('is linked again after npm ci, by links that move along with the project', () => {
    holds('{"onnxruntime":"1.30.0","cuda":13}')
    expect(useCudaFolder(runtime)).toBeUndefined()
    rmSync(join(root, 'node_modules'), { recursive: true })
    expect(useCudaFolder(runtime)).toBeUndefined()
    expect(readFileSync(provider(), 'utf8')).toBe('cuda')
    expect(isAbsolute(readlinkSync(provider()))).toBe(false)
    expect(process.env['LD_LIBRARY_PATH']).toBe(join(root, '.cuda/lib'))
  })

  it('replaces a link that leads nowhere, and leaves a file', () => {
    holds('{"onnxruntime":"1.30.0","cuda":13}')
    useCudaFolder(runtime)
    rmSync(join(root, '.cuda/lib/libonnxruntime_providers_cuda.so'))
    expect(existsSync(provider())).toBe(false)
    writeFileSync(join(root, '.cuda/lib/libonnxruntime_providers_cuda.so'), 'again')
    rmSync(provider())
    writeFileSync(provider(), 'a file')
    expect(useCudaFolder(runtime)).toBeUndefined()
    expect(readFileSync(provider(), 'utf8')).toBe('a file')
  })

  it.each(['', '{', '{"onnxruntime":"1.30.0","cuda":11}'])(
    'is not used where it is not whole: %s',
    (about) => {
      holds(about)
      expect(useCudaFolder(runtime)).toBeUndefined()
      expect(existsSync(provider())).toBe(false)
      expect(process.env['LD_LIBRARY_PATH']).toBe('')
    },
  )

  it('is not used with another onnxruntime, and says so', () => {
    holds('{"onnxruntime":"1.29.0","cuda":13}')
    expect(useCudaFolder(runtime)).toMatch(
      /is for onnxruntime 1\.29\.0, and 1\.30\.0 is installed \("npm run gpu:cuda"/,
    )
    expect(existsSync(provider())).toBe(false)
  })

  it('is beside node_modules', () => {
    expect(installedRuntime().cudaFolder).toBe(join(import.meta.dirname, '../../.cuda'))
  })
})
