// Which noises one job draws, and from which generator.
import type { Size } from '../std/size.ts'
import { detailSeed, upsampleNoise } from './noise.ts'
import { latentGrid, ShapeError } from './shape.ts'

/** As `drawNoises`: `count` noises of `size` elements, float32, unit normal, of one generator. */
export type NoiseSupplier = (seed: number, size: number, count: number) => readonly Float32Array[]

export interface NoisePlan {
  /** Steps that run. */
  readonly count: number
  /** Elements of one noise. */
  readonly latentLength: number
  /** Whether a noise is drawn for the image's posterior, before all others. */
  readonly drawPosterior: boolean
  readonly base: NoiseBase | undefined
}

/** The smaller grid whose noise is kept. */
export interface NoiseBase {
  readonly grid: Size
  readonly length: number
  readonly scale: number
}

export interface JobNoises {
  /** [1,C,h,w] float32, unit normal; undefined where the posterior's mean is taken. */
  readonly posterior: Float32Array | undefined
  /** Each [1,C,h,w] float32, unit normal: the initial noise, then one per non-final step. */
  readonly noises: readonly Float32Array[]
}

/** In diffusers' order: the posterior's, the initial, then one per non-final step, all of one generator. */
export function noisesFor(plan: NoisePlan, seed: number, supply: NoiseSupplier): JobNoises {
  const { base, latentLength, drawPosterior } = plan
  const count = plan.count + (drawPosterior ? 1 : 0)
  const all =
    base === undefined || base.scale === 1
      ? supply(seed, latentLength, count)
      : upsampledNoises(base, {
          fresh: supply(detailSeed(seed), latentLength, count),
          low: supply(seed, base.length, count),
        })
  return drawPosterior ? { posterior: all[0], noises: all.slice(1) } : { posterior: undefined, noises: all }
}

function upsampledNoises(
  { grid, scale }: NoiseBase,
  { low, fresh }: { readonly low: readonly Float32Array[]; readonly fresh: readonly Float32Array[] },
): Float32Array[] {
  return low.map((noise, i) =>
    upsampleNoise({ low: noise, fresh: fresh[i] ?? new Float32Array(), lowGrid: grid, scale }),
  )
}

/** @throws ShapeError unless `noiseFrom` fits into `size` the same whole number of times on both sides. */
export function noiseBase(
  { latentChannels, downsample }: { readonly latentChannels: number; readonly downsample: number },
  size: Size,
  noiseFrom: Size | undefined,
): NoiseBase | undefined {
  if (noiseFrom === undefined) return undefined
  const grid = latentGrid('noiseFrom', noiseFrom, downsample)
  const scale = size.width / noiseFrom.width
  if (!Number.isInteger(scale) || noiseFrom.height * scale !== size.height) {
    const sizes = `${noiseFrom.width}x${noiseFrom.height} to ${size.width}x${size.height}`
    throw new ShapeError('noiseFrom', `noiseFrom ${sizes} is not one whole factor on both sides`)
  }
  return { grid, scale, length: latentChannels * grid.width * grid.height }
}
