// The only importer of onnxruntime-node: opens graphs, tells what goes in and out of them, runs them. `run` blocks
// its thread for the whole run although it returns a promise, so only the engine's child process may come here.
import './no-float16-array.ts'
import './no-telemetry.ts'
import { dirname } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { AppError, messageOf } from '../../../lib/std/errors.ts'
import { isOutOfMemory, OUT_OF_MEMORY, PROVIDER_FAILED } from './device-errors.ts'
import { fromHalf, toHalf } from './half.ts'
import { orRelease } from './or-release.ts'

/** Element types the engine can make and read; float16 ports are fed from and read to float32. */
export type TensorData = Float32Array | Uint8Array | Int32Array | BigInt64Array

export interface TensorValue {
  readonly data: TensorData
  readonly dims: readonly number[]
}

/**
 * A float32 tensor on the device, of provider webgpu: the only one of which onnxruntime-node gives such tensors. It must
 * be released before the last graph of its process is.
 */
export class DeviceTensor {
  static #count = 0
  readonly tensor: Tensor

  /** @param tensor whose location is 'gpu-buffer'; its data cannot be asked for: that would end the process. */
  constructor(tensor: Tensor) {
    this.tensor = tensor
    DeviceTensor.#count += 1
  }

  /** For tests: how many there are in this process. */
  static get count(): number {
    return DeviceTensor.#count
  }

  /** To be called once. */
  release(): void {
    this.tensor.dispose()
    DeviceTensor.#count -= 1
  }
}

/** What goes into a run, by name. */
export type Feeds = Readonly<Record<string, TensorValue | DeviceTensor>>

/** One input or output of a graph. A dimension that is not fixed is a name. */
export interface Port {
  readonly name: string
  readonly type: string
  readonly shape: readonly (number | string)[]
}

export interface RuntimeOptions {
  /** An execution provider of onnxruntime: 'cpu', 'cuda', 'webgpu', 'dml', 'coreml'. */
  readonly provider: string
  /** Threads of one run. */
  readonly threads: number
  /** Told of every graph that was opened. */
  readonly onOpened?: (path: string) => void
}

/**
 * Threads that wait spin for 30 microseconds, then sleep. A graph has hundreds of nodes of tens of microseconds each, and falling
 * asleep between them cost a seventh of the frame: 84 ms asleep, 73 so, of pocket in int8 on two cores, and 91 and 86 beside
 * a browser's load on both (2026-11-22). Longer is faster alone and slower beside anything else: spinning for a millisecond
 * took 129 ms there, where sleeping at once took 87. Denormals would slow near-black areas.
 */
const SPIN = { allow_spinning: '1', spin_duration_us: '30', spin_backoff_max: '8' }
const SESSION_EXTRA = { session: { intra_op: SPIN, set_denormal_as_zero: '1' } }

/** An opened graph. */
export interface Graph {
  readonly path: string
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** The outputs named, in that order; default the first. Blocks this thread. */
  run(feeds: Feeds, wanted?: readonly string[]): Promise<readonly TensorValue[]>
  /** Writes the output named into a tensor of its shape, and does not wait until the device has. */
  runInto(into: DeviceTensor, feeds: Feeds, output: string): Promise<void>
  release(): Promise<void>
}

/**
 * Opens the graph at `path`; external weights are found beside it.
 * @param model instead of what the file holds.
 * @throws AppError `model_unloadable` naming the file, or `out_of_memory`; its runs throw `out_of_memory` and, but on
 *   cpu, `provider_failed`.
 */
export async function openGraph(path: string, runtime: RuntimeOptions, model?: Uint8Array): Promise<Graph> {
  const { provider, onOpened } = runtime
  const session = await openSession(path, runtime, model).catch((cause: unknown) => {
    throw unopened(path, provider, cause)
  })
  onOpened?.(path)
  const { inputs, outputs } = await orRelease(session, () => ({
    inputs: ports(session.inputMetadata),
    outputs: ports(session.outputMetadata),
  }))
  const halves = new Set(inputs.filter(({ type }) => type === 'float16').map(({ name }) => name))
  const run = (feeds: Feeds, fetches: InferenceSession.FetchesType) =>
    session.run(toTensors(feeds, halves), fetches).catch((cause: unknown) => {
      if (isOutOfMemory(cause)) throw outOfMemory(`${path} cannot be run`, provider, cause)
      // On cpu any other error is the model's own, and the sessions outlive it.
      if (provider === 'cpu') throw cause
      throw new AppError(PROVIDER_FAILED, `${path} on provider ${provider}: ${messageOf(cause)}`, { cause })
    })
  return {
    path,
    inputs,
    outputs,
    async run(feeds, wanted = outputs.slice(0, 1).map(({ name }) => name)) {
      const results = await run(feeds, wanted)
      return wanted.map((name) => fromTensor(name, results[name]))
    },
    async runInto({ tensor }, feeds, output) {
      const results = await run(feeds, { [output]: tensor })
      // Another view of the same tensor, which does not own it.
      for (const view of Object.values(results)) view.dispose()
    },
    release: () => session.release(),
  }
}

/** A graph whose one output, made anew at every run, stays on the device: of provider webgpu alone. */
export interface TensorMaker {
  make(feeds: Feeds): Promise<DeviceTensor>
  release(): Promise<void>
}

/** @throws what onnxruntime throws; its runs throw AppError `provider_failed` where the output does not stay. */
export async function openTensorMaker(model: Uint8Array, runtime: RuntimeOptions): Promise<TensorMaker> {
  const session = await InferenceSession.create(model, {
    ...sessionOptions(runtime),
    preferredOutputLocation: 'gpu-buffer',
  })
  return {
    async make(feeds) {
      const [made] = Object.values(await session.run(toTensors(feeds, new Set())))
      if (made?.location === 'gpu-buffer') return new DeviceTensor(made)
      throw new AppError(PROVIDER_FAILED, `provider ${runtime.provider} keeps no tensors on its device`)
    },
    release: () => session.release(),
  }
}

function unopened(path: string, provider: string, cause: unknown): AppError {
  const what = `${path} cannot be opened`
  if (isOutOfMemory(cause)) return outOfMemory(what, provider, cause)
  const other = provider === 'cpu' ? '' : ', or choose provider cpu'
  const message = `${what} on provider ${provider} (${messageOf(cause)}); install the model again${other}`
  return new AppError('model_unloadable', message, { cause })
}

function outOfMemory(what: string, provider: string, cause: unknown): AppError {
  const remedy = 'end other programs that use its memory, or choose a smaller model or another provider'
  const message = `${what} on provider ${provider}, which has no memory for it (${messageOf(cause)}); ${remedy}`
  return new AppError(OUT_OF_MEMORY, message, { cause })
}

function openSession(
  path: string,
  runtime: RuntimeOptions,
  model: Uint8Array | undefined,
): Promise<InferenceSession> {
  const options = sessionOptions(runtime)
  if (model === undefined) return InferenceSession.create(path, { ...options, extra: SESSION_EXTRA })
  // A graph in memory does not know its folder.
  const session = { ...SESSION_EXTRA.session, model_external_initializers_file_folder_path: dirname(path) }
  return InferenceSession.create(model, { ...options, extra: { session } })
}

function sessionOptions({ provider, threads }: RuntimeOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Memory kept between runs bought no time and doubled the resident set: 600 MB instead of 290 with three sizes open.
    enableCpuMemArena: false,
    enableMemPattern: false,
    logSeverityLevel: 3,
  }
}

function ports(metadata: readonly InferenceSession.ValueMetadata[]): Port[] {
  return metadata.map((value) => {
    if (value.isTensor) return { name: value.name, type: value.type, shape: value.shape }
    throw new AppError(
      'model_unexpected_io',
      `${value.name} is no tensor; the engine runs tensor graphs only`,
    )
  })
}

function toTensors(feeds: Feeds, halves: ReadonlySet<string>): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, value]) => [
      name,
      value instanceof DeviceTensor ? value.tensor : toTensor(value.data, value.dims, halves.has(name)),
    ]),
  )
}

function toTensor(data: TensorData, dims: readonly number[], isHalf: boolean): Tensor {
  if (isHalf && data instanceof Float32Array) return new Tensor('float16', toHalf(data), dims)
  if (data instanceof Float32Array) return new Tensor('float32', data, dims)
  if (data instanceof Uint8Array) return new Tensor('uint8', data, dims)
  if (data instanceof Int32Array) return new Tensor('int32', data, dims)
  return new Tensor('int64', data, dims)
}

function fromTensor(name: string, value: InferenceSession.ReturnType[string] | undefined): TensorValue {
  if (value instanceof Tensor) {
    const { data, dims } = value
    if (data instanceof Uint16Array && value.type === 'float16') return { data: fromHalf(data), dims }
    if (data instanceof Float32Array || data instanceof Uint8Array) return { data, dims }
  }
  throw new AppError(
    'model_unexpected_io',
    `Output ${name} is neither float32, float16 nor uint8; export the model again`,
  )
}
