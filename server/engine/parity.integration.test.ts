// The proof that this engine paints what diffusers paints: SD1.5's architecture at reduced width, run by both on the
// same sketch, prompt and seed. References: models/golden/dump_parity.py.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maxDifference } from '../../lib/lcm/_util/compare.ts'
import type { StepReport } from '../../lib/lcm/denoise.ts'
import { img2img } from '../../lib/lcm/img2img.ts'
import { createSchedule, ScheduleError } from '../../lib/lcm/schedule.ts'
import { decodeImage } from './codec.ts'
import type { Manifest } from './manifest.ts'
import { readManifest } from './read-manifest.ts'
import { schedulerConfig } from './scheduler-config.ts'
import { verifyFiles } from './verify-files.ts'
import { openModels, type OnnxModels } from './onnx/models.ts'
import { openRenderer } from './render.ts'
import {
  parityModel,
  paritySketch,
  readReference,
  type LinkedFolder,
  type ParityCase,
} from './testing/parity.ts'

const MAX_LATENT_DIFFERENCE = 2e-4
const MAX_BYTE_DIFFERENCE = 1

const reference = await readReference()
const { size, prompt } = reference
const sketch = await paritySketch()
const rgb = await decodeImage(sketch, size)
const runtime = { provider: 'cpu', threads: 1 }

const named = ({ steps, strength, guidanceScale }: ParityCase) =>
  `${steps} steps, strength ${strength}, guidance ${guidanceScale}`

describe.each(['lcm', 'taesd', 'lora'])('the %s pipeline of diffusers', (pipeline) => {
  let folder: LinkedFolder
  let manifest: Manifest
  let models: OnnxModels
  const worst = { latents: 0, image: 0 }
  beforeAll(async () => {
    folder = await parityModel(pipeline)
    manifest = await readManifest(folder.dir)
    await verifyFiles(folder.dir, manifest)
    models = await openModels({ ...runtime, modelDir: folder.dir, manifest, onRun: () => undefined })
  })
  afterAll(async () => {
    const latents = worst.latents.toExponential(2)
    process.stdout.write(`${pipeline}: max |diff| of latents ${latents}, of bytes ${worst.image}\n`)
    await models.release()
    await folder[Symbol.asyncDispose]()
  })

  async function run(given: ParityCase) {
    const steps: StepReport[] = []
    const schedule = createSchedule(schedulerConfig(manifest))
    const job = { ...given, prompt, rgb, size, semantics: manifest.scheduler.strengthSemantics }
    const result = await img2img(models, schedule, job, { onStep: (report) => void steps.push(report) })
    return { steps, result }
  }

  const painted = reference.cases(pipeline).filter(({ refused }) => refused === undefined)
  it.each(painted.map((given) => [named(given), given] as const))('%s', async (_name, given) => {
    const { steps, result } = await run(given)
    expect(steps.map(({ timestep }) => timestep)).toEqual(given.timesteps)
    for (const [i, { latents }] of steps.entries()) {
      const difference = maxDifference(latents, reference.latentsAt(given.latents?.[i] ?? -1))
      worst.latents = Math.max(worst.latents, difference)
      expect(difference, `latents after step ${i + 1}`).toBeLessThanOrEqual(MAX_LATENT_DIFFERENCE)
    }
    const difference = maxDifference(result.rgb, reference.imageAt(given.image ?? -1))
    worst.image = Math.max(worst.image, difference)
    expect(difference, 'picture').toBeLessThanOrEqual(MAX_BYTE_DIFFERENCE)
  })

  it('gives the same picture from bytes to bytes', async () => {
    const given = painted.at(-1)
    if (given === undefined) throw new Error('no case')
    const renderer = await openRenderer({ ...runtime, modelDir: folder.dir })
    const job = {
      ...given,
      ...size,
      prompt,
      image: sketch,
      mode: 'live',
      output: { codec: 'png', quality: 100 },
      previews: [],
    } as const
    const { image } = await renderer.render(
      { job, rendered: size, noiseFrom: undefined },
      { signal: { aborted: false }, wants: () => [], onStep: () => undefined },
    )
    await renderer.release()
    const difference = maxDifference(await decodeImage(image, size), reference.imageAt(given.image ?? -1))
    expect(difference).toBeLessThanOrEqual(MAX_BYTE_DIFFERENCE)
  })

  const refused = reference.cases(pipeline).filter((given) => given.refused !== undefined)
  if (refused.length > 0) {
    it.each(refused.map((given) => [named(given), given] as const))(
      'refuses %s as well',
      async (_name, given) => {
        await expect(run(given)).rejects.toThrow(ScheduleError)
      },
    )
  }
})
