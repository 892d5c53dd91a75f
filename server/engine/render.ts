// One job from bytes to bytes: codec, lib/lcm's loop over the ONNX graphs, codec. Knows nothing of processes.
import {
  createSchedule,
  drawNoises,
  img2img,
  latentsToRgb,
  type Img2ImgJob,
  type NoiseSupplier,
  type Schedule,
  type StepReport,
} from '../../lib/lcm/index.ts'
import { decodeImage, encodeImage, type PixelSize } from './codec.ts'
import type { EngineTimings, JobResult, StepEvent } from './engine.ts'
import { Lru } from './lru.ts'
import { readManifest, schedulerConfig, type Manifest } from './manifest.ts'
import { openModels, type OnnxModels, type Stage } from './onnx/models.ts'
import type { SlotJob, WorkerConfig } from './slot-protocol.ts'

/** Longer side of a step preview in pixels: it is a blur of one value per 8x8 pixels, more would carry nothing. */
const PREVIEW_SIDE = 192
const PREVIEW_QUALITY = 70
/** Seeds whose noise is kept: 1 MB each at 512x512. */
const NOISES = 16

export interface RenderOptions {
  readonly signal: { readonly aborted: boolean }
  readonly onStep: (event: StepEvent) => void
}

export interface Renderer {
  /** Runs every graph of the default size once, so that the first frame of a person is as fast as the next. */
  warmUp(): Promise<void>
  /** Throws EngineError, or what lib/lcm throws: see `failureOf`. */
  render(work: SlotJob, options: RenderOptions): Promise<JobResult>
  release(): Promise<void>
}

/** @throws AppError `model_*` when the folder cannot be used. */
export async function openRenderer(config: WorkerConfig): Promise<Renderer> {
  const manifest = await readManifest(config.modelDir)
  const schedule = createSchedule(schedulerConfig(manifest))
  const stages = new StageTimes()
  const models = await openModels({ ...config, manifest, onRun: (stage, ms) => stages.add(stage, ms) })
  const context = { manifest, schedule, stages, models, noises: rememberNoises() }
  return {
    warmUp: () => warmUp(context),
    render: (work, options) => render(context, work, options),
    release: () => models.release(),
  }
}

interface Context {
  readonly manifest: Manifest
  readonly schedule: Schedule
  readonly stages: StageTimes
  readonly models: OnnxModels
  readonly noises: NoiseSupplier
}

class StageTimes {
  #runs: { stage: Stage; ms: number }[] = []

  add(stage: Stage, ms: number): void {
    this.#runs.push({ stage, ms })
  }

  reset(): void {
    this.#runs = []
  }

  /** The stages inside the model, beside those measured around it. */
  timings(around: Pick<EngineTimings, 'decodeMs' | 'encodeMs' | 'engineMs'>): EngineTimings {
    return {
      ...around,
      textEncodeMs: this.#total('textEncode'),
      vaeEncodeMs: this.#total('vaeEncode'),
      unetMs: this.#of('unet'),
      vaeDecodeMs: this.#total('vaeDecode'),
    }
  }

  #of(stage: Stage): number[] {
    return this.#runs.filter((run) => run.stage === stage).map((run) => run.ms)
  }

  #total(stage: Stage): number {
    return this.#of(stage).reduce((sum, ms) => sum + ms, 0)
  }
}

function rememberNoises(): NoiseSupplier {
  const known = new Lru<string, readonly Float32Array[]>(NOISES)
  return (seed, size, count) => known.get(`${seed} ${size} ${count}`, () => drawNoises(seed, size, count))
}

async function warmUp({ manifest, schedule, models, noises }: Context): Promise<void> {
  const { prompt, width, height, guidanceScale, seed } = manifest.defaults
  const rgb = new Uint8Array(width * height * 3).fill(255)
  const job = { prompt, rgb, size: { width, height }, steps: 1, strength: 1, guidanceScale, seed }
  await img2img(models, schedule, job, { noises })
}

async function render(
  context: Context,
  work: SlotJob,
  { signal, onStep }: RenderOptions,
): Promise<JobResult> {
  const { job, rendered } = work
  const { manifest, schedule, stages, models, noises } = context
  stages.reset()
  const startedMs = performance.now()
  const rgb = job.image === undefined ? undefined : await decodeImage(job.image, rendered)
  const decodedMs = performance.now()
  const painted = await img2img(models, schedule, lcmJob(work, rgb, manifest), {
    signal,
    noises,
    onStep: async (report) => {
      onStep(await stepEvent(context, work, report))
      // A cancel message can only arrive when the event loop turns.
      await new Promise(setImmediate)
    },
  })
  const encodeStartMs = performance.now()
  const size = { width: job.width, height: job.height }
  const image = await encodeImage({ rgb: painted.rgb, ...rendered }, { ...job.output, size })
  const endMs = performance.now()
  const times = {
    decodeMs: decodedMs - startedMs,
    encodeMs: endMs - encodeStartMs,
    engineMs: endMs - startedMs,
  }
  const renderedSize = { renderedWidth: rendered.width, renderedHeight: rendered.height }
  return { image, codec: job.output.codec, ...size, ...renderedSize, timings: stages.timings(times) }
}

function lcmJob(
  { job, rendered, noiseFrom }: SlotJob,
  rgb: Uint8Array | undefined,
  manifest: Manifest,
): Img2ImgJob {
  return {
    prompt: job.prompt,
    ...(job.negativePrompt === undefined ? {} : { negativePrompt: job.negativePrompt }),
    rgb,
    size: { width: rendered.width, height: rendered.height },
    steps: job.steps,
    strength: job.strength,
    guidanceScale: job.guidanceScale,
    seed: job.seed,
    semantics: manifest.scheduler.strengthSemantics,
    ...(noiseFrom === undefined ? {} : { noiseFrom }),
  }
}

async function stepEvent(
  context: Context,
  { job, rendered }: SlotJob,
  report: StepReport,
): Promise<StepEvent> {
  const { step, steps } = report
  const wanted = job.previewEvery > 0 && step % job.previewEvery === 0 && step < steps
  if (!wanted) return { step, steps, preview: undefined }
  const size = previewSize(job)
  const rough = await roughPicture(context, rendered, report.denoised)
  const image = await encodeImage(rough, { codec: 'jpeg', quality: PREVIEW_QUALITY, size })
  return { step, steps, preview: { image, codec: 'jpeg', ...size } }
}

async function roughPicture({ manifest, models }: Context, rendered: PixelSize, latents: Float32Array) {
  const {
    preview,
    latents: { downsample },
  } = manifest
  if (preview === undefined) return { rgb: await models.decodeImage(latents, rendered), ...rendered }
  const grid = { width: rendered.width / downsample, height: rendered.height / downsample }
  return { rgb: latentsToRgb(latents, grid, preview), ...grid }
}

/** The asked shape, at most `PREVIEW_SIDE` on its longer side. */
export function previewSize({ width, height }: PixelSize): PixelSize {
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
