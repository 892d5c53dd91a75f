// lib/lcm's `Models` over ONNX graphs: opens a size when it is first drawn in, remembers prompts, times every run.
import { join } from 'node:path'
import type { Models, PredictInput } from '../../../lib/lcm/models.ts'
import type { Size } from '../../../lib/std/size.ts'
import { AppError } from '../../../lib/std/errors.ts'
import { memoizePromise } from '../lru.ts'
import type { Manifest, SizeFiles } from '../manifest.ts'
import { defaultBudgetBytes, graphBytes } from '../graph-memory.ts'
import { DeviceLatents, type DeviceUnet } from './device-latents.ts'
import { GraphCache, type Openable } from './graph-cache.ts'
import { orRelease } from './or-release.ts'
import { bindImageDecoder, bindImageEncoder } from './ports.ts'
import { openImageEncoder, openRepeatable } from './repeatable.ts'
import type { Feeds, Graph, RuntimeOptions, TensorValue } from './runtime.ts'
import { openTextEncoders } from './text-encoders.ts'
import { timed, type OnRun, type Stage } from './timed.ts'
import { bindUnet } from './unet-ports.ts'

/** The prompts people switch between, at a few dozen kB each. */
const PROMPTS = 64

export interface OnnxModelsOptions extends RuntimeOptions {
  readonly modelDir: string
  readonly manifest: Manifest
  readonly onRun?: OnRun
  /** Bytes the graphs of all open sizes may take, estimated; default half of the memory. */
  readonly memoryBudgetBytes?: number
}

export interface OnnxModels extends Models {
  /** The same models, telling another listener. */
  heardBy(onRun: OnRun): Models
  /** One U-Net call for rows of one size, filled up to `bucket`; one output each. */
  predictRows(rows: readonly PredictInput[], bucket: number): Promise<Float32Array[]>
  /** Why the U-Net takes one row at a time; `undefined` when it takes any number. */
  readonly alone: string | undefined
  /** Opens the graphs of `size` unless they are open. */
  open(size: Size): Promise<void>
  /** Sets of graphs that are open now. */
  readonly openSizes: number
  release(): Promise<void>
}

/** The three graphs as seen at one size. */
interface SizeGraphs {
  readonly alone: string | undefined
  encode(rgb: Uint8Array, noise: Float32Array | undefined): Promise<Float32Array>
  predict(rows: readonly PredictInput[], bucket: number): Promise<Float32Array[]>
  /** The U-Net with tensors on the device; `undefined` where it takes none. */
  readonly onDevice: DeviceUnet | undefined
  decode(latents: Float32Array): Promise<Uint8Array>
}

/** Opened graphs; those whose sides are not fixed serve several sizes. */
interface GraphSet {
  at(size: Size, onRun: OnRun): SizeGraphs
  release(): Promise<void>
}

/**
 * Opens the text encoder and the default size.
 * @throws AppError `model_unloadable` or `model_unexpected_io`, naming the file.
 */
export async function openModels(options: OnnxModelsOptions): Promise<OnnxModels> {
  const { manifest, onRun: unheard = () => undefined } = options
  const text = await openTextEncoders(options)
  const { at, cache } = atSizes(options)
  let asking = unheard
  const device = deviceLatents(options, at)
  const prompts = memoizePromise(PROMPTS, (prompt) => text.encode(prompt, asking))
  const heardBy = (onRun: OnRun): Models => ({
    ...traits(manifest),
    encodePrompt(prompt) {
      // Who asks first is told how long it took; the others find it done.
      asking = onRun
      return prompts(prompt)
    },
    encodeImage: (rgb, size, noise) => at(size, onRun, (graphs) => graphs.encode(rgb, noise)),
    predict: async (input) => only(await at(input.size, onRun, (graphs) => graphs.predict([input], 1))),
    decodeImage: (latents, size) => at(size, onRun, (graphs) => graphs.decode(latents)),
    hold: (size) => device.hold(size, onRun),
  })
  const release = async () => {
    await device.release()
    await cache.clear()
    await text.release()
  }
  const { alone } = await orRelease({ release }, () =>
    at(manifest.defaults, unheard, async (graphs) => graphs),
  )
  return {
    ...heardBy(unheard),
    heardBy,
    alone,
    predictRows: (rows, bucket) => at(only(rows).size, unheard, (graphs) => graphs.predict(rows, bucket)),
    open: (size) => at(size, unheard, async () => undefined),
    get openSizes() {
      return cache.size
    },
    release,
  }
}

type AtSize = <T>(size: Size, onRun: OnRun, work: (graphs: SizeGraphs) => T | Promise<T>) => Promise<T>

/** Runs something with the graphs of a size, opened when they are first needed. */
function atSizes(options: OnnxModelsOptions) {
  const cache = new GraphCache<GraphSet>({
    budgetBytes: options.memoryBudgetBytes ?? defaultBudgetBytes(1),
    close: (graphs) => graphs.release(),
  })
  const { sizes } = options.manifest.files
  const wanted = new Map(sizes.map((files) => [nameOf(files), openable(files, options)]))
  const at: AtSize = async (size, onRun, work) => {
    const graphs = wanted.get(nameOf(size))
    if (graphs !== undefined) return cache.use(graphs, (set) => work(set.at(size, onRun)))
    throw new AppError('internal', `The model has no size ${nameOf(size)}; render in the nearest one`)
  }
  return { cache, at }
}

/** A place for the latents of pictures on the device, made when the first is asked for. */
function deviceLatents(options: OnnxModelsOptions, at: AtSize) {
  let opened: Promise<DeviceLatents> | undefined
  return {
    async hold(size: Size, onRun: OnRun) {
      const unet = await at(size, onRun, ({ onDevice }) => onDevice)
      if (unet === undefined) return undefined
      opened ??= DeviceLatents.open(options.manifest.latents.imageLatents, options)
      const runInto: DeviceUnet['runInto'] = (output, input) =>
        at(size, onRun, ({ onDevice }) => onDevice?.runInto(output, input))
      return (await opened).hold({ ...unet, runInto }, (run) => timed(onRun, 'unet', run))
    },
    release: async () => (await opened?.catch(() => undefined))?.release(),
  }
}

function traits({ latents, guidance }: Manifest) {
  return {
    latentChannels: latents.channels,
    downsample: latents.downsample,
    imageLatents: latents.imageLatents,
    timestepCondDim: guidance.embedding ? guidance.dim : 0,
    ...(guidance.negative === undefined ? {} : { negative: guidance.negative }),
    posterior: latents.posterior,
  }
}

function only<T>([first]: readonly T[]): T {
  if (first !== undefined) return first
  throw new AppError('internal', 'A U-Net call had no row')
}

const nameOf = ({ width, height }: Size): string => `${width}x${height}`

/** Sizes of the same three files share one set. */
function openable(files: SizeFiles, options: OnnxModelsOptions): Openable<GraphSet> {
  const { modelDir, provider } = options
  const names = [files.unet, files.vaeEncoder, files.vaeDecoder]
  return {
    key: names.join('|'),
    get bytes() {
      const paths = names.map((name) => join(modelDir, name))
      return graphBytes(paths, provider)
    },
    open: () => openGraphs(files, options),
  }
}

async function openGraphs(files: SizeFiles, options: OnnxModelsOptions): Promise<GraphSet> {
  const opened: Graph[] = []
  const open = async (file: string, how = openRepeatable): Promise<Graph> => {
    const graph = await how(join(options.modelDir, file), options)
    opened.push(graph)
    return graph
  }
  const release = async () => void (await Promise.all(opened.map((graph) => graph.release())))
  const bound = new Map<string, (onRun: OnRun) => SizeGraphs>()
  try {
    const graphs = {
      encoder: await open(files.vaeEncoder, openImageEncoder),
      unet: await open(files.unet),
      decoder: await open(files.vaeDecoder),
    }
    const at = (size: Size, onRun: OnRun): SizeGraphs => {
      const known = bound.get(nameOf(size)) ?? bindSize(graphs, size, options.manifest)
      bound.set(nameOf(size), known)
      return known(onRun)
    }
    at(files, () => undefined)
    return { at, release }
  } catch (error) {
    await release()
    throw error
  }
}

function bindSize(
  graphs: Record<'encoder' | 'unet' | 'decoder', Graph>,
  size: Size,
  manifest: Manifest,
): (onRun: OnRun) => SizeGraphs {
  const { encoder, unet, decoder } = graphs
  const encoding = bindImageEncoder(encoder, size, manifest)
  const denoising = bindUnet(unet, size, manifest)
  const decoding = bindImageDecoder(decoder, size, manifest)
  const { alone, deviceRow: row } = denoising
  return (onRun) => ({
    alone,
    async encode(rgb, noise) {
      const output = await timedRun(onRun, 'vaeEncode', { graph: encoder, feeds: encoding.feed(rgb) })
      return encoding.read(output, noise)
    },
    async predict(rows, bucket) {
      const feeds = denoising.feed(rows, bucket)
      return denoising.read(await timedRun(onRun, 'unet', { graph: unet, feeds }), rows.length)
    },
    onDevice: row && {
      ...row,
      runInto: (output, input) =>
        timed(onRun, 'unet', () => unet.runInto(output, row.feed(input), row.outputName)),
    },
    async decode(latents) {
      return decoding.read(
        await timedRun(onRun, 'vaeDecode', { graph: decoder, feeds: decoding.feed(latents) }),
      )
    },
  })
}

interface Run {
  readonly graph: Graph
  readonly feeds: Feeds
}

async function timedRun(onRun: OnRun, stage: Stage, { graph, feeds }: Run): Promise<TensorValue> {
  const [output] = await timed(onRun, stage, () => graph.run(feeds))
  if (output !== undefined) return output
  throw new AppError('model_unexpected_io', `${graph.path} gave no output; export the model again`)
}
