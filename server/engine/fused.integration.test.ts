// The U-Net that models/export writes for providers with fused attention (models/golden/make_fused.py), as a variant of
// parity's pipeline with a tiny autoencoder, against what diffusers painted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSchedule, img2img, type StepReport } from '../../lib/lcm/index.ts'
import { decodeImage } from './codec.ts'
import { forProvider, readManifest, schedulerConfig, type Manifest } from './manifest.ts'
import { openModels, type OnnxModels } from './onnx/models.ts'
import {
  maxDifference,
  parityModel,
  paritySketch,
  readReference,
  type LinkedFolder,
} from './testing/parity.ts'

const FUSED = 'unet.fused.onnx'
const reference = await readReference()
const { size, prompt } = reference
const rgb = await decodeImage(await paritySketch(), size)

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
      const steps: StepReport[] = []
      const schedule = createSchedule(schedulerConfig(manifest))
      const job = { ...given, prompt, rgb, size }
      const result = await img2img(models, schedule, job, { onStep: (report) => void steps.push(report) })
      expect(steps).toHaveLength(given.latents?.length ?? -1)
      for (const [i, { latents }] of steps.entries())
        expect(maxDifference(latents, reference.latentsAt(given.latents?.[i] ?? -1))).toBeLessThanOrEqual(
          2e-4,
        )
      expect(maxDifference(result.rgb, reference.imageAt(given.image ?? -1))).toBeLessThanOrEqual(1)
    },
  )
})
