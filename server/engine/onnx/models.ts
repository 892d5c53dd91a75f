// lib/lcm's `Models` over ONNX graphs: opens a size when it is first drawn in, remembers prompts, times every run.
import { join } from 'node:path'
import type { Models, PredictInput, Size } from '../../../lib/lcm/index.ts'
import { AppError } from '../../../lib/std/errors.ts'
import { Lru, memoizePromise } from '../lru.ts'
import type { Manifest, SizeFiles } from '../manifest.ts'
import { bindImageDecoder, bindImageEncoder, bindUnet } from './ports.ts'
import { openGraph, type Graph, type RuntimeOptions, type TensorValue } from './runtime.ts'
import { openTextEncoders } from './text-encoders.ts'

/** Two of everything: the prompts people switch between, at a few dozen kB each. */
const PROMPTS = 64
/** The size one draws in, its refinement, and one more; each holds its own copy of the weights. */
const SIZES = 3

export type Stage = 'textEncode' | 'vaeEncode' | 'unet' | 'vaeDecode'

export interface OnnxModelsOptions extends RuntimeOptions {
  readonly modelDir: string
  readonly manifest: Manifest
  /** Milliseconds one graph ran, tensors made and read excluded. */
  readonly onRun: (stage: Stage, ms: number) => void
  /** Sizes kept open at a time; default 3. */
  readonly maxSizes?: number
}

export interface OnnxModels extends Models {
  /** Opens the graphs of `size` unless they are open. */
  open(size: Size): Promise<void>
  /** Sizes that are open now. */
  readonly openSizes: number
  release(): Promise<void>
}

/** The three graphs as seen at one size. */
interface SizeGraphs {
  encode(rgb: Uint8Array, noise: Float32Array | undefined): Promise<Float32Array>
  predict(input: PredictInput): Promise<Float32Array>
  decode(latents: Float32Array): Promise<Uint8Array>
}

/** Opened graphs; those whose sides are not fixed serve several sizes. */
interface GraphSet {
  at(size: Size): SizeGraphs
  release(): Promise<void>
}

/**
 * Opens the text encoder and the default size.
 * @throws AppError `model_unloadable` or `model_unexpected_io`, naming the file.
 */
export async function openModels(options: OnnxModelsOptions): Promise<OnnxModels> {
  const { manifest, maxSizes = SIZES } = options
  const text = await openTextEncoders({ ...options, onRun: (ms) => options.onRun('textEncode', ms) })
  const open = new Lru<string, Promise<GraphSet>>(maxSizes, (graphs) => void releaseOpened(graphs))
  const graphsOf = async (size: Size): Promise<SizeGraphs> => {
    const files = filesOf(manifest, size)
    const key = [files.unet, files.vaeEncoder, files.vaeDecoder].join('|')
    const graphs = open.get(key, () => openGraphs(files, options))
    graphs.catch(() => open.delete(key, graphs))
    return (await graphs).at(files)
  }
  await graphsOf(manifest.defaults)
  const { latents, guidance } = manifest
  return {
    latentChannels: latents.channels,
    latentScale: latents.downsample,
    imageLatents: latents.imageLatents,
    timestepCondDim: guidance.embedding ? guidance.dim : 0,
    ...(guidance.negative === undefined ? {} : { negative: guidance.negative }),
    posterior: latents.posterior,
    encodePrompt: memoizePromise(PROMPTS, text.encode),
    encodeImage: async (rgb, size, noise) => (await graphsOf(size)).encode(rgb, noise),
    predict: async (input) => (await graphsOf(input.size)).predict(input),
    decodeImage: async (latents, size) => (await graphsOf(size)).decode(latents),
    open: async (size) => void (await graphsOf(size)),
    get openSizes() {
      return open.size
    },
    async release() {
      open.clear()
      await text.release()
    },
  }
}

function filesOf(manifest: Manifest, { width, height }: Size): SizeFiles {
  const files = manifest.files.sizes.find((size) => size.width === width && size.height === height)
  if (files !== undefined) return files
  throw new AppError('internal', `The model has no size ${width}x${height}; render in the nearest one`)
}

async function openGraphs(files: SizeFiles, options: OnnxModelsOptions): Promise<GraphSet> {
  const opened: Graph[] = []
  const open = async (file: string): Promise<Graph> => {
    const graph = await openGraph(join(options.modelDir, file), options)
    opened.push(graph)
    return graph
  }
  const release = async () => void (await Promise.all(opened.map((graph) => graph.release())))
  const bound = new Map<string, SizeGraphs>()
  try {
    const graphs = {
      encoder: await open(files.vaeEncoder),
      unet: await open(files.unet),
      decoder: await open(files.vaeDecoder),
    }
    const at = (size: Size): SizeGraphs => {
      const key = `${size.width}x${size.height}`
      const known = bound.get(key) ?? bindSize(graphs, size, options)
      bound.set(key, known)
      return known
    }
    at(files)
    return { at, release }
  } catch (error) {
    await release()
    throw error
  }
}

function bindSize(
  graphs: Record<'encoder' | 'unet' | 'decoder', Graph>,
  size: Size,
  options: OnnxModelsOptions,
): SizeGraphs {
  const { encoder, unet, decoder } = graphs
  const encoding = bindImageEncoder(encoder, size, options.manifest)
  const feedUnet = bindUnet(unet, size, options.manifest)
  const decoding = bindImageDecoder(decoder, size, options.manifest)
  return {
    async encode(rgb, noise) {
      const output = await timedRun(options, 'vaeEncode', { graph: encoder, feeds: encoding.feed(rgb) })
      return encoding.read(output, noise)
    },
    async predict(input) {
      const { data } = await timedRun(options, 'unet', { graph: unet, feeds: feedUnet(input) })
      if (data instanceof Float32Array) return data
      throw new AppError(
        'model_unexpected_io',
        `${unet.path} gave something else than float32; export the model again`,
      )
    },
    async decode(latents) {
      return decoding.read(
        await timedRun(options, 'vaeDecode', { graph: decoder, feeds: decoding.feed(latents) }),
      )
    },
  }
}

/** Its rejection was already told to whoever opened it. */
async function releaseOpened(graphs: Promise<GraphSet>): Promise<void> {
  const opened = await graphs.catch(() => undefined)
  await opened?.release()
}

interface Run {
  readonly graph: Graph
  readonly feeds: Readonly<Record<string, TensorValue>>
}

async function timedRun(
  options: OnnxModelsOptions,
  stage: Stage,
  { graph, feeds }: Run,
): Promise<TensorValue> {
  const startedMs = performance.now()
  const [output] = await graph.run(feeds)
  options.onRun(stage, performance.now() - startedMs)
  if (output !== undefined) return output
  throw new AppError('model_unexpected_io', `${graph.path} gave no output; export the model again`)
}
