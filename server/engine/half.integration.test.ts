// Float16 from port to port, as many repositories carry it: parity's pipeline with a tiny autoencoder, converted
// (models/golden/make_half.py), against what diffusers painted in float32.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maxDifference } from '../../lib/lcm/_util/compare.ts'
import type { Manifest } from './manifest.ts'
import { readManifest } from './read-manifest.ts'
import { verifyFiles } from './verify-files.ts'
import { openModels, type OnnxModels } from './onnx/models.ts'
import { apartFrom, PARITY_HALF, readReference } from './testing/parity.ts'

/** float16 has 11 bits: steps of 2e-3 around 3, added up over eight steps of some hundred layers. */
const MAX_LATENT_DIFFERENCE = 0.06
const MAX_BYTE_DIFFERENCE = 2

const reference = await readReference()
const { size, prompt } = reference

describe('graphs whose ports are float16', () => {
  let manifest: Manifest
  let models: OnnxModels
  beforeAll(async () => {
    manifest = await readManifest(PARITY_HALF)
    await verifyFiles(PARITY_HALF, manifest)
    models = await openModels({ modelDir: PARITY_HALF, manifest, provider: 'cpu', threads: 1 })
  })
  afterAll(() => models.release())

  const painted = reference.cases('taesd').filter(({ refused }) => refused === undefined)
  it.each(painted.map((given) => [`${given.steps} steps, strength ${given.strength}`, given] as const))(
    'paint the picture of float32: %s',
    async (_name, given) => {
      const { latents, image } = await apartFrom(reference, given, { models, manifest })
      expect(Math.max(...latents)).toBeLessThanOrEqual(MAX_LATENT_DIFFERENCE)
      // It is float16 that was run.
      expect(Math.max(...latents)).toBeGreaterThan(1e-4)
      expect(image).toBeLessThanOrEqual(MAX_BYTE_DIFFERENCE)
    },
  )

  it('lie side by side in a call, and come out as alone', async () => {
    expect(models.alone).toBeUndefined()
    const words = await models.encodePrompt(prompt)
    const cells = (size.width * size.height) / 64
    const rows = [0, 1, 2].map((row) => ({
      sample: Float32Array.from({ length: 4 * cells }, (_, i) => Math.sin(i * (0.3 + row))),
      channels: 4,
      size,
      timestep: [999, 499, 139][row] ?? 0,
      prompt: words,
      timestepCond: new Float32Array(256).fill(0.1 * row),
    }))
    const together = await models.predictRows(rows, 4)
    for (const [i, row] of rows.entries())
      expect(maxDifference(together[i] ?? [], await models.predict(row)), `row ${i}`).toBeLessThan(0.01)
  })
})
