// Checks what a graph takes and gives against the manifest, and adapts to what exporters do differently: the
// timestep's type and rank, the width of token ids, images as bytes or floats.
import { latentsOfMoments, nchwToRgb, rgbToNchw, type Size } from '../../../lib/lcm/index.ts'
import { AppError } from '../../../lib/std/errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Graph, Port, TensorData, TensorValue } from './runtime.ts'

type Dim = number | string

interface Expected {
  readonly types: readonly string[]
  /** Names stand for any size. */
  readonly shapes: readonly (readonly Dim[])[]
}

function describe(type: string, shape: readonly Dim[]): string {
  return `${type}[${shape.join(',')}]`
}

function unexpected(graph: Graph, what: string): AppError {
  const message = `${graph.path}: ${what}; correct manifest.json, or export the model again`
  return new AppError('model_unexpected_io', message)
}

function fits(shape: readonly Dim[], expected: readonly Dim[]): boolean {
  if (shape.length !== expected.length) return false
  return shape.every(
    (dim, i) => typeof dim === 'string' || typeof expected[i] === 'string' || dim === expected[i],
  )
}

function check(graph: Graph, port: Port, { types, shapes }: Expected): Port {
  if (types.includes(port.type) && shapes.some((shape) => fits(port.shape, shape))) return port
  const wanted = shapes.map((shape) => describe(types.join('|'), shape)).join(' or ')
  throw unexpected(graph, `${port.name} is ${describe(port.type, port.shape)}, expected ${wanted}`)
}

function only(graph: Graph, ports: readonly Port[], kind: string): Port {
  const [first] = ports
  if (first !== undefined && (ports.length === 1 || kind === 'output')) return first
  const names = ports.map(({ name }) => name).join(', ')
  throw unexpected(graph, `has ${kind}s ${names === '' ? 'none' : names}, expected exactly one ${kind}`)
}

function latentShape(channels: number, size: Size, { latents }: Manifest): readonly Dim[] {
  return [1, channels, size.height / latents.downsample, size.width / latents.downsample]
}

function imageExpected(size: Size, { image }: Manifest): Expected {
  return image.layout === 'uint8-hwc'
    ? { types: ['uint8'], shapes: [[1, size.height, size.width, 3]] }
    : { types: ['float32'], shapes: [[1, 3, size.height, size.width]] }
}

/** How token ids enter: [1,maxLength] int32 or int64. */
export function bindTextEncoder(
  graph: Graph,
  { tokenizer }: Manifest,
): (ids: readonly number[]) => Record<string, TensorValue> {
  const shape = [1, tokenizer.maxLength]
  const input = check(graph, only(graph, graph.inputs, 'input'), {
    types: ['int64', 'int32'],
    shapes: [shape],
  })
  check(graph, only(graph, graph.outputs, 'output'), {
    types: ['float32'],
    shapes: [[1, tokenizer.maxLength, 'width']],
  })
  return (ids) => ({
    [input.name]: {
      data: input.type === 'int32' ? Int32Array.from(ids) : BigInt64Array.from(ids, BigInt),
      dims: shape,
    },
  })
}

export interface UnetFeed {
  readonly sample: Float32Array
  readonly timestep: number
  readonly prompt: TensorValue
  readonly timestepCond: Float32Array | undefined
}

/** How a U-Net is fed; diffusers' names: sample, timestep, encoder_hidden_states and, if distilled with it, timestep_cond. */
export function bindUnet(
  graph: Graph,
  size: Size,
  manifest: Manifest,
): (feed: UnetFeed) => Record<string, TensorValue> {
  const { latents, guidance, tokenizer } = manifest
  const channels = latents.channels * (latents.imageLatents === 'concat' ? 2 : 1)
  const shape = latentShape(channels, size, manifest).map(Number)
  const expected: Record<string, Expected> = {
    sample: { types: ['float32'], shapes: [shape] },
    timestep: { types: ['float32', 'int64', 'int32'], shapes: [[], [1]] },
    encoder_hidden_states: { types: ['float32'], shapes: [[1, tokenizer.maxLength, 'width']] },
    ...(guidance.embedding ? { timestep_cond: { types: ['float32'], shapes: [[1, guidance.dim]] } } : {}),
  }
  checkNames(graph, Object.keys(expected))
  const ports = new Map(
    graph.inputs.map((port) => [
      port.name,
      check(graph, port, expected[port.name] ?? { types: [], shapes: [] }),
    ]),
  )
  check(graph, only(graph, graph.outputs, 'output'), {
    types: ['float32'],
    shapes: [latentShape(latents.channels, size, manifest)],
  })
  const timestep = ports.get('timestep')
  return (feed) => ({
    sample: { data: feed.sample, dims: shape },
    timestep: {
      data: numberOfType(timestep?.type, feed.timestep),
      dims: timestep?.shape.length === 0 ? [] : [1],
    },
    encoder_hidden_states: feed.prompt,
    ...(feed.timestepCond === undefined
      ? {}
      : { timestep_cond: { data: feed.timestepCond, dims: [1, guidance.dim] } }),
  })
}

function checkNames(graph: Graph, expected: readonly string[]): void {
  const found = graph.inputs.map(({ name }) => name)
  if (found.length === expected.length && expected.every((name) => found.includes(name))) return
  throw unexpected(graph, `has inputs ${found.join(', ')}, expected ${expected.join(', ')}`)
}

function numberOfType(type: string | undefined, value: number): TensorData {
  if (type === 'int64') return BigInt64Array.of(BigInt(value))
  return type === 'int32' ? Int32Array.of(value) : Float32Array.of(value)
}

export interface ImageEncoderBinding {
  feed(rgb: Uint8Array): Record<string, TensorValue>
  /** The graph's own output to the loop's [1,C,h,w] scaled latents: drawn with `noise`, or the mean without. */
  read(output: TensorValue, noise?: Float32Array): Float32Array
}

/** Accepts graphs that give the latents, or the mean and log-variance of their posterior (2C channels). */
export function bindImageEncoder(graph: Graph, size: Size, manifest: Manifest): ImageEncoderBinding {
  const { channels, scalingFactor } = manifest.latents
  const input = check(graph, only(graph, graph.inputs, 'input'), imageExpected(size, manifest))
  const moments = latentShape(2 * channels, size, manifest)
  const drawn = manifest.latents.posterior === 'sample'
  const shapes = drawn ? [moments] : [latentShape(channels, size, manifest), moments]
  check(graph, only(graph, graph.outputs, 'output'), { types: ['float32'], shapes })
  const length = latentShape(channels, size, manifest).reduce<number>(
    (product, dim) => product * Number(dim),
    1,
  )
  return {
    feed: (rgb) => ({
      [input.name]:
        input.type === 'uint8'
          ? { data: rgb, dims: [1, size.height, size.width, 3] }
          : { data: rgbToNchw(rgb, size), dims: [1, 3, size.height, size.width] },
    }),
    read: (output, noise) =>
      scaled(latentsOf(graph, floats(graph, output), { length, noise }), scalingFactor),
  }
}

function latentsOf(
  graph: Graph,
  output: Float32Array,
  { length, noise }: { readonly length: number; readonly noise: Float32Array | undefined },
): Float32Array {
  if (output.length === 2 * length) return latentsOfMoments(output, noise)
  if (output.length === length && noise === undefined) return output
  const given = `gave ${output.length} values, expected ${2 * length}`
  const remedy = "the mean and log-variance that latents.posterior 'sample' draws from"
  throw unexpected(graph, noise === undefined ? `${given} or ${length}` : `${given}: ${remedy}`)
}

export interface ImageDecoderBinding {
  feed(latents: Float32Array): Record<string, TensorValue>
  /** [H,W,3] RGB uint8. @throws AppError `internal` for values that are not finite, or nothing but black. */
  read(output: TensorValue): Uint8Array
}

export function bindImageDecoder(graph: Graph, size: Size, manifest: Manifest): ImageDecoderBinding {
  const { channels, scalingFactor } = manifest.latents
  const dims = latentShape(channels, size, manifest).map(Number)
  const input = check(graph, only(graph, graph.inputs, 'input'), { types: ['float32'], shapes: [dims] })
  check(graph, only(graph, graph.outputs, 'output'), imageExpected(size, manifest))
  return {
    feed: (latents) => ({ [input.name]: { data: scaled(latents, 1 / scalingFactor), dims } }),
    read: ({ data }) =>
      notBlack(graph, data instanceof Uint8Array ? data : nchwToRgb(finite(graph, data), size)),
  }
}

function floats(graph: Graph, { data }: TensorValue): Float32Array {
  if (data instanceof Float32Array) return data
  throw unexpected(graph, 'gave something else than float32')
}

function finite(graph: Graph, data: TensorData): Float32Array {
  const values = floats(graph, { data, dims: [] })
  if (values.every(Number.isFinite)) return values
  throw new AppError('internal', `${graph.path} produced values that are not finite; run it in float32`)
}

/** Numbers that overflowed inside a graph that gives bytes come out as zeros; a painted picture has a pixel that is not. */
function notBlack(graph: Graph, rgb: Uint8Array): Uint8Array {
  if (rgb.some((value) => value !== 0)) return rgb
  throw new AppError(
    'internal',
    `${graph.path} gave an entirely black picture: its numbers overflowed; run it in float32 or on provider cpu`,
  )
}

function scaled(values: Float32Array, factor: number): Float32Array {
  return factor === 1 ? values : values.map((value) => value * factor)
}
