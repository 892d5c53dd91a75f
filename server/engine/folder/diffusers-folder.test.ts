import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readModelFolder } from '../model-folder.ts'
import { manifestFiles } from '../manifest-files.ts'
import { copyModelFolder, toyFolder } from '../testing/models.ts'
import { readDiffusersFolder } from './diffusers-folder.ts'

const read = (name: Parameters<typeof toyFolder>[0]) => readDiffusersFolder(toyFolder(name))

const copyOf = (name: Parameters<typeof toyFolder>[0]) => copyModelFolder(toyFolder(name))

describe('a folder in the diffusers layout', () => {
  it('is an LCM where the U-Net takes a guidance embedding', async () => {
    const manifest = await read('lcm-optimum')
    expect(manifest).toMatchObject({
      id: 'lcm-optimum',
      guidance: { embedding: true, dim: 256 },
      scheduler: { sampler: 'lcm', strengthSemantics: 'lcm', originalInferenceSteps: 50 },
      latents: { channels: 4, downsample: 8, scalingFactor: 0.18215, imageLatents: 'none' },
      image: { layout: 'float-nchw' },
      tokenizer: { maxLength: 16, padId: 518 },
      defaults: { width: 64, height: 64, steps: 4 },
    })
    expect(manifest.files.sizes.map(({ width, height }) => [width, height])).toEqual([
      [64, 64],
      [96, 64],
      [64, 96],
    ])
    expect(manifestFiles(manifest)).toEqual(
      expect.arrayContaining(['unet/model.onnx_data', 'tokenizer/vocab.json', 'tokenizer/merges.txt']),
    )
  })

  it('without one has the LCM-LoRA merged in: two passes, strength drops steps, a fixed size is the only one', async () => {
    const manifest = await read('lcm-lora-old')
    expect(manifest).toMatchObject({
      guidance: { embedding: false, negative: 'empty' },
      scheduler: { sampler: 'lcm', strengthSemantics: 'generic' },
      defaults: { width: 96, height: 64, guidanceScale: 1 },
      files: { tokenizer: 'tokenizer/tokenizer.json', sizes: [{ width: 96, height: 64 }] },
    })
  })

  it('is a Turbo model by its Euler scheduler, TAESD by its autoencoder, padded as its tokenizer says', async () => {
    const manifest = await read('sd-turbo-half')
    expect(manifest).toMatchObject({
      scheduler: { sampler: 'euler', strengthSemantics: 'generic' },
      latents: { scalingFactor: 1 },
      tokenizer: { padId: 0 },
      limits: { guidanceScale: [1, 1] },
    })
    expect(manifest.guidance.negative).toBeUndefined()
  })

  it('is SDXL where there is a second text encoder', async () => {
    expect(await read('sdxl-lcm')).toMatchObject({
      files: { textEncoder2: 'text_encoder_2/model.onnx', tokenizer2: 'tokenizer_2/vocab.json' },
      tokenizer2: { padId: 0 },
      latents: { scalingFactor: 0.13025 },
      guidance: { embedding: true },
    })
    expect((await read('sdxl-turbo')).scheduler.sampler).toBe('euler_ancestral')
  })
})

describe('SDXL with the LCM-LoRA merged in, without a negative prompt,', () => {
  it.each<[string, 'zeros' | 'empty', Record<string, unknown> | undefined]>([
    ['sees zeros where model_index.json says so', 'zeros', { force_zeros_for_empty_prompt: true }],
    [
      'sees zeros where it says nothing, as in diffusers',
      'zeros',
      { force_zeros_for_empty_prompt: undefined },
    ],
    ['sees zeros where there is no model_index.json', 'zeros', undefined],
    ['sees an empty prompt where it says so', 'empty', { force_zeros_for_empty_prompt: false }],
  ])('%s', async (_, negative, index) => {
    await using copy = await copyOf('sdxl-turbo')
    await copy.edit('scheduler/scheduler_config.json', { _class_name: 'LCMScheduler' })
    if (index === undefined) await rm(join(copy.dir, 'model_index.json'))
    else await copy.edit('model_index.json', index)
    expect((await readDiffusersFolder(copy.dir)).guidance).toMatchObject({ embedding: false, negative })
  })

  it('is not SDXL without a second text encoder', async () => {
    expect((await read('lcm-lora-old')).guidance.negative).toBe('empty')
  })
})

describe('the two sides of an autoencoder', () => {
  const KL = {
    _class_name: 'AutoencoderKL',
    scaling_factor: 0.18215,
    latent_channels: 4,
    block_out_channels: [8, 8, 8, 8],
  }
  const TINY = { ...KL, _class_name: 'AutoencoderTiny', scaling_factor: 1 }

  async function latentsOf(configs: Record<string, object>) {
    await using copy = await copyOf('lcm-optimum')
    await rm(join(copy.dir, 'vae_decoder/config.json'))
    for (const [side, config] of Object.entries(configs)) {
      await mkdir(join(copy.dir, side), { recursive: true })
      await writeFile(join(copy.dir, side, 'config.json'), JSON.stringify(config))
    }
    const { latents, preview } = await readDiffusersFolder(copy.dir)
    return {
      factors: [latents.scalingFactor, latents.decoderScalingFactor],
      hasPreview: preview !== undefined,
    }
  }

  it.each<[string, Record<string, object>, (number | undefined)[]]>([
    ['share a factor', { vae_encoder: KL, vae_decoder: KL }, [0.18215, undefined]],
    ['are both what one config says', { vae_decoder: TINY }, [1, undefined]],
    ['are both what the other config says', { vae_encoder: TINY }, [1, undefined]],
    ['have one each: a tiny decoder', { vae_encoder: KL, vae_decoder: TINY }, [0.18215, 1]],
    ['have one each: a tiny decoder beside the original', { vae: KL, vae_decoder: TINY }, [0.18215, 1]],
    ['have one each: a tiny encoder', { vae_encoder: TINY, vae_decoder: KL }, [1, 0.18215]],
  ])('%s', async (_, configs, factors) => {
    expect(await latentsOf(configs)).toEqual({ factors, hasPreview: true })
  })

  it.each<[string, object]>([
    ['scaling_factor 0.13025', { ...KL, scaling_factor: 0.13025 }],
    ['16 channels', { ...TINY, latent_channels: 16 }],
    ['4 pixels a cell', { ...TINY, block_out_channels: [8, 8, 8] }],
  ])('are refused where they are of two latent spaces: %s', async (words, decoder) => {
    const refused = latentsOf({ vae_encoder: KL, vae_decoder: decoder })
    await expect(refused).rejects.toThrow(
      /vae_encoder.*AutoencoderKL of 4 channels, 8 pixels a cell, scaling_factor 0\.18215, but /,
    )
    await expect(refused).rejects.toThrow(words)
  })
})

describe('a folder that does not fit is refused with what was found and expected:', () => {
  it.each<[string, RegExp, string, Record<string, unknown>]>([
    [
      'a slow scheduler',
      /PNDMScheduler.*20 to 50 steps.*expected LCMScheduler/,
      'scheduler/scheduler_config.json',
      { _class_name: 'PNDMScheduler' },
    ],
    [
      'another spacing',
      /timestep_spacing leading.*expected "trailing"/,
      'scheduler/scheduler_config.json',
      { timestep_spacing: 'leading' },
    ],
    [
      'another solver',
      /use_karras_sigmas on/,
      'scheduler/scheduler_config.json',
      { use_karras_sigmas: true },
    ],
    [
      'unknown betas',
      /beta_schedule sigmoid, expected scaled_linear/,
      'scheduler/scheduler_config.json',
      { beta_schedule: 'sigmoid' },
    ],
    [
      'text where a number belongs',
      /scheduler_config.json cannot be read \(beta_start/,
      'scheduler/scheduler_config.json',
      { beta_start: 'x' },
    ],
    [
      'shifted latents',
      /shift_factor 0.1159.*only scaled/,
      'vae_decoder/config.json',
      { shift_factor: 0.1159 },
    ],
    ['inpainting', /takes 9 channels, expected the 4/, 'unet/config.json', { in_channels: 9 }],
    [
      'a pad token its vocabulary has not',
      /vocab.json has no <pad>/,
      'tokenizer/special_tokens_map.json',
      { pad_token: '<pad>' },
    ],
  ])('%s', async (_, message, file, change) => {
    await using copy = await copyOf('sd-turbo-half')
    await copy.edit(file, change)
    await expect(readDiffusersFolder(copy.dir)).rejects.toThrow(message)
  })

  it.each<[string, RegExp]>([
    ['unet/model.onnx', /has no U-Net, expected unet\/model.onnx/],
    ['vae_encoder/model.onnx', /no vae_encoder\/model.onnx, without which no sketch can be read/],
    ['text_encoder/model.onnx', /text_encoder\/model.onnx is missing/],
    ['text_encoder_2/model.onnx', /takes sample, timestep, .*text_embeds, time_ids.*; expected of an SD1.x/],
    ['tokenizer_2/merges.txt', /tokenizer_2 has no tokenizer/],
    ['scheduler/scheduler_config.json', /scheduler_config.json is missing, expected LCMScheduler/],
  ])('no %s', async (file, message) => {
    await using copy = await copyOf('sdxl-turbo')
    await rm(join(copy.dir, file))
    await expect(readDiffusersFolder(copy.dir)).rejects.toThrow(message)
  })

  it('PyTorch weights alone, an empty folder, and none', async () => {
    await using copy = await copyOf('lcm-optimum')
    await rm(join(copy.dir, 'unet/model.onnx'))
    await writeFile(join(copy.dir, 'unet/diffusion_pytorch_model.safetensors'), '')
    await expect(readModelFolder(copy.dir)).rejects.toThrow(/PyTorch weights.*choose a repository with ONNX/)
    await rm(join(copy.dir, 'model_index.json'))
    await expect(readModelFolder(copy.dir)).rejects.toThrow(/neither manifest.json nor diffusers' unet/)
    await expect(readModelFolder(join(copy.dir, 'nowhere'))).rejects.toThrow(/nowhere, which does not exist/)
  })
})
