// One job from bytes to bytes: codec, lib/lcm's loop over the ONNX graphs, codec. Knows nothing of processes. Several
// may run side by side; their steps then share U-Net calls where that pays.
import { relative } from 'node:path'
import {
  createSchedule,
  drawNoises,
  img2img,
  latentsToRgb,
  type Img2ImgJob,
  type Models,
  type NoiseSupplier,
  type PredictInput,
  type Schedule,
} from '../../lib/lcm/index.ts'
import { assumedCosts, measureCosts, rowsAt } from './batch/measure-costs.ts'
import { BUCKETS } from './batch/next-call.ts'
import { StepBatcher } from './batch/step-batcher.ts'
import { decodeImage, encodeImage, type PixelSize, type Placement, type RgbImage } from './codec.ts'
import type { JobResult, StepEvent } from './engine.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import { Lru } from './lru.ts'
import type { Manifest } from './manifest.ts'
import { forProvider } from './manifest-files.ts'
import { schedulerConfig } from './scheduler-config.ts'
import { readModelFolder } from './model-folder.ts'
import type { OnnxModels, Stage } from './onnx/models.ts'
import { orRelease } from './onnx/or-release.ts'
import type { RuntimeOptions } from './onnx/runtime.ts'
import { openSafetyChecker, type SafetyChecker } from './onnx/safety-checker.ts'
import { openInPrecision } from './open-in-precision.ts'
import { paintThrough } from './paint-through.ts'
import type { FoundPrecision } from './precision.ts'
import { PreviewBudget } from './preview-budget.ts'
import { rehearsalOf } from './rehearsal.ts'
import type { SlotJob, WorkerConfig } from './slot-protocol.ts'
import { StageTimes } from './stage-times.ts'
import { StepPreviews } from './step-previews.ts'
import { systemClock } from './system-clock.ts'

/** Seeds whose noise is kept: 1 MB each at 512x512. */
const NOISES = 16
/** Rows of a U-Net call where the manifest names no `maxBatch`. */
const MAX_ROWS = Math.max(...BUCKETS)

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
   * how many jobs are worth running side by side.
   * @param onCall told, and waited for, before the first U-Net call of so many rows.
   */
  warmUp(onCall?: (rows: number) => Promise<void>): Promise<SideBySide>
  /** Throws EngineError, or what lib/lcm throws: see `failureOf`. */
  render(work: SlotJob, options: RenderOptions): Promise<JobResult>
  release(): Promise<void>
}

export interface SideBySide {
  /** Jobs that share U-Net calls; 1: one job at a time. */
  readonly lanes: number
  /** Why so many, in words; `undefined` where nobody asked for more than one. */
  readonly reason: string | undefined
  /** Most rows of a U-Net call that was made to find that out; absent where none was. */
  readonly tried?: number
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
  let batcher: StepBatcher | undefined
  const { width, height } = manifest.defaults
  return {
    precision,
    defaultSize: { width, height },
    async warmUp(onCall = () => Promise.resolve()) {
      await rehearsalOf(parts)()
      const { batcher: found, ...sideBySide } =
        config.batching === undefined ? ONE_LANE : await findBatching(parts, { ...config, onCall })
      batcher = found
      return sideBySide
    },
    render: (work, options) => render({ ...parts, batcher }, work, options),
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
  readonly batcher: StepBatcher | undefined
}

function rememberNoises(): NoiseSupplier {
  const known = new Lru<string, readonly Float32Array[]>(NOISES)
  return (seed, size, count) => known.get(`${seed} ${size} ${count}`, () => drawNoises(seed, size, count))
}

type FoundBatching = SideBySide & { readonly batcher?: StepBatcher }

const ONE_LANE: FoundBatching = { lanes: 1, reason: undefined }

interface HowToBatch extends Pick<WorkerConfig, 'batching' | 'maxRows' | 'maxRowsReason'> {
  readonly onCall: (rows: number) => Promise<void>
}

async function findBatching(
  parts: Parts,
  { batching, maxRows: limit = Infinity, maxRowsReason, onCall }: HowToBatch,
): Promise<FoundBatching> {
  const { manifest, models } = parts
  const allowed = manifest.maxBatch ?? MAX_ROWS
  const maxRows = Math.min(allowed, limit)
  if (models.alone !== undefined)
    return { lanes: 1, reason: `no batching: the U-Net cannot, ${models.alone}` }
  if (allowed === 1) return { lanes: 1, reason: 'no batching: maxBatch of the manifest is 1' }
  if (maxRows === 1) return { lanes: 1, reason: maxRowsReason }
  const run = models.predictRows
  const { costs, rows, tried, reason } =
    batching === 'always'
      ? assumedCosts(maxRows)
      : await measureCosts({ run, row: await anyRow(parts), maxRows, onCall, nowMs: () => performance.now() })
  if (rows === 1) return { lanes: 1, tried, reason: `no batching: ${reason}` }
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  const most = (size: PixelSize) => rowsAt(size, manifest.defaults, rows)
  return {
    lanes: rows,
    tried,
    reason,
    batcher: new StepBatcher({ run, costs, most, clock: systemClock, turn }),
  }
}

async function anyRow({ manifest, models }: Parts): Promise<PredictInput> {
  const { width, height, prompt } = manifest.defaults
  const { latentChannels, downsample, timestepCondDim = 0 } = models
  const channels = latentChannels * (models.imageLatents === 'concat' ? 2 : 1)
  return {
    sample: new Float32Array((channels * width * height) / downsample ** 2),
    channels,
    size: { width, height },
    timestep: 499,
    prompt: await models.encodePrompt(prompt),
    timestepCond: timestepCondDim === 0 ? undefined : new Float32Array(timestepCondDim),
  }
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
  { manifest, schedule, models, batcher, noises, stages, previews, safety }: JobContext,
  { work, rgb }: { readonly work: SlotJob; readonly rgb: Uint8Array | undefined },
  { signal, onStep, wants }: RenderOptions,
): Promise<Uint8Array> {
  const { job, rendered } = work
  const own = models.heardBy((stage, ms) => stages.add(stage, ms))
  const lane = batcher?.join({ mode: job.mode, signal, onRun: (ms, ownMs) => stages.addPass(ms, ownMs) })
  try {
    const painted = await img2img(lane?.over(own) ?? own, schedule, lcmJob(work, rgb, manifest), {
      signal,
      noises,
      onStep: async ({ step, steps, denoised }) => {
        stages.endStep()
        // A cancel message, or a change of what is wanted, can only arrive when the event loop turns.
        await new Promise(setImmediate)
        if (signal.aborted) return
        const decode = () => roughPicture(manifest, own, { rendered, latents: denoised })
        const shown = { step, steps, stepMs: stages.lastStepMs, size: job, decode }
        // Nobody sees a picture that is not checked yet.
        const wanted = safety === undefined ? wants() : []
        onStep({ step, steps, previews: await previews.of(shown, wanted) })
      },
    })
    return painted.rgb
  } finally {
    lane?.leave()
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
