import type { PixelSize } from '../codec.ts'
import { AppError } from '../../../lib/std/errors.ts'
import type { HeaderPort } from './onnx-header.ts'

/** From here on the training sizes of SDXL stand for "half as long again". */
const LARGE = 1024
const LARGE_SIZES = [
  { width: 1024, height: 1024 },
  { width: 1216, height: 832 },
  { width: 832, height: 1216 },
]

export interface SizeSource {
  readonly path: string
  /** The U-Net's `sample`. */
  readonly sample: HeaderPort
  /** Pixels per latent cell. */
  readonly downsample: number
  /** unet/config.json's sample_size: latent cells of the size it was trained at. */
  readonly trained: number | readonly [number, number] | null | undefined
}

/** The one size of a graph whose sides are fixed; else the trained size, and half as long again each way. */
export function sizesOf({ path, sample, downsample, trained }: SizeSource): readonly PixelSize[] {
  const [, , height, width] = sample.shape
  if (typeof height === 'number' && typeof width === 'number')
    return [{ width: width * downsample, height: height * downsample }]
  if (typeof height === 'number' || typeof width === 'number') {
    const message = `${path}: sample has one fixed side of [${sample.shape.join(',')}], expected both or none; export it again`
    throw new AppError('model_unexpected_io', message)
  }
  const cells = typeof trained === 'number' ? trained : (trained?.[0] ?? 64)
  const side = cells * downsample
  if (side >= LARGE) return LARGE_SIZES
  const long = Math.round((side * 1.5) / downsample) * downsample
  return [
    { width: side, height: side },
    { width: long, height: side },
    { width: side, height: long },
  ]
}
