// The JSON files of a diffusers folder, each with the fields that matter here. All but the scheduler's may be absent:
// exporters differ in what they copy.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../../../lib/std/errors.ts'

const text = v.nullish(v.string())
const number = v.nullish(v.number())
const flag = v.nullish(v.boolean())
const component = v.nullish(v.tuple([v.nullish(v.string()), v.nullish(v.string())]))

export const ModelIndexSchema = v.looseObject({
  _class_name: text,
  _name_or_path: text,
  vae: component,
  force_zeros_for_empty_prompt: flag,
})

export const SchedulerConfigSchema = v.looseObject({
  _class_name: text,
  num_train_timesteps: number,
  beta_start: number,
  beta_end: number,
  beta_schedule: text,
  trained_betas: v.nullish(v.unknown()),
  prediction_type: text,
  original_inference_steps: number,
  timestep_scaling: number,
  timestep_spacing: text,
  clip_sample: flag,
  clip_sample_range: number,
  thresholding: flag,
  dynamic_thresholding_ratio: number,
  sample_max_value: number,
  set_alpha_to_one: flag,
  rescale_betas_zero_snr: flag,
  use_karras_sigmas: flag,
  use_exponential_sigmas: flag,
  use_beta_sigmas: flag,
})
export type DiffusersScheduler = v.InferOutput<typeof SchedulerConfigSchema>

export const UnetConfigSchema = v.looseObject({
  in_channels: number,
  // An integer, or [height, width].
  sample_size: v.nullish(v.union([v.number(), v.tuple([v.number(), v.number()])])),
  time_cond_proj_dim: number,
  // A number in all that can be used; a list in others, which may be read before they are refused.
  cross_attention_dim: v.nullish(v.unknown()),
  block_out_channels: v.nullish(v.array(v.number())),
})
export type UnetConfig = v.InferOutput<typeof UnetConfigSchema>

export const VaeConfigSchema = v.looseObject({
  _class_name: text,
  scaling_factor: number,
  shift_factor: number,
  latent_channels: number,
  latents_mean: v.nullish(v.unknown()),
  block_out_channels: v.nullish(v.array(v.number())),
})

const addedToken = v.looseObject({ content: v.string(), normalized: v.optional(v.boolean()) })
const written = v.union([v.string(), addedToken])
export type WrittenToken = v.InferOutput<typeof written>
const token = v.nullish(written)

/** tokenizer_config.json and special_tokens_map.json say these in the same words. */
export const TokenizerConfigSchema = v.looseObject({
  model_max_length: number,
  bos_token: token,
  eos_token: token,
  unk_token: token,
  pad_token: token,
  /** By id. */
  added_tokens_decoder: v.nullish(v.record(v.string(), addedToken)),
})
export type TokenizerConfig = v.InferOutput<typeof TokenizerConfigSchema>

/** Written beside an installed model by `npm run models`. */
export const InstallRecordSchema = v.object({
  id: v.string(),
  name: v.string(),
  license: v.string(),
  source: v.string(),
  files: v.record(v.string(), v.object({ bytes: v.number(), sha256: v.string() })),
})
export type InstallRecord = v.InferOutput<typeof InstallRecordSchema>
export const INSTALL_RECORD = '.sketchwire-install.json'

/** The file's fields, or `undefined` when there is no such file. @throws AppError `model_invalid_config`. */
export async function readConfigFile<S extends v.GenericSchema>(
  dir: string,
  file: string,
  schema: S,
): Promise<v.InferOutput<S> | undefined> {
  const path = join(dir, file)
  const content = await readFile(path, 'utf8').catch(() => undefined)
  if (content === undefined) return undefined
  try {
    return v.parse(schema, JSON.parse(content))
  } catch (cause) {
    const where = v.isValiError(cause) ? `${v.getDotPath(cause.issues[0]) ?? 'the whole'}: ` : ''
    const message = `${path} cannot be read (${where}${messageOf(cause)}); install the model again`
    throw new AppError('model_invalid_config', message, { cause })
  }
}
