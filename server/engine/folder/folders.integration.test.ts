import { rm } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { decodeImage } from '../codec.ts'
import { generateWhenFree, jobFor } from '../engine.contract.ts'
import { createLocalEngine } from '../local-engine.ts'
import { silentLog } from '../log.ts'
import { readModelFolder } from '../model-folder.ts'
import { openModels } from '../onnx/models.ts'
import { copyModelFolder, TOY_FOLDERS, toyFolder } from '../testing/models.ts'

const mean = (values: Iterable<number>) => {
  const all = [...values]
  return all.reduce((sum, value) => sum + value, 0) / all.length
}

describe.each(TOY_FOLDERS)('%s', (name) => {
  it('feeds every input of its U-Net', async () => {
    const modelDir = toyFolder(name)
    const { manifest } = await readModelFolder(modelDir)
    const models = await openModels({
      modelDir,
      manifest,
      provider: 'cpu',
      threads: 1,
      onRun: () => undefined,
    })
    try {
      const size = manifest.defaults
      const prompt = await models.encodePrompt('a house')
      const [, tokens, width] = prompt.dims
      const timestepCond = manifest.guidance.embedding ? new Float32Array(256).fill(0.3) : undefined
      const cells = (size.width * size.height) / 64
      const input = { sample: new Float32Array(4 * cells), channels: 4, size, timestep: 499, timestepCond }
      const out = await models.predict({ ...input, prompt })
      // The sum models/golden/make_toy_folders.py writes into the graph.
      const rest =
        5e-5 * 499 +
        (timestepCond ? 0.25 * 0.3 : 0) +
        (prompt.pooled ? 0.125 * mean(prompt.pooled) + 1e-4 * mean([64, 64, 0, 0, 64, 64]) : 0)
      for (let channel = 0; channel < 4; channel++) {
        const feature = Array.from({ length: tokens }, (_, t) => prompt.data[t * width + channel] ?? NaN)
        expect(out[channel * cells]).toBeCloseTo(mean(feature) + rest, name === 'sd-turbo-half' ? 2 : 5)
      }
      expect(tokens).toBe(16)
      expect(width).toBe(name.startsWith('sdxl') ? 20 : 8)
    } finally {
      await models.release()
    }
  })

  it('encodes and decodes a colour to itself', async () => {
    const modelDir = toyFolder(name)
    const { manifest } = await readModelFolder(modelDir)
    const models = await openModels({
      modelDir,
      manifest,
      provider: 'cpu',
      threads: 1,
      onRun: () => undefined,
    })
    try {
      const size = manifest.defaults
      const rgb = Uint8Array.from(
        { length: size.width * size.height * 3 },
        (_, i) => [200, 120, 40][i % 3] ?? 0,
      )
      const back = await models.decodeImage(await models.encodeImage(rgb, size), size)
      // The toy decoder takes 0.9 of a colour and 0.1 of the mean.
      const expected = [200, 120, 40].map((value) => 0.9 * value + 0.1 * 120)
      for (const [i, value] of expected.entries()) expect(Math.abs((back[i] ?? 0) - value)).toBeLessThan(2)
    } finally {
      await models.release()
    }
  })

  it('paints through the engine, at its default and in every shape', async () => {
    await using engine = await createLocalEngine({ modelDir: toyFolder(name), log: silentLog })
    for (const size of engine.info.sizes) {
      const result = await generateWhenFree(engine, await jobFor(engine, size))
      expect([result.width, result.height]).toEqual([size.width, size.height])
      expect(new Set(await decodeImage(result.image, size)).size).toBeGreaterThan(1)
      expect(result.timings.unetMs).toHaveLength(
        engine.info.strengthSemantics === 'lcm'
          ? engine.info.defaults.steps
          : Math.trunc(engine.info.defaults.steps * engine.info.defaults.strength),
      )
    }
  })
})

describe('guidance of a model with the LCM-LoRA merged in', () => {
  it('costs a second pass of each step above 1, and the negative prompt counts there alone', async () => {
    await using engine = await createLocalEngine({ modelDir: toyFolder('lcm-lora-old'), log: silentLog })
    const paint = async (change: object) => {
      const { image, timings } = await generateWhenFree(engine, { ...(await jobFor(engine)), ...change })
      return { steps: timings.unetMs.length, image }
    }
    const one = await paint({ steps: 4, strength: 0.5, guidanceScale: 1 })
    expect(one.steps).toBe(2)
    expect(
      (await paint({ steps: 4, strength: 0.5, guidanceScale: 1, negativePrompt: 'house' })).image,
    ).toEqual(one.image)
    const two = await paint({ steps: 4, strength: 0.5, guidanceScale: 2 })
    expect(two.steps).toBe(2)
    expect(two.image).not.toEqual(one.image)
    const led = await paint({ steps: 4, strength: 0.5, guidanceScale: 2, negativePrompt: 'house' })
    expect(led.image).not.toEqual(two.image)
    await expect(paint({ steps: 2, strength: 0.4 })).rejects.toMatchObject({
      code: 'steps_strength_too_small',
    })
  })
})

describe('a folder whose weights are missing', () => {
  it('is refused at start, naming the file', async () => {
    await using copy = await copyModelFolder(toyFolder('lcm-optimum'))
    await rm(`${copy.dir}/unet/model.onnx_data`)
    await expect(createLocalEngine({ modelDir: copy.dir, log: silentLog })).rejects.toThrow(
      /unet\/model.onnx_data is missing/,
    )
  })
})
