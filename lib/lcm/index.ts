// The public API of lib/lcm. Not exported: buffer checks (shape.ts) beyond the types and error callers meet.
export { CancelledError, type HeldStepReport, type Holding, type StepReport } from './denoise.ts'
export { eulerStep } from './euler.ts'
export { guidanceEmbedding } from './guidance.ts'
export { img2img, type Img2ImgJob, type Img2ImgOptions, type Img2ImgResult } from './img2img.ts'
export { type NoiseSupplier } from './job-noises.ts'
export type { HeldInput, HeldLatents, Models, PredictInput, PromptEmbedding } from './models.ts'
export { detailSeed, drawNoises, TorchNormal, upsampleNoise, type UpsampleNoiseInput } from './noise.ts'
export { nchwToRgb, rgbToNchw } from './pixels.ts'
export { latentsOfMoments } from './posterior.ts'
export { latentsToRgb, SD15_LATENT_RGB, type LatentRgbMap } from './preview.ts'
export { samplerStep } from './sampler.ts'
export {
  alphaCumprodAt,
  createSchedule,
  LCM_DEFAULTS,
  minStrength,
  samplerOf,
  ScheduleError,
  timesteps,
  type BetaSchedule,
  type PredictionType,
  type Sampler,
  type Schedule,
  type ScheduleErrorCode,
  type SchedulerConfig,
  type StrengthSemantics,
  type TimestepOptions,
} from './schedule.ts'
export { ShapeError, type Size } from './shape.ts'
export {
  addNoise,
  boundaryScalings,
  isLinear,
  lcmStep,
  linearStep,
  predictX0,
  type BoundaryScalings,
  type LinearStep,
  type PredictionInput,
  type StepInput,
  type StepOutput,
} from './step.ts'
