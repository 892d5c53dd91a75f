import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { previewWant } from '../../lib/protocol/preview.ts'
import { decodeImage } from './codec.ts'
import { sketch } from './engine.contract.ts'
import type { Job, StepEvent } from './engine.ts'
import { failureOf } from './job-failure.ts'
import { readManifest } from './read-manifest.ts'
import { graphBytes } from './graph-memory.ts'
import { openModels } from './onnx/models.ts'
import { openRenderer, type Renderer } from './render.ts'
import { copyModel, TOY_MODEL, TOY_MODEL_PLAIN } from './testing/models.ts'

const size = { width: 64, height: 64 }
const config = (modelDir: string) => ({ modelDir, provider: 'cpu', threads: 1 })
const quiet = () => ({ signal: { aborted: false }, wants: () => [], onStep: () => undefined })

async function job(overrides: Partial<Job> = {}): Promise<Job> {
  const params = { prompt: 'a house', strength: 0.7, seed: 1, steps: 4, guidanceScale: 4, ...size }
  const output = { codec: 'png', quality: 80 } as const
  return { ...params, image: await sketch(size), mode: 'live', output, previews: [], ...overrides }
}

describe.each([TOY_MODEL, TOY_MODEL_PLAIN])('renderer of %s', (modelDir) => {
  let renderer: Renderer
  beforeAll(async () => {
    renderer = await openRenderer(config(modelDir))
    await renderer.warmUp()
  })
  afterAll(() => renderer.release())

  it('stops between steps: after the abort no further U-Net run, no picture', async () => {
    const signal = { aborted: false }
    const steps: number[] = []
    const onStep = ({ step }: StepEvent) => {
      steps.push(step)
      signal.aborted = step === 2
    }
    const work = { job: await job({ steps: 8 }), rendered: size, noiseFrom: undefined }
    const error: unknown = await renderer
      .render(work, { ...quiet(), signal, onStep })
      .catch((thrown: unknown) => thrown)
    expect(failureOf(error)).toEqual({
      code: 'cancelled',
      message: 'Cancelled after 2 steps',
      place: {},
    })
    expect(steps).toEqual([1, 2])
  })

  it('turns the event loop between steps, so that a cancel can arrive', async () => {
    const signal = { aborted: false }
    const steps: number[] = []
    const onStep = ({ step }: StepEvent) => {
      steps.push(step)
      if (step === 1) setImmediate(() => (signal.aborted = true))
    }
    const work = { job: await job({ steps: 8 }), rendered: size, noiseFrom: undefined }
    await expect(renderer.render(work, { ...quiet(), signal, onStep })).rejects.toMatchObject({
      name: 'CancelledError',
    })
    expect(steps).toEqual([1])
  })

  it('paints through a mask: beyond its soft edge the sketch stays to the bit', async () => {
    const half = { create: { width: 32, height: 64, channels: 3, background: '#fff' } } as const
    const black = { create: { width: 64, height: 64, channels: 3, background: '#000' } } as const
    const right = { input: await sharp(half).png().toBuffer(), left: 32, top: 0 }
    const white = await sharp(black).composite([right]).png().toBuffer()
    const pixels = async (overrides: Partial<Job>) => {
      const work = { job: await job(overrides), rendered: size, noiseFrom: undefined }
      const { image } = await renderer.render(work, quiet())
      return await decodeImage(image, size)
    }
    const drawn = await decodeImage(await sketch(size), size)
    const painted = await pixels({})
    const column = (rgb: Uint8Array, x: number) =>
      Array.from({ length: 64 }, (_, y) => [...rgb.subarray(3 * (64 * y + x), 3 * (64 * y + x) + 3)])
    const masked = await pixels({ mask: { image: white, blurPx: 2, invert: false } })
    expect([0, 20].map((x) => column(masked, x))).toEqual([0, 20].map((x) => column(drawn, x)))
    expect([44, 63].map((x) => column(masked, x))).toEqual([44, 63].map((x) => column(painted, x)))
    expect(column(painted, 20)).not.toEqual(column(drawn, 20))
    // The edge is some of both.
    expect(column(masked, 31)).not.toEqual(column(drawn, 31))
    expect(column(masked, 31)).not.toEqual(column(painted, 31))
    const turned = await pixels({ mask: { image: white, blurPx: 0, invert: true } })
    expect([0, 31].map((x) => column(turned, x))).toEqual([0, 31].map((x) => column(painted, x)))
    expect([32, 63].map((x) => column(turned, x))).toEqual([32, 63].map((x) => column(drawn, x)))
    const broken = await pixels({ mask: { image: white.subarray(0, 60), blurPx: 0, invert: false } }).catch(
      failureOf,
    )
    expect(broken).toMatchObject({ code: 'broken_image', place: { field: 'mask' } })
  })

  it('previews approach the picture', async () => {
    const previews: Uint8Array[] = []
    const wants = () => [previewWant({ everySteps: 1 })]
    const onStep = (event: StepEvent) => previews.push(...event.previews.map(({ image }) => image))
    const work = { job: await job(), rendered: size, noiseFrom: undefined }
    const { image, timings } = await renderer.render(work, { ...quiet(), wants, onStep })
    expect(timings.previewMs).toBeGreaterThan(0)
    const final = await decodeImage(image, size)
    expect(previews).toHaveLength(3)
    const last = await decodeImage(previews[2] ?? image, size)
    const black = new Uint8Array(final.length)
    expect(difference(last, final)).toBeLessThan(0.5 * difference(black, final))
  })

  it('says which numbers of a job are too small for the schedule', async () => {
    const work = { job: await job({ steps: 8, strength: 0.1 }), rendered: size, noiseFrom: undefined }
    const error: unknown = await renderer.render(work, quiet()).catch((thrown: unknown) => thrown)
    expect(failureOf(error)).toMatchObject({ code: 'steps_strength_too_small', place: { field: 'strength' } })
  })
})

describe('models', () => {
  const open = async (modelDir: string, memoryBudgetBytes?: number) => {
    const runs: string[] = []
    const manifest = await readManifest(modelDir)
    const models = await openModels({
      ...config(modelDir),
      manifest,
      ...(memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes }),
      onRun: (stage) => runs.push(stage),
    })
    return { models, runs }
  }

  it('opens the default size alone, the others when asked, and keeps within its memory', async () => {
    const toyBytes = graphBytes(
      ['unet', 'vae_encoder', 'vae_decoder'].map((name) => join(TOY_MODEL, `${name}.64x64.onnx`)),
      'cpu',
    )
    expect(toyBytes).toBeGreaterThan(0)
    const { models } = await open(TOY_MODEL, 2.5 * toyBytes)
    expect(models.openSizes).toBe(1)
    for (const side of [{ width: 96, height: 64 }, { width: 128, height: 128 }, size]) {
      await models.open(side)
      expect(models.openSizes).toBeLessThanOrEqual(2)
      const latents = await models.encodeImage(new Uint8Array(side.width * side.height * 3), side)
      expect(latents).toHaveLength((4 * side.width * side.height) / 64)
    }
    await models.release()
  })

  it('opens graphs without fixed sides once for all sizes', async () => {
    const { models } = await open(TOY_MODEL_PLAIN, 1)
    await models.open({ width: 128, height: 128 })
    await models.open(size)
    expect(models.openSizes).toBe(1)
    await models.release()
  })

  it('refuses a size the model has not', async () => {
    const { models } = await open(TOY_MODEL)
    await expect(models.open({ width: 72, height: 64 })).rejects.toMatchObject({ code: 'internal' })
    await models.release()
  })

  it('runs the text encoder once per prompt', async () => {
    const { models, runs } = await open(TOY_MODEL)
    const [first, second] = await Promise.all([models.encodePrompt('boat'), models.encodePrompt('boat')])
    await models.encodePrompt('house')
    expect(first).toBe(second)
    expect(first?.dims).toEqual([1, 24, 8])
    expect(runs).toEqual(['textEncode', 'textEncode'])
    await models.release()
  })

  it('tells of every graph its own time, not that of the others it waited for', async () => {
    const { models } = await open(TOY_MODEL_PLAIN)
    const told: { stage: string; ms: number }[] = []
    const heard = models.heardBy((stage, ms) => told.push({ stage, ms }))
    const large = { width: 128, height: 128 }
    const latents = new Float32Array(4 * 16 * 16)
    await models.open(large)
    const startedMs = performance.now()
    const images = Array.from({ length: 20 }, () => heard.decodeImage(latents, large))
    // All of them are asked for by then, and this comes behind them.
    await Promise.all([...images, images[0]?.then(() => heard.encodePrompt('boat'))])
    const elapsedMs = performance.now() - startedMs
    expect(told.map(({ stage }) => stage)).toEqual([...Array<string>(20).fill('vaeDecode'), 'textEncode'])
    expect(told.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(elapsedMs)
    await models.release()
  })
})

describe('a graph for one provider', () => {
  it('is what that provider runs, and no other', async () => {
    await using copy = await copyModel(TOY_MODEL)
    const graph = join(copy.dir, 'unet.64x64.onnx')
    const own = join(copy.dir, 'unet.64x64.fused.onnx')
    await copyFile(graph, own)
    await writeFile(graph, 'for another provider')
    const { files } = await readManifest(TOY_MODEL)
    const sizes = files.sizes.map((size) =>
      size.width === 64 && size.height === 64 ? { ...size, unet: 'unet.64x64.fused.onnx' } : size,
    )
    const variants = (provider: string) =>
      copy.edit((m) => ({ ...m, files: { ...files, variants: { [provider]: { sizes } } } }))
    await variants('cpu')
    const renderer = await openRenderer(config(copy.dir))
    expect((await renderer.warmUp()).lanes).toBe(1)
    await renderer.release()
    await variants('cuda')
    await expect(openRenderer(config(copy.dir))).rejects.toMatchObject({ code: 'model_unloadable' })
  })
})

function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length
}
