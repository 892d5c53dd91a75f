import { describe, expect, it } from 'vitest'
import { chooseProvider, forceProvider } from './provider-choice.ts'
import { candidatesOf, onlyProvider, type Machine } from './providers.ts'

function machine(paths: readonly string[], change: Partial<Machine> = {}): Machine {
  return {
    platform: 'linux',
    arch: 'x64',
    runtimeDir: '/runtime',
    text: () => undefined,
    exists: (path) => paths.includes(path),
    names: (folder) =>
      paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)),
    ...change,
  }
}

const NVIDIA = ['/dev/nvidiactl', '/usr/lib64/libvulkan.so.1.3']
const CUDA = '/runtime/libonnxruntime_providers_cuda.so'

function probing(works: readonly string[]) {
  const asked: [string, boolean][] = []
  const probe = (provider: string, againstCpu: boolean) => {
    asked.push([provider, againstCpu])
    return Promise.resolve({ problem: works.includes(provider) ? undefined : 'no adapter' })
  }
  return { asked, probe }
}

describe('the fastest provider that works', () => {
  it('is cpu without a GPU, and nothing is probed for it', async () => {
    const { asked, probe } = probing(['cuda', 'webgpu'])
    const choice = await chooseProvider(candidatesOf(machine([])), probe)
    const what = 'cpu is the fastest provider that works here; cuda: no NVIDIA driver, webgpu: no GPU'
    expect(choice).toEqual({ provider: 'cpu', reason: what, what, next: [] })
    expect(asked).toEqual([])
  })

  it.each<[string, Machine, string[], string, string[]]>([
    ['cuda with its files', machine([...NVIDIA, CUDA]), ['cuda', 'webgpu'], 'cuda', ['webgpu', 'cpu']],
    ['webgpu where cuda fails its probe', machine([...NVIDIA, CUDA]), ['webgpu'], 'webgpu', ['cpu']],
    [
      'webgpu on another GPU',
      machine(['/dev/dri/renderD128', '/usr/lib/libvulkan.so.1']),
      ['webgpu'],
      'webgpu',
      ['cpu'],
    ],
    [
      'webgpu where its library is in none of the usual folders',
      machine(['/dev/dri/renderD128']),
      ['webgpu'],
      'webgpu',
      ['cpu'],
    ],
    [
      'cuda, and then what is in doubt: it is probed before it is taken',
      machine(['/dev/nvidiactl', CUDA]),
      ['cuda'],
      'cuda',
      ['webgpu', 'cpu'],
    ],
    ['cpu where all fail', machine([...NVIDIA, CUDA]), [], 'cpu', []],
    [
      'coreml on a Mac without WebGPU',
      machine([], { platform: 'darwin', arch: 'arm64' }),
      ['coreml'],
      'coreml',
      ['cpu'],
    ],
    ['dml on Windows', machine([], { platform: 'win32' }), ['dml'], 'dml', ['cpu']],
    ['cpu on an ARM server', machine(NVIDIA, { arch: 'arm64' }), ['cuda'], 'cpu', []],
  ])('is %s', async (...[, here, works, provider, next]) => {
    const choice = await chooseProvider(candidatesOf(here), probing(works).probe)
    expect([choice.provider, choice.next.map((one) => one.provider)]).toEqual([provider, next])
  })

  it('says what the faster ones lack, or seemed to before they failed', async () => {
    const { reason } = await chooseProvider(candidatesOf(machine(['/dev/nvidiactl'])), probing([]).probe)
    expect(reason).toBe(
      'cpu is the fastest provider that works here; cuda: the CUDA provider is not installed ("npm run gpu:cuda" does), webgpu: no adapter (no Vulkan loader was seen, package libvulkan1)',
    )
  })

  it('E2 tells everybody of those that failed that they did, and the log with which words', async () => {
    const said = 'Failed to load /home/me/node_modules/onnxruntime-node/bin/libonnxruntime_providers_cuda.so'
    const candidates = candidatesOf(machine(['/dev/nvidiactl', CUDA]))
    const { reason, what } = await chooseProvider(candidates, async () => ({ problem: said }))
    expect(reason).toContain(`; cuda: ${said}, webgpu: ${said}`)
    expect(what).toMatch(/^cpu is the fastest .*; cuda: it failed when it was tried \("npm run gpu:doctor"/)
    expect(what).not.toContain('/home')
  })

  it('is not one that is slower than the CPU, as a driver without a GPU is', async () => {
    const slow = 'it is slower than the CPU'
    const software = async (provider: string) => ({
      problem: undefined,
      ...(provider === 'webgpu' ? { slow } : {}),
    })
    const doubtful = candidatesOf(machine(['/dev/dri/renderD128']))
    const what = `cpu is the fastest provider that works here; cuda: no NVIDIA driver, webgpu: ${slow}`
    expect(await chooseProvider(doubtful, software)).toEqual({
      provider: 'cpu',
      reason: what,
      what,
      next: [],
    })
    expect(await chooseProvider(candidatesOf(machine([...NVIDIA, CUDA])), software)).toMatchObject({
      provider: 'cuda',
    })
    // Whoever asks for it gets it.
    expect(await forceProvider('webgpu', software)).toMatchObject({ provider: 'webgpu' })
  })

  it('is not looked for when one is asked for, which works or is refused', async () => {
    const { asked, probe } = probing(['webgpu'])
    expect(await forceProvider('webgpu', probe)).toMatchObject({ provider: 'webgpu', next: [] })
    expect(asked).toEqual([['webgpu', false]])
    await expect(forceProvider('cuda', probe)).rejects.toThrow(
      /^Provider cuda cannot be had here: no adapter; "npm run gpu:doctor"/,
    )
  })
})

it('cpu is the only provider where all others plainly lack something', () => {
  expect(onlyProvider(machine([]))).toBe('cpu')
  expect(onlyProvider(machine(NVIDIA, { arch: 'arm64' }))).toBe('cpu')
  expect(onlyProvider(machine([...NVIDIA, CUDA]))).toBeUndefined()
  expect(onlyProvider(machine(['/dev/dri/renderD128']))).toBeUndefined()
})
