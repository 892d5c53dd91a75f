// What the loop needs of a model, and nothing else: no sessions, no files.
import type { Size } from '../std/size.ts'
import type { LinearStep } from './step.ts'

/**
 * Text-encoder output, [1, tokens, width] float32: the last hidden state, or of SDXL's two encoders the last but one, side by
 * side (diffusers: prompt_embeds).
 */
export interface PromptEmbedding {
  readonly data: Float32Array
  readonly dims: readonly [number, number, number]
  /** SDXL's `text_embeds`: [1,width] float32, pooled and projected, of its second encoder. */
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
  /** A place for one picture's latents where the U-Net runs; `undefined` where this size has none. */
  hold?(size: Size): Promise<HeldLatents | undefined>
  /** [1,C,h,w] float32 scaled latents -> [H,W,3] RGB uint8. */
  decodeImage(latents: Float32Array, size: Size): Promise<Uint8Array>
}

/** One picture's latents where the U-Net runs. What goes in waits for nothing; what comes out waits for all of it. */
export interface HeldLatents {
  /**
   * Runs the U-Net on `input.sample`, or without one on what is held, and holds what `step` makes of its output: the next
   * sample, with the same image's latents appended.
   * @param noise [1,C,h,w] float32, unit normal.
   * @throws what the U-Net throws, now or when the latents are handed back; Error where nothing is held and none is given.
   */
  advance(input: HeldInput, step: LinearStep, noise: Float32Array): Promise<void>
  /** Runs the U-Net on what is held, and gives what `step`, which has no noise, makes of its output: [1,C,h,w] float32 scaled. @throws as `advance`. */
  handBack(input: Omit<PredictInput, 'sample'>, step: LinearStep): Promise<Float32Array>
  /** Holds nothing any more; called once, whatever happened. */
  release(): void
}

export interface HeldInput extends Omit<PredictInput, 'sample'> {
  /** As `PredictInput`'s; `undefined`: what is held. */
  readonly sample: Float32Array | undefined
}
