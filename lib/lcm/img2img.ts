// The image-to-image loop over injected models. It owns the order of work and the numbers, nothing else: no
// sessions, no caches, no clock. Follows diffusers `LatentConsistencyModelImg2ImgPipeline.__call__` (Apache-2.0);
// without an image, `LatentConsistencyModelPipeline`. Models without a guidance embedding are guided as
// `StableDiffusionImg2ImgPipeline` does, by a second pass on the negative prompt.
import type { Size } from '../std/size.ts'
import { denoise, throwIfAborted, type DenoiseOptions } from './denoise.ts'
import { guidanceEmbedding } from './guidance.ts'
import { noiseBase, noisesFor, type NoisePlan, type NoiseSupplier } from './job-noises.ts'
import type { Models, PromptEmbedding } from './models.ts'
import { drawNoises } from './noise.ts'
import { samplerOf, timesteps as timestepsOf, type Schedule, type StrengthSemantics } from './schedule.ts'
import { expectLength, latentGrid, ShapeError } from './shape.ts'
import { addNoise } from './step.ts'

export interface Img2ImgJob {
  readonly prompt: string
  /** [H,W,3] RGB uint8 of `size`; undefined paints from the prompt alone, at strength 1 from pure noise. */
  readonly rgb: Uint8Array | undefined
  /** In pixels, multiples of the model's downsample. */
  readonly size: Size
  readonly steps: number
  /** 0..1; ignored without an image. */
  readonly strength: number
  /** What a model with `negative` is led away from; default nothing. Others ignore it, as distilled models must. */
  readonly negativePrompt?: string
  /** diffusers' scale: 1 is no guidance. */
  readonly guidanceScale: number
  /** 0..2^53-1; fixes every noise of the job, so equal jobs give equal pictures. */
  readonly seed: number
  /** What strength means, see `timesteps`; default 'lcm'. */
  readonly semantics?: StrengthSemantics
  /** Refine pass: the smaller size whose noise of the same seed this one keeps; `size` must be a whole multiple. */
  readonly noiseFrom?: Size
}

export interface Img2ImgOptions extends DenoiseOptions {
  /** Same contract as `drawNoises`, which is the default; inject one that remembers. */
  readonly noises?: NoiseSupplier
}

export interface Img2ImgResult {
  /** [H,W,3] RGB uint8. */
  readonly rgb: Uint8Array
  /** [1,C,h,w] float32 scaled: the last `denoised`. */
  readonly latents: Float32Array
  /** The timestep the image was noised to: the first of `timesteps`. */
  readonly initTimestep: number
  readonly timesteps: readonly number[]
}

/**
 * Runs one job: encode, noise to the first timestep, for each timestep the U-Net and a step of the schedule's sampler,
 * decode. The timesteps are `job.steps`, and fewer where strength drops some ('generic').
 * Unusable parameters are refused before any model runs.
 * @throws ScheduleError, ShapeError (a model's output counts), CancelledError; a model's own errors pass through.
 */
export async function img2img(
  models: Models,
  schedule: Schedule,
  job: Img2ImgJob,
  options: Img2ImgOptions = {},
): Promise<Img2ImgResult> {
  // 1. Check everything that can be checked without a model.
  const plan = planJob(models, schedule, job)
  throwIfAborted(options, 0)
  // 2. Encode prompt and image.
  const prompt = await models.encodePrompt(job.prompt)
  const negative = await encodeNegative(models, job, prompt)
  const { posterior, noises } = noisesFor(plan, job.seed, options.noises ?? drawNoises)
  const imageLatents = await encodeImage(models, job, { plan, posterior })
  // 3. Noise the image's latents to the first timestep.
  const sample = initialSample(schedule, plan, { imageLatents, noise: noises[0] })
  // 4. Denoise.
  const guided = { prompt, negative, guidanceScale: job.guidanceScale }
  const conditions = { size: job.size, timestepCond: plan.timestepCond }
  const { timesteps, initTimestep } = plan
  const work = { models, schedule, timesteps, conditions, guided, imageLatents, noises, options }
  const denoised = await denoise(sample, work)
  // 5. Decode what the last step denoised.
  throwIfAborted(options, timesteps.length)
  expectFinite(denoised)
  const rgb = await models.decodeImage(denoised, job.size)
  expectLength('decodeImage output', rgb, job.size.width * job.size.height * 3)
  return { rgb, latents: denoised, initTimestep, timesteps }
}

interface Plan extends NoisePlan {
  readonly timesteps: readonly number[]
  readonly initTimestep: number
  readonly timestepCond: Float32Array | undefined
}

function planJob(models: Models, schedule: Schedule, job: Img2ImgJob): Plan {
  const grid = latentGrid('size', job.size, models.downsample)
  if (job.rgb !== undefined) expectLength('rgb', job.rgb, job.size.width * job.size.height * 3)
  const strength = job.rgb === undefined ? 1 : job.strength
  const timesteps = timestepsOf(schedule, { steps: job.steps, strength, semantics: job.semantics ?? 'lcm' })
  const condDim = models.timestepCondDim ?? 256
  return {
    timesteps,
    initTimestep: timesteps[0] ?? 0,
    latentLength: models.latentChannels * grid.width * grid.height,
    timestepCond: condDim === 0 ? undefined : guidanceEmbedding(job.guidanceScale, condDim),
    count: timesteps.length,
    drawPosterior: job.rgb !== undefined && models.posterior === 'sample',
    base: noiseBase(models, job.size, job.noiseFrom),
  }
}

async function encodeImage(
  models: Models,
  job: Img2ImgJob,
  { plan, posterior }: { readonly plan: Plan; readonly posterior: Float32Array | undefined },
): Promise<Float32Array | undefined> {
  if (job.rgb === undefined) return undefined
  const latents = await models.encodeImage(job.rgb, job.size, posterior)
  expectLength('encodeImage output', latents, plan.latentLength)
  return latents
}

async function encodeNegative(
  models: Models,
  { guidanceScale, negativePrompt = '' }: Img2ImgJob,
  { dims, data, pooled }: PromptEmbedding,
): Promise<PromptEmbedding | undefined> {
  if (models.negative === undefined || guidanceScale <= 1) return undefined
  if (models.negative === 'empty' || negativePrompt !== '') return models.encodePrompt(negativePrompt)
  const zeros = { dims, data: new Float32Array(data.length) }
  return pooled === undefined ? zeros : { ...zeros, pooled: new Float32Array(pooled.length) }
}

/**
 * Without an image the noise itself is x_T, as in diffusers' text pipeline (init_noise_sigma is 1). The Euler
 * samplers' init_noise_sigma is sigma_max, which is sqrt(1 - abar) on the scale kept here.
 */
function initialSample(
  schedule: Schedule,
  plan: Plan,
  from: { imageLatents: Float32Array | undefined; noise: Float32Array | undefined },
): Float32Array {
  const { imageLatents, noise } = from
  if (noise === undefined) throw new ShapeError('noises', 'the noise supplier returned no noise')
  expectLength('noises', noise, plan.latentLength)
  if (imageLatents === undefined && samplerOf(schedule) === 'lcm') return noise
  const latents = imageLatents ?? new Float32Array(noise.length)
  return addNoise(schedule, plan.initTimestep, { latents, noise })
}

/** Half-precision models fail as NaN, which would decode to a black picture without a word. */
function expectFinite(latents: Float32Array): void {
  if (latents.every(Number.isFinite)) return
  throw new ShapeError('predict output', 'the model produced values that are not finite; try it in float32')
}
