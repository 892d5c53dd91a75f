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

/** How often `from` fits into `to` on both sides; `undefined` unless it is one whole number. */
export function wholeFactor(from: PixelSize, to: PixelSize): number | undefined {
  const factor = to.width / from.width
  return Number.isInteger(factor) && from.height * factor === to.height ? factor : undefined
}
