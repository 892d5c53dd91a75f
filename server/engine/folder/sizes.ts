import type { PixelSize } from '../codec.ts'
import { AppError } from '../../../lib/std/errors.ts'
import type { HeaderPort } from './onnx-header.ts'

/** From here on the training sizes of SDXL stand for "half as long again". */
const LARGE = 1024
const LARGE_SIZES: readonly PixelSize[] = [
  { width: 1024, height: 1024 },
  { width: 1216, height: 832 },
  { width: 832, height: 1216 },
]

/** What CLIP-L's words are wide, the text encoder of SD1.x alone; SD2.x has 1024, SDXL 2048. */
const SD1_WORDS = 768
/** What SD1.5 itself was trained at, whatever a model made of it says: it is the quickest of all, and asks least memory. */
const SD1_SIZES: readonly PixelSize[] = [
  { width: 512, height: 512 },
  { width: 768, height: 512 },
  { width: 512, height: 768 },
]
/** Of SD1.x and SD2.x; SDXL has one less. */
const USUAL_LEVELS = 4

export interface SizeSource {
  readonly path: string
  /** The U-Net's `sample`. */
  readonly sample: HeaderPort
  /** Pixels per latent cell. */
  readonly downsample: number
  /** Width of the words it is fed, `undefined` where nothing tells. */
  readonly wordsWidth: number | undefined
  /** Resolutions of the U-Net, each with half the cells of the one before. */
  readonly levels: number | undefined
  /** unet/config.json's sample_size: latent cells of the size it was trained at, height first where there are two. */
  readonly trained: number | readonly [number, number] | null | undefined
}

/**
 * The sizes of a U-Net, the default first: the one of a graph whose sides are fixed; SD1.5's, and then the one that the
 * model was trained at; of all others the trained one, and half as long again each way.
 */
export function sizesOf(source: SizeSource): readonly PixelSize[] {
  const { path, sample, downsample, wordsWidth } = source
  const [, , height, width] = sample.shape
  if (typeof height === 'number' && typeof width === 'number')
    return [{ width: width * downsample, height: height * downsample }]
  if (typeof height === 'number' || typeof width === 'number') {
    const message = `${path}: sample has one fixed side of [${sample.shape.join(',')}], expected both or none; export it again`
    throw new AppError('model_unexpected_io', message)
  }
  const side = roundedSide(source)
  const trained = trainedSize(source, side)
  if (wordsWidth === SD1_WORDS)
    return SD1_SIZES.some((one) => isSame(one, trained)) ? SD1_SIZES : [...SD1_SIZES, trained]
  if (Math.max(trained.width, trained.height) >= LARGE) return LARGE_SIZES
  return [
    trained,
    { width: side(trained.width * 1.5), height: trained.height },
    { width: trained.width, height: side(trained.height * 1.5) },
  ]
}

/**
 * To what every level can halve. A trace keeps how it went from level to level: diffusers' takes the sizes of its skips
 * only where a side asks for it, so a graph that was traced at a side that halves fails at one that does not.
 */
function roundedSide({ downsample, levels = USUAL_LEVELS }: SizeSource): (px: number) => number {
  const multiple = downsample * 2 ** (levels - 1)
  return (px) => Math.max(1, Math.round(px / multiple)) * multiple
}

function trainedSize({ trained, downsample }: SizeSource, side: (px: number) => number): PixelSize {
  const [high, wide] = typeof trained === 'number' ? [trained, trained] : (trained ?? [64, 64])
  return { width: side(wide * downsample), height: side(high * downsample) }
}

function isSame(a: PixelSize, b: PixelSize): boolean {
  return a.width === b.width && a.height === b.height
}
