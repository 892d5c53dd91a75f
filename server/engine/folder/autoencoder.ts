import { join } from 'node:path'
import { AppError } from '../../../lib/std/errors.ts'
import type { Manifest } from '../manifest.ts'
import { readConfigFile, VaeConfigSchema } from './config-files.ts'

/** diffusers' places, optimum's own folders first. */
const CONFIGS = {
  encoder: ['vae_encoder/config.json', 'vae/config.json'],
  decoder: ['vae_decoder/config.json', 'vae/config.json'],
} as const
const SCALING = { sd: 0.18215, sdxl: 0.13025, tiny: 1 } as const

export interface Autoencoder {
  readonly latents: Manifest['latents']
  /** One of its sides is TAESD, whose own latents are the loop's. */
  readonly isTiny: boolean
}

interface Family {
  readonly isXl: boolean
  /** The autoencoder's class in model_index.json: for configs that do not name theirs. */
  readonly indexVae: string | null | undefined
}

/** Encoder or decoder. */
interface Side {
  /** What says so; `undefined` where nothing does. */
  readonly path: string | undefined
  readonly isTiny: boolean
  readonly channels: number
  /** Pixels per latent cell. */
  readonly downsample: number
  readonly scalingFactor: number
}

/**
 * AutoencoderKL (latents x scaling_factor) or AutoencoderTiny (TAESD, scale 1), both on images in [-1, 1] as
 * diffusers wraps them. A tiny decoder beside a KL encoder, or the reverse, shares the loop's latents: each has its own
 * factor. A side without a config of its own is taken to be of the other's kind.
 * @throws AppError `model_unsupported` for latents that are shifted or normalised per channel, and for two sides whose
 *   latents are not the same.
 */
export async function readAutoencoder(dir: string, family: Family): Promise<Autoencoder> {
  const found = {
    encoder: await readSide(dir, CONFIGS.encoder, family),
    decoder: await readSide(dir, CONFIGS.decoder, family),
  }
  const decoder = found.decoder ?? found.encoder ?? unsaid(family)
  const encoder = found.encoder ?? decoder
  checkAlike(encoder, decoder)
  const { channels, downsample, scalingFactor } = encoder
  const own = decoder.scalingFactor === scalingFactor ? {} : { decoderScalingFactor: decoder.scalingFactor }
  return {
    isTiny: encoder.isTiny || decoder.isTiny,
    latents: { channels, downsample, scalingFactor, ...own, imageLatents: 'none', posterior: 'mean' },
  }
}

async function readSide(
  dir: string,
  files: readonly string[],
  { isXl, indexVae }: Family,
): Promise<Side | undefined> {
  for (const file of files) {
    const config = await readConfigFile(dir, file, VaeConfigSchema)
    if (config === undefined) continue
    const path = join(dir, file)
    const shift = config.shift_factor ?? 0
    if (shift !== 0) throw unsupported(path, `shift_factor ${shift}`)
    if (config.latents_mean !== undefined && config.latents_mean !== null)
      throw unsupported(path, 'latents_mean')
    const isTiny = (config._class_name ?? indexVae) === 'AutoencoderTiny'
    return {
      path,
      isTiny,
      channels: config.latent_channels ?? 4,
      downsample: 2 ** ((config.block_out_channels?.length ?? 4) - 1),
      scalingFactor: config.scaling_factor ?? defaultScaling(isTiny, isXl),
    }
  }
  return undefined
}

function unsaid({ isXl, indexVae }: Family): Side {
  const isTiny = indexVae === 'AutoencoderTiny'
  return { path: undefined, isTiny, channels: 4, downsample: 8, scalingFactor: defaultScaling(isTiny, isXl) }
}

/** Only TAESD is made for the latents of another autoencoder: two of one kind with two factors have two latent spaces. */
function checkAlike(encoder: Side, decoder: Side): void {
  const isOneSpace = encoder.isTiny !== decoder.isTiny || encoder.scalingFactor === decoder.scalingFactor
  const isOneShape = encoder.channels === decoder.channels && encoder.downsample === decoder.downsample
  if (isOneSpace && isOneShape) return
  const message = `${described(encoder)}, but ${described(decoder)}: one cannot read what the other writes; take encoder and decoder of the same autoencoder, or TAESD's for one of them`
  throw new AppError('model_unsupported', message)
}

function described({ path, isTiny, channels, downsample, scalingFactor }: Side): string {
  const kind = isTiny ? 'AutoencoderTiny' : 'AutoencoderKL'
  return `${path} is an ${kind} of ${channels} channels, ${downsample} pixels a cell, scaling_factor ${scalingFactor}`
}

function defaultScaling(isTiny: boolean, isXl: boolean): number {
  if (isTiny) return SCALING.tiny
  return isXl ? SCALING.sdxl : SCALING.sd
}

function unsupported(path: string, found: string): AppError {
  const message = `${path} has ${found}, expected latents that are only scaled (SD1.x, SD2.x, SDXL, TAESD); choose another model`
  return new AppError('model_unsupported', message)
}
