// One job from bytes to bytes: codec, lib/lcm's loop over the ONNX graphs, codec. Knows nothing of processes. Several
// may run side by side; their steps then share U-Net calls where that pays.
import { relative } from 'node:path'
import type { HeldStepReport, StepReport } from '../../lib/lcm/denoise.ts'
import { img2img, type Img2ImgJob } from '../../lib/lcm/img2img.ts'
import type { NoiseSupplier } from '../../lib/lcm/job-noises.ts'
import type { Models } from '../../lib/lcm/models.ts'
import { drawNoises } from '../../lib/lcm/noise.ts'
import { latentsToRgb } from '../../lib/lcm/preview.ts'
import { createSchedule, type Schedule } from '../../lib/lcm/schedule.ts'
import { findBatching, type SideBySide } from './batch/find-batching.ts'
import type { StepBatcher } from './batch/step-batcher.ts'
import { decodeImage, encodeImage, type PixelSize, type Placement, type RgbImage } from './codec.ts'
import type { JobResult, StepEvent } from './engine.ts'
import { isPreviewDue, type PreviewWant } from '../../lib/protocol/preview.ts'
import { findLatents, LATENTS_BACK, type FoundLatents } from './find-latents.ts'
import { Lru } from './lru.ts'
import type { Manifest } from './manifest.ts'
import { forProvider } from './manifest-files.ts'
import { schedulerConfig } from './scheduler-config.ts'
import { readModelFolder } from './model-folder.ts'
import type { OnnxModels } from './onnx/models.ts'
import { orRelease } from './onnx/or-release.ts'
import type { RuntimeOptions } from './onnx/runtime.ts'
import { openSafetyChecker, type SafetyChecker } from './onnx/safety-checker.ts'
import type { Stage } from './onnx/timed.ts'
import { openInPrecision } from './open-in-precision.ts'
import { paintThrough } from './paint-through.ts'
import type { FoundPrecision } from './precision.ts'
import { PreviewBudget } from './preview-budget.ts'
import { rehearsalOf } from './rehearsal.ts'
import type { SlotJob, Trial, WorkerConfig } from './slot-protocol.ts'
import { StageTimes } from './stage-times.ts'
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
  /** What its graphs compute in. */
  readonly precision: FoundPrecision
  /** What `warmUp` rehearses. */
  readonly defaultSize: PixelSize
  /**
   * Runs every graph of the default size once, so that the first frame of a person is as fast as the next; finds out
   * where latents are between steps and how many jobs are worth running side by side.
   * @param onTrial told, and waited for, before what may be the last thing this process does.
   */
  warmUp(onTrial?: (trial: Trial) => Promise<void>): Promise<WarmUp>
  /** Throws EngineError, or what lib/lcm throws: see `failureOf`. */
  render(work: SlotJob, options: RenderOptions): Promise<JobResult>
  release(): Promise<void>
}

export interface WarmUp extends SideBySide {
  /** Where latents are between steps and why, in words; `undefined` where that was no question. */
  readonly latents: string | undefined
}

/**
 * @param onProgress told of every graph that was opened, and of every one that ran for nobody's picture.
 * @throws AppError `model_*` when the folder cannot be used.
 */
export async function openRenderer(
  config: WorkerConfig,
  onProgress: (what: string) => void = () => undefined,
): Promise<Renderer> {
  const folder = await readModelFolder(config.modelDir)
  const manifest = forProvider(folder.manifest, config.provider)
  const schedule = createSchedule(schedulerConfig(manifest))
  const onOpened = (path: string) => onProgress(`${relative(config.modelDir, path)} was opened`)
  const onRun = (stage: Stage) => onProgress(`${stage} was rehearsed`)
  const { models, precision } = await openInPrecision({ ...config, manifest, schedule, onOpened, onRun })
  const safety = await orRelease(models, () => openSafety({ ...config, onOpened }, manifest))
  const parts = { manifest, schedule, models, safety, budget: new PreviewBudget(), noises: rememberNoises() }
  const context: Context = { ...parts, batcher: undefined, latents: LATENTS_BACK, atWork: new Set() }
  const { width, height } = manifest.defaults
  return {
    precision,
    defaultSize: { width, height },
    async warmUp(onTrial = () => Promise.resolve()) {
      await rehearsalOf(parts)()
      context.latents = await findLatents(parts, { choice: config.latents, onTrial })
      const { batcher, ...sideBySide } = await findBatching(parts, { ...config, onCall: onTrial })
      context.batcher = batcher
      return { ...sideBySide, latents: context.latents.reason }
    },
    render: (work, options) => render(context, work, options),
    release: async () => {
      await models.release()
      await safety?.release()
    },
  }
}

interface Parts {
  readonly manifest: Manifest
  readonly schedule: Schedule
  readonly models: OnnxModels
  readonly budget: PreviewBudget
  readonly noises: NoiseSupplier
  readonly safety: SafetyChecker | undefined
}

interface Context extends Parts {
  batcher: StepBatcher | undefined
  latents: FoundLatents
  /** Pictures that are being painted now. */
  readonly atWork: Set<StageTimes>
}

function rememberNoises(): NoiseSupplier {
  const known = new Lru<string, readonly Float32Array[]>(NOISES)
  return (seed, size, count) => known.get(`${seed} ${size} ${count}`, () => drawNoises(seed, size, count))
}

/** The asked shape decides what of the sketch is seen; the model's own size only how finely. */
function placementOf({ fit, width, height }: SlotJob['job']): Placement | undefined {
  return fit === undefined ? undefined : { fit, shape: { width, height } }
}

async function render(context: Context, work: SlotJob, options: RenderOptions): Promise<JobResult> {
  const { job, rendered } = work
  const stages = new StageTimes()
  const previews = new StepPreviews({ encode: encodeImage, nowMs: () => performance.now() }, context.budget)
  const rgb = job.image === undefined ? undefined : await decodeImage(job.image, rendered, placementOf(job))
  const decodeMs = stages.elapsedMs
  const painted = await paint({ ...context, stages, previews }, { work, rgb }, options)
  const checked = await blankIfFlagged(context.safety, { rgb: painted, ...rendered })
  const encodeStartMs = stages.elapsedMs
  const size = { width: job.width, height: job.height }
  // What is blanked stays so: nothing of it is laid over anything.
  const picture = checked.nsfwDetected
    ? { rgb: painted, ...rendered }
    : await throughMask(job, { rgb: painted, ...rendered })
  const image = await encodeImage(picture, { ...job.output, size })
  const encodeMs = stages.elapsedMs - encodeStartMs
  const { costMs: previewMs } = previews
  const timings = stages.timings({ decodeMs, encodeMs, ...(previewMs === undefined ? {} : { previewMs }) })
  const renderedSize = { renderedWidth: rendered.width, renderedHeight: rendered.height }
  return { image, codec: job.output.codec, ...size, ...renderedSize, ...checked, timings }
}

async function throughMask(job: SlotJob['job'], painted: RgbImage): Promise<RgbImage> {
  const { mask, image: sketch, width, height } = job
  if (mask === undefined || sketch === undefined) return painted
  return await paintThrough(mask, { sketch, placement: placementOf(job), size: { width, height } }, painted)
}

async function openSafety(config: WorkerConfig & RuntimeOptions, { safetyChecker }: Manifest) {
  if (!config.safetyChecker || safetyChecker === undefined) return undefined
  return await openSafetyChecker(config.modelDir, safetyChecker, config)
}

/** As diffusers does: what is flagged becomes black. */
async function blankIfFlagged(
  safety: SafetyChecker | undefined,
  picture: RgbImage,
): Promise<Pick<JobResult, 'nsfwDetected'>> {
  if (safety === undefined) return {}
  const nsfwDetected = await safety.flags(picture)
  if (nsfwDetected) picture.rgb.fill(0)
  return { nsfwDetected }
}

interface JobContext extends Context {
  readonly stages: StageTimes
  readonly previews: StepPreviews
}

/** Pixels to pixels, [H,W,3] RGB uint8. */
async function paint(
  context: JobContext,
  { work, rgb }: { readonly work: SlotJob; readonly rgb: Uint8Array | undefined },
  options: RenderOptions,
): Promise<Uint8Array> {
  const { manifest, schedule, models, batcher, noises, stages, latents, atWork } = context
  const { signal } = options
  const own = models.heardBy((stage, ms) => stages.add(stage, ms))
  const { mode } = work.job
  const lane = batcher?.join({ mode, signal, onRun: (ms, ownMs) => stages.addPass(ms, ownMs) })
  const onStep = stepTeller(context, { own, work }, options)
  // Rows of several pictures share calls, and previews are made of what came back.
  const mayStay = (step: HeldStepReport) =>
    atWork.size === 1 && !wanted(context, options).some((want) => isPreviewDue(want, step))
  atWork.add(stages)
  try {
    const painted = await img2img(lane?.over(own) ?? own, schedule, lcmJob(work, rgb, manifest), {
      signal,
      noises,
      onStep,
      ...(latents.stay && isShort(work, manifest) ? { holding: { mayStay, onStep } } : {}),
    })
    return painted.rgb
  } finally {
    atWork.delete(stages)
    lane?.leave()
  }
}

/** Steps that were sent cannot be taken back, so what a stroke may cut short (SPEC F6) waits after each, and so does what takes long. */
function isShort({ job, rendered }: SlotJob, { defaults }: Manifest): boolean {
  const work = (size: PixelSize, steps: number) => size.width * size.height * steps
  return job.mode === 'live' && work(rendered, job.steps) <= work(defaults, Math.max(2, defaults.steps))
}

/** Nobody sees a picture that is not checked yet. */
function wanted({ safety }: Parts, { wants }: RenderOptions): readonly PreviewWant[] {
  return safety === undefined ? wants() : []
}

type TellStep = (step: HeldStepReport & Partial<Pick<StepReport, 'denoised'>>) => Promise<void>

function stepTeller(
  context: JobContext,
  { own, work }: { readonly own: Models; readonly work: SlotJob },
  options: RenderOptions,
): TellStep {
  const { manifest, stages, previews } = context
  const { job, rendered } = work
  return async ({ step, steps, denoised }) => {
    stages.endStep(denoised === undefined)
    // A cancel message, or a change of what is wanted, can only arrive when the event loop turns.
    await new Promise(setImmediate)
    if (options.signal.aborted) return
    const decode = denoised && (() => roughPicture(manifest, own, { rendered, latents: denoised }))
    const shown = { step, steps, stepMs: stages.lastStepMs, size: job, decode }
    options.onStep({ step, steps, previews: await previews.of(shown, wanted(context, options)) })
  }
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

/** One pixel per latent cell where the model has a map for it, else the decoder's picture. */
async function roughPicture(
  manifest: Manifest,
  models: Models,
  { rendered, latents }: { readonly rendered: PixelSize; readonly latents: Float32Array },
): Promise<RgbImage> {
  const {
    preview,
    latents: { downsample },
  } = manifest
  if (preview === undefined) return { rgb: await models.decodeImage(latents, rendered), ...rendered }
  const grid = { width: rendered.width / downsample, height: rendered.height / downsample }
  return { rgb: latentsToRgb(latents, grid, preview), ...grid }
}
