// The image-to-image loop over injected models. It owns the order of work and the numbers, nothing else: no
// sessions, no caches, no clock. Follows diffusers `LatentConsistencyModelImg2ImgPipeline.__call__` (Apache-2.0);
// without an image, `LatentConsistencyModelPipeline`. Models without a guidance embedding are guided as
// `StableDiffusionImg2ImgPipeline` does, by a second pass on the negative prompt.
import { guidanceEmbedding } from './guidance.ts'
import { noiseBase, noisesFor, type NoisePlan, type NoiseSupplier } from './job-noises.ts'
import { drawNoises } from './noise.ts'
import { samplerOf, timesteps as timestepsOf, type Schedule, type StrengthSemantics } from './schedule.ts'
import { expectLength, latentGrid, ShapeError, type Size } from './shape.ts'
import { samplerStep } from './sampler.ts'
import { addNoise } from './step.ts'

/** Text-encoder output: last hidden state, [1, tokens, width] float32. */
export interface PromptEmbedding {
  readonly data: Float32Array
  readonly dims: readonly [number, number, number]
  /** SDXL's `text_embeds`: [1,width] float32, pooled and projected. */
  readonly pooled?: Float32Array
}

export interface PredictInput {
  /** [1,channels,h,w] float32; the noisy latents, then the image's latents if `imageLatents` is 'concat'. */
  readonly sample: Float32Array
  readonly channels: number
  /** Of the picture, in pixels. */
  readonly size: Size
  readonly timestep: number
  readonly prompt: PromptEmbedding
  /** [1,timestepCondDim] guidance embedding; undefined for a U-Net that has no such input. */
  readonly timestepCond: Float32Array | undefined
}

/** What the loop needs of a model. Implementations must neither keep, change nor transfer the buffers lent to them. */
export interface Models {
  /** C: channels of the latents themselves, without concatenated ones. */
  readonly latentChannels: number
  /** Pixels per latent cell on each axis (diffusers: vae_scale_factor); SD1.5: 8. */
  readonly downsample: number
  /** 'concat': the image's clean latents are appended to the U-Net input on the channel axis. */
  readonly imageLatents: 'concat' | 'none'
  /** Width of the U-Net's `timestep_cond`; 256 when absent, 0 for a U-Net without that input. */
  readonly timestepCondDim?: number
  /**
   * Classifier-free guidance: a scale above 1 costs a second U-Net pass per step, on the negative prompt.
   * 'zeros': without a negative prompt that pass sees zeros (SDXL's force_zeros_for_empty_prompt); 'empty': the
   * embedding of ''. Absent: the model is guided by its embedding, or not at all.
   */
  readonly negative?: 'zeros' | 'empty'
  /** 'sample': `encodeImage` is given noise to draw the latents with, as diffusers does; default 'mean'. */
  readonly posterior?: 'mean' | 'sample'
  encodePrompt(prompt: string): Promise<PromptEmbedding>
  /**
   * [H,W,3] RGB uint8 -> [1,C,h,w] float32 scaled latents (SD1.5: x0.18215): drawn from the posterior with `noise`
   * ([1,C,h,w] unit normal), or its mean without.
   */
  encodeImage(rgb: Uint8Array, size: Size, noise?: Float32Array): Promise<Float32Array>
  /** -> [1,C,h,w] float32, meaning per the schedule's predictionType. */
  predict(input: PredictInput): Promise<Float32Array>
  /** [1,C,h,w] float32 scaled latents -> [H,W,3] RGB uint8. */
  decodeImage(latents: Float32Array, size: Size): Promise<Uint8Array>
}

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

export interface StepReport {
  /** Counts from 1. */
  readonly step: number
  /** Steps that run in all; below the job's under 'generic' semantics. */
  readonly steps: number
  readonly timestep: number
  /** [1,C,h,w] float32 scaled: the picture so far. Do not write to it. */
  readonly denoised: Float32Array
  /** [1,C,h,w] float32 scaled: what the next step starts from; at the last step `denoised` itself. Do not write to it. */
  readonly latents: Float32Array
}

export interface Img2ImgOptions {
  /** An AbortSignal, or anything with its `aborted`; read at the start, before each step and before decoding. What a
   * model throws while it is aborted counts as cancelled. */
  readonly signal?: { readonly aborted: boolean }
  /** A returned promise is awaited before the next step; what it throws ends the job. */
  readonly onStep?: (report: StepReport) => void | Promise<void>
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

/** The signal was aborted; `stepsDone` U-Net calls had finished. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError'
  readonly stepsDone: number

  constructor(stepsDone: number) {
    super(`cancelled after ${stepsDone} steps`)
    this.stepsDone = stepsDone
  }
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
  const image = await encodeImage(models, job, { plan, posterior })
  // 3. Noise the image's latents to the first timestep.
  let sample = initialSample(schedule, plan, { image, noise: noises[0] })
  let denoised = sample
  // 4. Denoise.
  const conditions = { size: job.size, timestepCond: plan.timestepCond }
  const guided = { prompt, negative, guidanceScale: job.guidanceScale }
  for (const [i, timestep] of plan.timesteps.entries()) {
    throwIfAborted(options, i)
    const input = { ...unetInput(models, sample, image), ...conditions, timestep }
    const modelOutput = await predict(models, input, guided).catch((error: unknown) => {
      // Who runs the rows of many pictures together withdraws those of a cancelled one: that is no failure.
      throwIfAborted(options, i)
      throw error
    })
    expectLength('predict output', modelOutput, plan.latentLength)
    const next = { nextTimestep: plan.timesteps[i + 1], noise: noises[i + 1] }
    ;({ prev: sample, denoised } = samplerStep({ schedule, timestep, modelOutput, sample, ...next }))
    await options.onStep?.({ step: i + 1, steps: plan.timesteps.length, timestep, denoised, latents: sample })
  }
  // 5. Decode what the last step denoised.
  throwIfAborted(options, plan.timesteps.length)
  expectFinite(denoised)
  const rgb = await models.decodeImage(denoised, job.size)
  expectLength('decodeImage output', rgb, job.size.width * job.size.height * 3)
  return { rgb, latents: denoised, initTimestep: plan.initTimestep, timesteps: plan.timesteps }
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

interface Guided {
  readonly prompt: PromptEmbedding
  readonly negative: PromptEmbedding | undefined
  readonly guidanceScale: number
}

/** negative + scale * (prompt - negative), Ho & Salimans, arXiv 2207.12598. Both at once: they may share a U-Net call. */
async function predict(
  models: Models,
  input: Omit<PredictInput, 'prompt'>,
  { prompt, negative, guidanceScale }: Guided,
): Promise<Float32Array> {
  if (negative === undefined) return models.predict({ ...input, prompt })
  const [towards, away] = await Promise.all([
    models.predict({ ...input, prompt }),
    models.predict({ ...input, prompt: negative }),
  ])
  expectLength('predict output', away, towards.length)
  return away.map((value, i) => value + guidanceScale * ((towards[i] ?? 0) - value))
}

/**
 * Without an image the noise itself is x_T, as in diffusers' text pipeline (init_noise_sigma is 1). The Euler
 * samplers' init_noise_sigma is sigma_max, which is sqrt(1 - abar) on the scale kept here.
 */
function initialSample(
  schedule: Schedule,
  plan: Plan,
  from: { image: Float32Array | undefined; noise: Float32Array | undefined },
): Float32Array {
  const { image, noise } = from
  if (noise === undefined) throw new ShapeError('noises', 'the noise supplier returned no noise')
  expectLength('noises', noise, plan.latentLength)
  if (image === undefined && samplerOf(schedule) === 'lcm') return noise
  const latents = image ?? new Float32Array(noise.length)
  return addNoise(schedule, plan.initTimestep, { latents, noise })
}

/** In 'concat' mode without an image the image channels are zeros, as where training dropped the image. */
function unetInput(
  models: Models,
  sample: Float32Array,
  image: Float32Array | undefined,
): { sample: Float32Array; channels: number } {
  if (models.imageLatents === 'none') return { sample, channels: models.latentChannels }
  const joined = new Float32Array(sample.length * 2)
  joined.set(sample)
  if (image !== undefined) joined.set(image, sample.length)
  return { sample: joined, channels: models.latentChannels * 2 }
}

function throwIfAborted({ signal }: Img2ImgOptions, stepsDone: number): void {
  if (signal?.aborted === true) throw new CancelledError(stepsDone)
}

/** Half-precision models fail as NaN, which would decode to a black picture without a word. */
function expectFinite(latents: Float32Array): void {
  if (latents.every(Number.isFinite)) return
  throw new ShapeError('predict output', 'the model produced values that are not finite; try it in float32')
}
