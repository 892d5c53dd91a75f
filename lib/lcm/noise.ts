// Seeded unit normals that match torch's CPU generator, so a seed gives the picture diffusers gives for it.
// Sources: Matsumoto & Nishimura, MT19937; PyTorch `MT19937RNGEngine.h` and `DistributionTemplates.h`
// (BSD-3-Clause) for how bits become normals. CUDA generators use Philox and are not reproduced.
//
// Known values. Seed 0: -1.1258 -1.1524 -0.2506 -0.4339 0.8487 0.6920 -0.3160 -2.1152 (any size >= 16);
// seed 0, size 16384: sum -124.1130, last -1.0782; seed 42: 1.9269 1.4873 0.9007 -2.1055 0.6784 -1.2345.
import type { Size } from '../std/size.ts'
import { expectLength, expectSize, ShapeError } from './shape.ts'

const STATE_WORDS = 624
const SHIFT_WORDS = 397
const BLOCK = 16
const TWO_PI = 2 * Math.PI

/** MT19937 behind `torch.randn(..., generator=torch.Generator('cpu').manual_seed(seed))`, float32. */
export class TorchNormal {
  readonly #state = new Uint32Array(STATE_WORDS)
  #next = STATE_WORDS
  /** The unused half of a Box-Muller pair; torch keeps it across calls, on the small-size path only. */
  #cached: number | undefined

  /**
   * @param seed an integer from 0 to 2^53 - 1; torch's engine keeps its low 32 bits.
   * @throws ShapeError for any other seed.
   */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ShapeError(
        'seed',
        `seed is ${seed}; it must be an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
      )
    }
    let word = seed % 2 ** 32
    this.#state[0] = word
    for (let i = 1; i < STATE_WORDS; i++) {
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i) >>> 0
      this.#state[i] = word
    }
  }

  /**
   * The next `size` normals, float32. Sizes below 16 take torch's scalar path, which yields other values than
   * the same positions of a larger draw; larger sizes not divisible by 16 redraw their last 16.
   */
  draw(size: number): Float32Array {
    const out = new Float32Array(size)
    if (size < BLOCK) return out.map(() => this.#scalarNormal())
    for (let i = 0; i < size; i++) out[i] = this.#uniform24()
    for (let start = 0; start + BLOCK <= size; start += BLOCK) boxMuller(out.subarray(start, start + BLOCK))
    if (size % BLOCK === 0) return out
    const tail = out.subarray(size - BLOCK)
    for (let i = 0; i < BLOCK; i++) tail[i] = this.#uniform24()
    boxMuller(tail)
    return out
  }

  #scalarNormal(): number {
    if (this.#cached !== undefined) {
      const value = this.#cached
      this.#cached = undefined
      return value
    }
    const angle = TWO_PI * this.#uniform53()
    const radius = Math.sqrt(-2 * Math.log1p(-this.#uniform53()))
    this.#cached = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  #uniform24(): number {
    return (this.#word() & 0xffffff) / 2 ** 24
  }

  /** 53 of 64 bits; the first word is the high half. */
  #uniform53(): number {
    const high = this.#word() & 0x1fffff
    return (high * 2 ** 32 + this.#word()) / 2 ** 53
  }

  #word(): number {
    if (this.#next === STATE_WORDS) this.#twist()
    let y = this.#state[this.#next++] ?? 0
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  #twist(): void {
    const state = this.#state
    for (let i = 0; i < STATE_WORDS; i++) {
      const following = state[(i + 1) % STATE_WORDS] ?? 0
      const mixed = ((state[i] ?? 0) & 0x80000000) | (following & 0x7fffffff)
      const twisted = (mixed >>> 1) ^ (following & 1 ? 0x9908b0df : 0)
      state[i] = (state[(i + SHIFT_WORDS) % STATE_WORDS] ?? 0) ^ twisted
    }
    this.#next = 0
  }
}

/** In place: 16 uniforms [0,1) to 16 normals, torch pairing j with j + 8. */
function boxMuller(block: Float32Array): void {
  for (let j = 0; j < 8; j++) {
    const radius = Math.sqrt(-2 * Math.log(1 - (block[j] ?? 0)))
    const angle = TWO_PI * (block[j + 8] ?? 0)
    block[j] = radius * Math.cos(angle)
    block[j + 8] = radius * Math.sin(angle)
  }
}

/**
 * The noises of one job in diffusers' order: the initial noise, then one z per non-final step.
 * `count` is therefore the number of steps run. One generator feeds all of them.
 * @param size elements per noise: channels * grid height * grid width.
 * @returns `count` buffers of [1,C,h,w] float32, unit normal.
 * @throws ShapeError for a seed that is no integer from 0 to 2^53 - 1.
 * @NOTE A pipeline that samples the VAE posterior draws one more before these, from the same generator.
 */
export function drawNoises(seed: number, size: number, count: number): Float32Array[] {
  const normal = new TorchNormal(seed)
  return Array.from({ length: count }, () => normal.draw(size))
}

/**
 * The seed of the fresh detail in {@link upsampleNoise}. It must differ from the job's own: a stream begins
 * with the same values at every size, so the same seed would give detail that repeats the layout.
 */
export function detailSeed(seed: number): number {
  return ((seed % 2 ** 32) ^ 0x9e3779b9) >>> 0
}

export interface UpsampleNoiseInput {
  /** [1,C,h,w] unit normal: the noise whose layout is kept. */
  readonly low: Float32Array
  /** [1,C,h*scale,w*scale] unit normal, independent of `low`. */
  readonly fresh: Float32Array
  readonly lowGrid: Size
  /** Whole number >= 1, the same on both axes. */
  readonly scale: number
}

/**
 * Noise for a larger grid that agrees with `low` block by block:
 *   high = fresh - blockMean(fresh) + low / scale.
 * In a scale x scale block the first two terms have variance 1 - 1/scale^2 and covariance -1/scale^2; `low/scale`
 * adds 1/scale^2 to both, so the result is exactly independent unit normal, and its block sums are scale * low.
 * (Repeating `low` would be correlated, which the U-Net paints as squares; interpolating it loses variance.)
 * @returns a new [1,C,h*scale,w*scale] buffer.
 * @throws ShapeError for a scale that is no whole number or lengths that do not fit.
 */
export function upsampleNoise({ low, fresh, lowGrid, scale }: UpsampleNoiseInput): Float32Array {
  if (!Number.isInteger(scale) || scale < 1) {
    throw new ShapeError('scale', `scale is ${scale}; it must be a whole number of at least 1`)
  }
  expectSize('lowGrid', lowGrid)
  expectLength('fresh', fresh, low.length * scale * scale)
  const channels = low.length / (lowGrid.width * lowGrid.height)
  if (!Number.isInteger(channels))
    expectLength('low', low, Math.ceil(channels) * lowGrid.width * lowGrid.height)
  const shift = new Float64Array(low.length)
  const lowIndex = blockIndexer(lowGrid.width, scale)
  fresh.forEach((value, i) => {
    const at = lowIndex(i)
    shift[at] = (shift[at] ?? 0) - value / (scale * scale)
  })
  low.forEach((value, i) => {
    shift[i] = (shift[i] ?? 0) + value / scale
  })
  return fresh.map((value, i) => value + (shift[lowIndex(i)] ?? 0))
}

/** High-resolution flat index to the flat index of its block; channels stack as extra rows in NCHW. */
function blockIndexer(lowWidth: number, scale: number): (index: number) => number {
  const highWidth = lowWidth * scale
  return (index) => {
    const row = Math.floor(index / highWidth)
    const column = index - row * highWidth
    return Math.floor(row / scale) * lowWidth + Math.floor(column / scale)
  }
}
