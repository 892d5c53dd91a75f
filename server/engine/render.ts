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
import { decodeImage, encodeImage, type PixelSize, type RgbImage } from './codec.ts'
import type { EngineTimings, JobResult, StepEvent } from './engine.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import { Lru } from './lru.ts'
import { schedulerConfig, type Manifest } from './manifest.ts'
import { readModelFolder } from './model-folder.ts'
import { openModels, type OnnxModels, type Stage } from './onnx/models.ts'
import type { SlotJob, WorkerConfig } from './slot-protocol.ts'
import { StepPreviews } from './step-previews.ts'

/** Seeds whose noise is kept: 1 MB each at 512x512. */
const NOISES = 16

export interface RenderOptions {
  readonly signal: { readonly aborted: boolean }
  /** What watchers want now; asked after every step. */
  readonly wants: () => readonly PreviewWant[]
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
  const { manifest } = await readModelFolder(config.modelDir)
  const schedule = createSchedule(schedulerConfig(manifest))
  const stages = new StageTimes()
  const models = await openModels({ ...config, manifest, onRun: (stage, ms) => stages.add(stage, ms) })
  const previews = new StepPreviews({ encode: encodeImage, nowMs: () => performance.now() })
  const context = { manifest, schedule, stages, models, previews, noises: rememberNoises() }
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
  readonly previews: StepPreviews
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

  get lastStepMs(): number {
    return this.#of('unet').at(-1) ?? 0
  }

  /** The stages inside the model, beside those measured around it. */
  timings(around: Pick<EngineTimings, 'decodeMs' | 'encodeMs' | 'engineMs' | 'previewMs'>): EngineTimings {
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
  { signal, onStep, wants }: RenderOptions,
): Promise<JobResult> {
  const { job, rendered } = work
  const { manifest, schedule, stages, models, noises, previews } = context
  stages.reset()
  previews.takeCost()
  const startedMs = performance.now()
  const rgb = job.image === undefined ? undefined : await decodeImage(job.image, rendered)
  const decodedMs = performance.now()
  const painted = await img2img(models, schedule, lcmJob(work, rgb, manifest), {
    signal,
    noises,
    onStep: async (report) => {
      // A cancel message, or a change of what is wanted, can only arrive when the event loop turns.
      await new Promise(setImmediate)
      if (!signal.aborted) onStep(await stepEvent(context, work, { report, wants: wants() }))
    },
  })
  const encodeStartMs = performance.now()
  const size = { width: job.width, height: job.height }
  const image = await encodeImage({ rgb: painted.rgb, ...rendered }, { ...job.output, size })
  const endMs = performance.now()
  const previewMs = previews.takeCost()
  const times = {
    decodeMs: decodedMs - startedMs,
    encodeMs: endMs - encodeStartMs,
    engineMs: endMs - startedMs,
    ...(previewMs === undefined ? {} : { previewMs }),
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
  { previews, stages, ...context }: Context,
  { job, rendered }: SlotJob,
  { report, wants }: { report: StepReport; wants: readonly PreviewWant[] },
): Promise<StepEvent> {
  const { step, steps } = report
  const decode = () => roughPicture(context, rendered, report.denoised)
  const shown = { step, steps, stepMs: stages.lastStepMs, size: job, decode }
  return { step, steps, previews: await previews.of(shown, wants) }
}

/** One pixel per latent cell where the model has a map for it, else the decoder's picture. */
async function roughPicture(
  { manifest, models }: Pick<Context, 'manifest' | 'models'>,
  rendered: PixelSize,
  latents: Float32Array,
): Promise<RgbImage> {
  const {
    preview,
    latents: { downsample },
  } = manifest
  if (preview === undefined) return { rgb: await models.decodeImage(latents, rendered), ...rendered }
  const grid = { width: rendered.width / downsample, height: rendered.height / downsample }
  return { rgb: latentsToRgb(latents, grid, preview), ...grid }
}
