import { blurred, decodeImage, decodeMask, scaleRgb } from './codec.ts'
import type { PixelSize, Placement, RgbImage } from './codec.ts'
import type { JobMask } from './engine.ts'

/** Below this a blur changes no pixel, and the codec takes none. */
const LEAST_BLUR_PX = 0.3

interface Under {
  /** Encoded. */
  readonly sketch: Uint8Array
  readonly placement: Placement | undefined
  /** Of the picture that is answered. */
  readonly size: PixelSize
}

/**
 * The sketch, and what was painted where the mask says so; the whole picture was painted, so that both fit together.
 *
 * @returns [H,W,3] of `size`: sketch + (painted - sketch) * weight / 255, and outside of the mask the sketch to the bit
 */
export async function paintThrough(
  mask: JobMask,
  { sketch, placement, size }: Under,
  painted: RgbImage,
): Promise<RgbImage> {
  const sharpEdged = await decodeMask(mask.image, size, placement)
  const turned = mask.invert ? sharpEdged.map((weight) => 255 - weight) : sharpEdged
  const weights = mask.blurPx < LEAST_BLUR_PX ? turned : await blurred(turned, size, mask.blurPx)
  const below = await decodeImage(sketch, size, placement)
  const above = await scaleRgb(painted, size)
  const rgb = below.map((value, i) => {
    const weight = weights[Math.floor(i / 3)] ?? 0
    return Math.round(value + (((above[i] ?? 0) - value) * weight) / 255)
  })
  return { rgb, ...size }
}
