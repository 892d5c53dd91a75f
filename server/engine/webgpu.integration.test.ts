// The WebGPU provider against the cpu provider, on the toy model. Without a GPU it runs through SwiftShader, the
// software Vulkan driver that comes with Chromium, which takes seconds a graph: hence the toy.
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { forkChild } from './child.ts'
import { decodeImage } from './codec.ts'
import { generateWhenFree, jobFor } from './engine.contract.ts'
import { createLocalEngine } from './local-engine.ts'
import { silentLog } from './log.ts'
import { childProbe } from './probe.ts'
import { systemClock } from './system-clock.ts'
import { TOY_MODEL } from './testing/models.ts'

const CHROMIUM = '/usr/lib/chromium'
const DRIVER = join(CHROMIUM, 'vk_swiftshader_icd.json')
const LOADER = join(CHROMIUM, 'libvulkan.so.1')

describe.skipIf(!existsSync(DRIVER) || !existsSync(LOADER))('provider webgpu through SwiftShader', () => {
  let libraries: string
  beforeAll(async () => {
    // Chromium's whole folder must not be searched: it has an EGL and a GLES of its own.
    libraries = await mkdtemp(join(tmpdir(), 'sketchwire-vulkan-'))
    await symlink(LOADER, join(libraries, 'libvulkan.so.1'))
    vi.stubEnv('LD_LIBRARY_PATH', libraries)
    vi.stubEnv('VK_ICD_FILENAMES', DRIVER)
    vi.stubEnv('VK_DRIVER_FILES', DRIVER)
  }, 120_000)
  afterAll(async () => {
    vi.unstubAllEnvs()
    await rm(libraries, { recursive: true, force: true })
  })

  it('is slower than the CPU, and said to be: nobody gets it unasked', { timeout: 120_000 }, async () => {
    const worker = new URL('../../dist/server/engine/slot-worker.js', import.meta.url)
    const probe = childProbe(forkChild(worker, silentLog), systemClock)
    const { problem, slow } = await probe('webgpu', true)
    expect(problem).toBeUndefined()
    expect(slow).toMatch(/^it is slower than the CPU, .* GFLOP takes it [\d.]+ ms, and cpu [\d.]+ ms$/)
    expect(await probe('webgpu', false)).toEqual({ problem: undefined })
  })

  it('paints what provider cpu paints', { timeout: 240_000 }, async () => {
    const paint = async (provider: string) => {
      const options = { modelDir: TOY_MODEL, provider, log: silentLog, startTimeoutMs: 200_000 }
      await using engine = await createLocalEngine({ ...options, deadlineMs: 200_000 })
      expect(engine.info.provider).toBe(provider)
      const { image } = await generateWhenFree(engine, await jobFor(engine, { steps: 2, strength: 0.6 }))
      return decodeImage(image, engine.info.defaults)
    }
    const expected = await paint('cpu')
    const painted = await paint('webgpu')
    expect(new Set(expected).size).toBeGreaterThan(8)
    const differences = expected.map((value, i) => Math.abs(value - (painted[i] ?? 255)))
    expect(Math.max(...differences)).toBeLessThanOrEqual(1)
  })
})
