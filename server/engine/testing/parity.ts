// The reduced-width SD1.5 pipelines of models/golden/dump_parity.py and what diffusers painted with them.
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { maxDifference } from '../../../lib/lcm/_util/compare.ts'
import type { StepReport } from '../../../lib/lcm/denoise.ts'
import { img2img } from '../../../lib/lcm/img2img.ts'
import type { Models } from '../../../lib/lcm/models.ts'
import { createSchedule } from '../../../lib/lcm/schedule.ts'
import { decodeImage } from '../codec.ts'
import type { Manifest } from '../manifest.ts'
import { schedulerConfig } from '../scheduler-config.ts'

const PARITY = fileURLToPath(new URL('../../../models/golden/parity/', import.meta.url))

/** A whole model folder: the same pipeline with a tiny autoencoder, float16 from port to port (make_half.py). */
export const PARITY_HALF = fileURLToPath(new URL('../../../models/golden/parity-half/', import.meta.url))

export interface ParityCase {
  readonly steps: number
  readonly strength: number
  readonly guidanceScale: number
  readonly seed: number
  readonly negativePrompt?: string
  /** Set where diffusers itself failed: no step is left to run. */
  readonly refused?: string
  readonly timesteps?: readonly number[]
  /** Offsets into the recorded data, in bytes, one a step. */
  readonly latents?: readonly number[]
  readonly image?: number
}

interface ReferenceFile {
  readonly prompt: string
  readonly width: number
  readonly height: number
  readonly cases: Readonly<Record<string, readonly ParityCase[]>>
}

export interface Reference {
  readonly prompt: string
  readonly size: { readonly width: number; readonly height: number }
  cases(pipeline: string): readonly ParityCase[]
  /** [1,4,h,w] float32 at `offset`. */
  latentsAt(offset: number): Float32Array
  /** [H,W,3] RGB uint8 at `offset`. */
  imageAt(offset: number): Uint8Array
}

export async function readReference(): Promise<Reference> {
  const file = JSON.parse(await readFile(join(PARITY, 'reference.json'), 'utf8')) as ReferenceFile
  const data = gunzipSync(await readFile(join(PARITY, 'reference.bin.gz')))
  const { prompt, width, height } = file
  const bytesAt = (offset: number, length: number) => new Uint8Array(data.subarray(offset, offset + length))
  return {
    prompt,
    size: { width, height },
    cases: (pipeline) => file.cases[pipeline] ?? [],
    latentsAt: (offset) => new Float32Array(bytesAt(offset, (width * height) / 4).buffer),
    imageAt: (offset) => bytesAt(offset, width * height * 3),
  }
}

/** The sketch all of them start from, PNG bytes. */
export function paritySketch(): Promise<Uint8Array> {
  return readFile(join(PARITY, 'sketch.png'))
}

export interface LinkedFolder extends AsyncDisposable {
  readonly dir: string
}

/** A model folder of one pipeline: the shared graphs, and its manifest under the name the engine reads. */
export async function parityModel(pipeline: string): Promise<LinkedFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'sketchwire-parity-'))
  for (const file of await readdir(PARITY)) await symlink(join(PARITY, file), join(dir, file))
  await symlink(join(PARITY, `${pipeline}.json`), join(dir, 'manifest.json'))
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
}

export interface Apart {
  /** Largest difference of the latents after each step. */
  readonly latents: readonly number[]
  /** Of the picture's bytes. */
  readonly image: number
}

/** Paints a case and tells how far it is from what diffusers painted. */
export async function apartFrom(
  reference: Reference,
  given: ParityCase,
  { models, manifest }: { readonly models: Models; readonly manifest: Manifest },
): Promise<Apart> {
  const { size, prompt } = reference
  const rgb = await decodeImage(await paritySketch(), size)
  const steps: StepReport[] = []
  const schedule = createSchedule(schedulerConfig(manifest))
  const job = { ...given, prompt, rgb, size, semantics: manifest.scheduler.strengthSemantics }
  const result = await img2img(models, schedule, job, { onStep: (report) => void steps.push(report) })
  const latents = (given.latents ?? []).map((offset, i) =>
    maxDifference(steps[i]?.latents ?? [], reference.latentsAt(offset)),
  )
  return { latents, image: maxDifference(result.rgb, reference.imageAt(given.image ?? -1)) }
}
