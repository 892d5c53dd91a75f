// Checks what the autoencoder's graphs take and give against the manifest, and adapts to what exporters do differently:
// images as bytes or floats, latents or their posterior.
import { nchwToRgb, rgbToNchw } from '../../../lib/lcm/pixels.ts'
import { latentsOfMoments } from '../../../lib/lcm/posterior.ts'
import type { Size } from '../../../lib/std/size.ts'
import { AppError } from '../../../lib/std/errors.ts'
import type { Manifest } from '../manifest.ts'
import { check, FLOAT, latentShape, only, unexpected, type Expected } from './port-checks.ts'
import type { Graph, TensorData, TensorValue } from './runtime.ts'

function imageExpected(size: Size, { image }: Manifest): Expected {
  return image.layout === 'uint8-hwc'
    ? { types: ['uint8'], shapes: [[1, size.height, size.width, 3]] }
    : { types: FLOAT, shapes: [[1, 3, size.height, size.width]] }
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
  check(graph, only(graph, graph.outputs, 'output'), { types: FLOAT, shapes })
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
  const { channels, scalingFactor, decoderScalingFactor = scalingFactor } = manifest.latents
  const dims = latentShape(channels, size, manifest).map(Number)
  const input = check(graph, only(graph, graph.inputs, 'input'), { types: FLOAT, shapes: [dims] })
  check(graph, only(graph, graph.outputs, 'output'), imageExpected(size, manifest))
  return {
    feed: (latents) => ({ [input.name]: { data: scaled(latents, 1 / decoderScalingFactor), dims } }),
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
