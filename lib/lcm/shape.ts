// Sizes and length checks shared by lib/lcm. Every exported function checks its buffers here once,
// so the `?? 0` in inner loops only satisfies the compiler: it is never reached.
import type { Size } from '../std/size.ts'

/** A buffer or size does not fit the others it is used with. `field` names the offending argument. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError'
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** @throws ShapeError unless `buffer` holds exactly `expected` elements. */
export function expectLength(field: string, buffer: ArrayLike<number>, expected: number): void {
  if (buffer.length === expected) return
  throw new ShapeError(field, `${field} has ${buffer.length} elements, expected ${expected}`)
}

/** @throws ShapeError unless both sides are positive multiples of `multiple`. */
export function expectSize(field: string, size: Size, multiple = 1): void {
  for (const side of [size.width, size.height]) {
    if (Number.isInteger(side) && side > 0 && side % multiple === 0) continue
    throw new ShapeError(
      field,
      `${field} is ${size.width}x${size.height}; both sides must be positive multiples of ${multiple}`,
    )
  }
}

/** Pixels to latent cells. @throws ShapeError unless both sides are positive multiples of `downsample`. */
export function latentGrid(field: string, sizePx: Size, downsample: number): Size {
  expectSize(field, sizePx, downsample)
  return { width: sizePx.width / downsample, height: sizePx.height / downsample }
}
