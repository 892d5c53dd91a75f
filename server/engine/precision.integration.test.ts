import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeImage } from './codec.ts'
import { generateWhenFree, jobFor } from './engine.contract.ts'
import { createLocalEngine, type LocalEngineOptions } from './local-engine.ts'
import { silentLog } from './log.ts'
import { readManifest } from './read-manifest.ts'
import { PrecisionMemory } from './precision-memory.ts'
import { openRenderer } from './render.ts'
import { copyModel, POCKET_MODEL, TOY_MODEL } from './testing/models.ts'

const side = { width: 256, height: 256 }
const config = (modelDir: string) => ({ modelDir, provider: 'cpu', threads: 2 })

async function picture(precision: LocalEngineOptions['precision'] & string) {
  await using engine = await createLocalEngine({ modelDir: POCKET_MODEL, log: silentLog, precision })
  const { image } = await generateWhenFree(
    engine,
    await jobFor(engine, { prompt: 'day sea boat photo', ...side }),
  )
  return { rgb: await decodeImage(image, side), found: engine.precision }
}

const difference = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length

describe('precision of the bundled model', () => {
  it('is what gives nearly the same picture here, and the engine says why', async () => {
    const float32 = await picture('float32')
    expect(float32.found).toEqual({ name: 'float32', reason: 'float32 was asked for' })
    const best = await picture('auto')
    expect(best.found?.reason).toMatch(/on this CPU/)
    expect(difference(best.rgb, float32.rgb)).toBeLessThan(4)
    // Other graphs: other numbers, if only in the last bits.
    if (best.found?.name === 'int8') expect(difference(best.rgb, float32.rgb)).toBeGreaterThan(0)
  }, 60_000)

  it('is the same for every slot, and after a crash, whatever a second try might find', async () => {
    await using engine = await createLocalEngine({ modelDir: POCKET_MODEL, log: silentLog, slots: 2 })
    const { precision } = engine
    const job = await jobFor(engine, { prompt: 'day sea boat photo', ...side })
    const bothReady = async () => {
      await expect.poll(() => engine.pids.length, { timeout: 20_000 }).toBe(2)
      const [a, b] = await Promise.all([generateWhenFree(engine, job), generateWhenFree(engine, job)])
      return [a.image, b.image]
    }
    const [before] = await bothReady()
    for (const pid of engine.pids) process.kill(pid, 'SIGKILL')
    await expect.poll(() => engine.state().name).toBe('degraded')
    for (const image of await bothReady()) expect(image).toEqual(before)
    expect(engine.precision).toBe(precision)
  }, 60_000)

  it('is not looked for again when the model is opened again, nor taken for that of other files', async () => {
    const precisions = new PrecisionMemory()
    const found = { name: 'float32', reason: 'found an hour ago' } as const
    const manifest = await readManifest(POCKET_MODEL)
    precisions.agree({ modelDir: POCKET_MODEL, manifest }, 'cpu', found)
    await using again = await createLocalEngine({ modelDir: POCKET_MODEL, log: silentLog, precisions })
    expect(again.precision).toBe(found)
    const other = { ...manifest, sha256: { ...manifest.sha256, 'weights.bin': '0'.repeat(64) } }
    expect(precisions.recall({ modelDir: POCKET_MODEL, manifest: other }, 'cpu')).toBeUndefined()
    expect(precisions.recall({ modelDir: POCKET_MODEL, manifest }, 'webgpu')).toBeUndefined()
  })

  it('is float32 where int8 is further off than its manifest allows, or cannot be opened', async () => {
    await using copy = await copyModel(POCKET_MODEL)
    const { files } = await readManifest(copy.dir)
    await copy.edit((m) => ({ ...m, files: { ...files, int8: { ...files.int8, maxError: 0 } } }))
    const strict = await openRenderer(config(copy.dir))
    expect(strict.precision).toMatchObject({ name: 'float32', reason: expect.stringContaining('off by') })
    await strict.release()
    await writeFile(join(copy.dir, 'unet.256x256.int8.onnx'), 'no graph')
    const broken = await openRenderer(config(copy.dir))
    expect(broken.precision).toMatchObject({
      name: 'float32',
      reason: expect.stringContaining('int8 failed: unet.256x256.int8.onnx '),
    })
    // Anybody may read it at /readyz (SPEC E2).
    expect(broken.precision.reason).not.toContain(copy.dir)
    await broken.release()
    const forced = openRenderer({ ...config(copy.dir), precision: 'int8' })
    await expect(forced).rejects.toMatchObject({ code: 'model_unloadable' })
  }, 60_000)

  it('is part of what the folder is made of: a missing int8 graph is said at start', async () => {
    await using copy = await copyModel(POCKET_MODEL)
    await writeFile(join(copy.dir, 'vae_decoder.512x512.int8.onnx'), 'cut short')
    await expect(createLocalEngine({ modelDir: copy.dir, log: silentLog })).rejects.toMatchObject({
      code: 'model_wrong_hash',
      message: expect.stringContaining('vae_decoder.512x512.int8.onnx'),
    })
  })
})

describe('int8 asked for', () => {
  it('is refused of a model that has no such graphs, and off the CPU', async () => {
    const toy = createLocalEngine({ modelDir: TOY_MODEL, log: silentLog, precision: 'int8' })
    await expect(toy).rejects.toThrow(/has no int8 graphs: leave the precision to "auto"/)
    const gpu = createLocalEngine({
      modelDir: POCKET_MODEL,
      log: silentLog,
      precision: 'int8',
      provider: 'webgpu',
    })
    await expect(gpu).rejects.toThrow(/run on provider cpu alone/)
  })

  it('is taken where provider auto comes to the CPU', async () => {
    const candidates = [{ provider: 'cpu' as const, lacks: undefined }]
    const options = { modelDir: POCKET_MODEL, log: silentLog, provider: 'auto', candidates }
    await using engine = await createLocalEngine({ ...options, precision: 'int8' })
    expect(engine.precision).toEqual({ name: 'int8', reason: 'int8 was asked for' })
  })
})
