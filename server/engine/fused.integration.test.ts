// The U-Net that models/export writes for providers with fused attention (models/golden/make_fused.py), as a variant of
// parity's pipeline with a tiny autoencoder, against what diffusers painted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from './manifest.ts'
import { forProvider } from './manifest-files.ts'
import { readManifest } from './read-manifest.ts'
import { openModels, type OnnxModels } from './onnx/models.ts'
import { apartFrom, parityModel, readReference, type LinkedFolder } from './testing/parity.ts'

const FUSED = 'unet.fused.onnx'
const reference = await readReference()

describe('fused attention', () => {
  let folder: LinkedFolder
  let manifest: Manifest
  let models: OnnxModels
  beforeAll(async () => {
    folder = await parityModel('taesd')
    const plain = await readManifest(folder.dir)
    const sizes = plain.files.sizes.map((files) => ({ ...files, unet: FUSED }))
    const both = { ...plain, files: { ...plain.files, variants: { cpu: { sizes } } } }
    manifest = forProvider(both, 'cpu')
    expect(manifest.files.sizes.map(({ unet }) => unet)).toContain(FUSED)
    models = await openModels({ modelDir: folder.dir, manifest, provider: 'cpu', threads: 1 })
  })
  afterAll(async () => {
    await models.release()
    await folder[Symbol.asyncDispose]()
  })

  const painted = reference.cases('taesd').filter(({ refused }) => refused === undefined)
  it.each(painted.map((given) => [`${given.steps} steps, strength ${given.strength}`, given] as const))(
    'paints what diffusers paints without it: %s',
    async (_name, given) => {
      const { latents, image } = await apartFrom(reference, given, { models, manifest })
      expect(latents.length).toBeGreaterThan(0)
      expect(Math.max(...latents)).toBeLessThanOrEqual(2e-4)
      expect(image).toBeLessThanOrEqual(1)
    },
  )
})
