import { join } from 'node:path'
import { AppError } from '../../../lib/std/errors.ts'
import type { Manifest } from '../manifest.ts'
import { readConfigFile, VaeConfigSchema } from './config-files.ts'

/** diffusers' places, optimum's own folders first. */
const CONFIGS = ['vae_decoder/config.json', 'vae_encoder/config.json', 'vae/config.json']
const SCALING = { sd: 0.18215, sdxl: 0.13025, tiny: 1 } as const

export interface Autoencoder {
  readonly latents: Manifest['latents']
  /** TAESD: its own latents are the loop's. */
  readonly isTiny: boolean
}

/**
 * AutoencoderKL (latents x scaling_factor) or AutoencoderTiny (TAESD, scale 1), both on images in [-1, 1] as
 * diffusers wraps them.
 * @throws AppError `model_unsupported` for latents that are shifted or normalised per channel.
 */
export async function readAutoencoder(
  dir: string,
  { isXl, indexVae }: { isXl: boolean; indexVae: string | null | undefined },
): Promise<Autoencoder> {
  for (const file of CONFIGS) {
    const config = await readConfigFile(dir, file, VaeConfigSchema)
    if (config === undefined) continue
    const shift = config.shift_factor ?? 0
    if (shift !== 0) throw unsupported(join(dir, file), `shift_factor ${shift}`)
    if (config.latents_mean !== undefined && config.latents_mean !== null)
      throw unsupported(join(dir, file), 'latents_mean')
    const isTiny = (config._class_name ?? indexVae) === 'AutoencoderTiny'
    const blocks = config.block_out_channels?.length ?? 4
    return {
      isTiny,
      latents: {
        channels: config.latent_channels ?? 4,
        downsample: 2 ** (blocks - 1),
        scalingFactor: config.scaling_factor ?? defaultScaling(isTiny, isXl),
        imageLatents: 'none',
        posterior: 'mean',
      },
    }
  }
  const isTiny = indexVae === 'AutoencoderTiny'
  const scalingFactor = defaultScaling(isTiny, isXl)
  return {
    isTiny,
    latents: { channels: 4, downsample: 8, scalingFactor, imageLatents: 'none', posterior: 'mean' },
  }
}

function defaultScaling(isTiny: boolean, isXl: boolean): number {
  if (isTiny) return SCALING.tiny
  return isXl ? SCALING.sdxl : SCALING.sd
}

function unsupported(path: string, found: string): AppError {
  const message = `${path} has ${found}, expected latents that are only scaled (SD1.x, SD2.x, SDXL, TAESD); choose another model`
  return new AppError('model_unsupported', message)
}
