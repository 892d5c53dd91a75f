import type { PixelSize } from './codec.ts'

/** Shapes closer than this are the same shape, and the area decides. */
const SAME_SHAPE = 1e-3

/** The size of `sizes` nearest to `asked`: by aspect ratio, then by area. `sizes` must not be empty. */
export function nearestBucket<T extends PixelSize>(sizes: readonly T[], asked: PixelSize): T {
  const ranked = sizes.map((size) => ({
    size,
    shape: Math.abs(Math.log((size.width * asked.height) / (size.height * asked.width))),
    area: Math.abs(Math.log((size.width * size.height) / (asked.width * asked.height))),
  }))
  ranked.sort((a, b) => (Math.abs(a.shape - b.shape) < SAME_SHAPE ? a.area - b.area : a.shape - b.shape))
  const best = ranked[0]
  if (best === undefined) throw new RangeError('A model must have at least one size')
  return best.size
}

/**
 * The bucket whose noise a job rendered in `rendered` can continue: that of `from`, where it fits in the same whole number
 * of times on both sides. What was asked for says nothing of that: each size is rendered in the nearest bucket.
 */
export function noiseBucket<T extends PixelSize>(
  sizes: readonly T[],
  from: PixelSize | undefined,
  rendered: PixelSize,
): T | undefined {
  if (from === undefined) return undefined
  const bucket = nearestBucket(sizes, from)
  const factor = rendered.width / bucket.width
  return Number.isInteger(factor) && bucket.height * factor === rendered.height ? bucket : undefined
}
