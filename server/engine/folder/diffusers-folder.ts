// A folder in diffusers' ONNX layout, as optimum and others write it, to the engine's own description of a model.
// What the graphs say of themselves comes first, the JSON files fill in what no graph can say. Everything that does
// not fit is refused here or when the graphs are bound (onnx/ports.ts), with what was found and what was expected.
import { existsSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { SD15_LATENT_RGB } from '../../../lib/lcm/preview.ts'
import { AppError } from '../../../lib/std/errors.ts'
import type { Manifest } from '../manifest.ts'
import {
  INSTALL_RECORD,
  InstallRecordSchema,
  ModelIndexSchema,
  readConfigFile,
  SchedulerConfigSchema,
  UnetConfigSchema,
  type InstallRecord,
  type UnetConfig,
} from './config-files.ts'
import { readAutoencoder } from './autoencoder.ts'
import { readOnnxHeader, type HeaderPort, type OnnxHeader } from './onnx-header.ts'
import { readSafetyChecker } from './safety.ts'
import { readScheduler } from './scheduler.ts'
import { sizesOf } from './sizes.ts'
import { readTextPart, type TextPart } from './text-parts.ts'
import { behaviourOf } from './behaviour.ts'

export const GRAPHS = {
  unet: 'unet/model.onnx',
  textEncoder: 'text_encoder/model.onnx',
  textEncoder2: 'text_encoder_2/model.onnx',
  vaeEncoder: 'vae_encoder/model.onnx',
  vaeDecoder: 'vae_decoder/model.onnx',
} as const

/** True for what `readDiffusersFolder` is meant for; it may still refuse it. */
export function isDiffusersFolder(dir: string): boolean {
  return existsSync(join(dir, 'model_index.json')) || existsSync(join(dir, GRAPHS.unet))
}

/**
 * Reads a diffusers ONNX folder; no weight is loaded.
 * @throws AppError `model_missing_file`, `model_invalid_config`, `model_unsupported`, `model_unexpected_io` or
 *   `model_unloadable`; each names the file, what was found and what was expected.
 */
export async function readDiffusersFolder(dir: string): Promise<Manifest> {
  const graphs = readGraphs(dir)
  const { unet } = graphs.headers
  const record = await readConfigFile(dir, INSTALL_RECORD, InstallRecordSchema)
  const index = (await readConfigFile(dir, 'model_index.json', ModelIndexSchema)) ?? {}
  const unetConfig = (await readConfigFile(dir, 'unet/config.json', UnetConfigSchema)) ?? {}
  const cond = checkUnet(dir, unet, { isXl: graphs.isXl, inChannels: unetConfig.in_channels })
  const scheduler = await readFolderScheduler(dir, cond !== undefined)
  const { latents, isTiny } = await readAutoencoder(dir, { isXl: graphs.isXl, indexVae: index.vae?.[1] })
  const sizes = readSizes(dir, unet, { unetConfig, downsample: latents.downsample })
  const text = await readText(dir, graphs)
  const behaviour = behaviourOf({
    sampler: scheduler.sampler,
    embedding: cond !== undefined,
    dim: fixed(cond?.shape[1]) ?? unetConfig.time_cond_proj_dim ?? 256,
    zeros: graphs.isXl && index.force_zeros_for_empty_prompt !== false,
    sizes,
  })
  return {
    formatVersion: 1,
    kind: 'lcm-img2img',
    ...identity(dir, record),
    files: {
      ...text.files,
      weights: [...externalFiles(dir, graphs.headers), ...text.beside],
      sizes: sizes.map((size) => ({ ...size, ...SIZE_GRAPHS })),
    },
    latents,
    image: { layout: imageLayout(graphs) },
    ...text.tokenizers,
    scheduler,
    ...behaviour,
    ...previewOf(graphs, latents, isTiny),
    ...(await readSafetyChecker(dir)),
    words: {},
  }
}

async function readFolderScheduler(dir: string, isDistilled: boolean) {
  const file = 'scheduler/scheduler_config.json'
  const config = await readConfigFile(dir, file, SchedulerConfigSchema)
  return readScheduler({ path: join(dir, file), config, isDistilled })
}

const SIZE_GRAPHS = { unet: GRAPHS.unet, vaeEncoder: GRAPHS.vaeEncoder, vaeDecoder: GRAPHS.vaeDecoder }

interface Graphs {
  readonly isXl: boolean
  readonly headers: Readonly<Record<Exclude<keyof typeof GRAPHS, 'textEncoder2'>, OnnxHeader>> & {
    readonly textEncoder2?: OnnxHeader
  }
}

function readGraphs(dir: string): Graphs {
  const header = (file: string) => readOnnxHeader(join(dir, file))
  if (!existsSync(join(dir, GRAPHS.unet))) {
    const found = existsSync(join(dir, 'unet/diffusion_pytorch_model.safetensors'))
      ? 'PyTorch weights (unet/diffusion_pytorch_model.safetensors)'
      : 'no U-Net'
    const message = `${dir} has ${found}, expected ${GRAPHS.unet}: choose a repository with ONNX files, or export this one`
    throw new AppError('model_missing_file', message)
  }
  if (!existsSync(join(dir, GRAPHS.vaeEncoder))) {
    const message = `${dir} has no ${GRAPHS.vaeEncoder}, without which no sketch can be read; copy one of the same autoencoder into it`
    throw new AppError('model_missing_file', message)
  }
  const isXl = existsSync(join(dir, GRAPHS.textEncoder2))
  const headers = {
    unet: header(GRAPHS.unet),
    textEncoder: header(GRAPHS.textEncoder),
    vaeEncoder: header(GRAPHS.vaeEncoder),
    vaeDecoder: header(GRAPHS.vaeDecoder),
    ...(isXl ? { textEncoder2: header(GRAPHS.textEncoder2) } : {}),
  }
  return { isXl, headers }
}

function portOf({ inputs }: OnnxHeader, name: string): HeaderPort {
  return inputs.find((port) => port.name === name) ?? { name, type: 'missing', shape: [] }
}

function readSizes(
  dir: string,
  unet: OnnxHeader,
  { unetConfig, downsample }: { readonly unetConfig: UnetConfig; readonly downsample: number },
) {
  const { cross_attention_dim: dim, block_out_channels: channels, sample_size: trained } = unetConfig
  return sizesOf({
    path: join(dir, GRAPHS.unet),
    sample: portOf(unet, 'sample'),
    downsample,
    wordsWidth:
      fixed(portOf(unet, 'encoder_hidden_states').shape[2]) ?? (typeof dim === 'number' ? dim : undefined),
    levels: channels?.length,
    trained,
  })
}

/** The guidance embedding's port, if there is one. */
function checkUnet(
  dir: string,
  { inputs }: OnnxHeader,
  { isXl, inChannels }: { isXl: boolean; inChannels: number | null | undefined },
): HeaderPort | undefined {
  const path = join(dir, GRAPHS.unet)
  const found = inputs.map(({ name }) => name)
  const needed = ['sample', 'timestep', 'encoder_hidden_states', ...(isXl ? ['text_embeds', 'time_ids'] : [])]
  const known = [...needed, 'timestep_cond']
  if (!needed.every((name) => found.includes(name)) || !found.every((name) => known.includes(name))) {
    const kind = isXl ? 'an SDXL U-Net (the folder has text_encoder_2)' : 'an SD1.x or SD2.x U-Net'
    const message = `${path} takes ${found.join(', ')}; expected of ${kind}: ${needed.join(', ')} and, if distilled with it, timestep_cond`
    throw new AppError('model_unexpected_io', message)
  }
  const channels = fixed(inputs.find(({ name }) => name === 'sample')?.shape[1]) ?? inChannels ?? 4
  if (channels !== 4) {
    const message = `${path} takes ${channels} channels, expected the 4 of the latents: inpainting and editing models cannot be used`
    throw new AppError('model_unsupported', message)
  }
  return inputs.find(({ name }) => name === 'timestep_cond')
}

const fixed = (dim: number | string | undefined): number | undefined =>
  typeof dim === 'number' ? dim : undefined

async function readText(dir: string, { headers }: Graphs) {
  const tokensOf = (header: OnnxHeader) => fixed(header.inputs[0]?.shape[1])
  const first = await readTextPart(dir, 'tokenizer', tokensOf(headers.textEncoder))
  const second: TextPart | undefined =
    headers.textEncoder2 && (await readTextPart(dir, 'tokenizer_2', tokensOf(headers.textEncoder2)))
  return {
    beside: [...first.beside, ...(second?.beside ?? [])],
    files: {
      textEncoder: GRAPHS.textEncoder,
      tokenizer: first.file,
      ...(second === undefined ? {} : { textEncoder2: GRAPHS.textEncoder2, tokenizer2: second.file }),
    },
    tokenizers: {
      tokenizer: first.tokenizer,
      ...(second === undefined ? {} : { tokenizer2: second.tokenizer }),
    },
  }
}

/** Relative to the model folder. @throws AppError `model_unsupported` for weights outside of it. */
function externalFiles(dir: string, headers: Graphs['headers']): string[] {
  const files = new Set<string>()
  for (const [name, header] of Object.entries(headers)) {
    const graph = Object.entries(GRAPHS).find(([key]) => key === name)?.[1] ?? name
    for (const file of header.externalFiles) {
      const path = posix.join(dirname(graph), file)
      if (posix.isAbsolute(file) || path.startsWith('..')) {
        const message = `${join(dir, graph)} keeps weights at ${file}, expected a file inside the model folder; do not use this model`
        throw new AppError('model_unsupported', message)
      }
      files.add(path)
    }
  }
  return [...files]
}

function identity(dir: string, record: InstallRecord | undefined) {
  const files = Object.entries(record?.files ?? {})
  return {
    id: record?.id ?? basename(dir),
    name: record?.name ?? basename(dir),
    license: record?.license ?? 'unknown',
    sha256: Object.fromEntries(files.map(([file, { sha256 }]) => [file, sha256])),
    bytes: Object.fromEntries(files.map(([file, { bytes }]) => [file, bytes])),
  }
}

function imageLayout({ headers }: Graphs): Manifest['image']['layout'] {
  return headers.vaeDecoder.outputs[0]?.type === 'uint8' ? 'uint8-hwc' : 'float-nchw'
}

/** SD1.x and SD2.x share one latent space, which TAESD keeps; SDXL's is another. */
function previewOf({ isXl }: Graphs, { scalingFactor }: Manifest['latents'], isTiny: boolean) {
  if (isXl || (scalingFactor !== 0.18215 && !isTiny)) return {}
  const { matrix, bias } = SD15_LATENT_RGB
  return { preview: { matrix: matrix.map((row) => [...row]), bias: [...bias] } }
}
