// The WebGPU provider against the cpu provider, on the toy model. Without a GPU it runs through SwiftShader, the
// software Vulkan driver that comes with Chromium, which takes seconds a graph: hence the toy.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { forkChild } from './child.ts'
import { decodeImage } from './codec.ts'
import { generateWhenFree, jobFor } from './engine.contract.ts'
import { createLocalEngine } from './local-engine.ts'
import { silentLog, type EngineLog } from './log.ts'
import { childProbe } from './probe.ts'
import { systemClock } from './system-clock.ts'
import { batchModel } from './testing/batch-model.ts'
import type { LatentsTrial } from './testing/latents-trial.ts'
import { copyModel, TOY_MODEL, type ModelCopy } from './testing/models.ts'

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
    const told: object[] = []
    const log: EngineLog = { ...silentLog, info: (fields) => told.push(fields) }
    const paint = async (provider: string) => {
      const options = { modelDir: TOY_MODEL, provider, log, startTimeoutMs: 200_000 }
      await using engine = await createLocalEngine(options)
      expect(engine.info.provider).toBe(provider)
      const { image } = await generateWhenFree(engine, await jobFor(engine, { steps: 2, strength: 0.6 }))
      return decodeImage(image, engine.info.defaults)
    }
    const expected = await paint('cpu')
    expect(JSON.stringify(told)).not.toContain('latents')
    const painted = await paint('webgpu')
    expect(told).toContainEqual(
      expect.objectContaining({ latents: expect.stringMatching(/^latents (stay|come back) /) }),
    )
    expect(new Set(expected).size).toBeGreaterThan(8)
    const differences = expected.map((value, i) => Math.abs(value - (painted[i] ?? 255)))
    expect(Math.max(...differences)).toBeLessThanOrEqual(1)
  })

  // Of SD1.5's kind, rows of several pictures in a call; and as models/pocket, the image's latents beside the noisy ones.
  it.each<[string, () => Promise<ModelCopy>, number]>([
    ['noise predicted, in batches', batchModel, 8],
    ['image latents concatenated', () => copyModel(TOY_MODEL), 1],
  ])('paints the same with latents on the device: %s', { timeout: 240_000 }, async (_, model, rows) => {
    await using copy = await model()
    const script = new URL('../../dist/server/engine/testing/latents-trial.js', import.meta.url)
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(script), copy.dir])
    const { apart, values, measured, ...told } = JSON.parse(stdout) as LatentsTrial
    expect(Math.max(...Object.values(apart)), JSON.stringify(apart)).toBeLessThanOrEqual(1)
    expect([Object.keys(apart).length, values > 8]).toEqual([8, true])
    expect(told).toEqual({
      reason: 'latents stay on the device, as was asked for',
      lanes: rows,
      timed: 4,
      previews: [2],
      cancelled: 'cancelled after 2 steps',
      failed: 'the listener fails',
      // The U-Net's output, and the samples of two steps.
      tensors: [3, 0],
    })
    expect(measured).toMatch(
      /^latents (stay on the device between steps|come back after every step: on the device is no gain) \(4 steps: [\d.]+ ms, and [\d.]+ ms where they come back\)$/,
    )
  })
})
