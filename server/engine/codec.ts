// Image bytes to raw RGB and back; the only importer of sharp. What a file claims to be is never believed: its
// magic bytes choose the decoder, its header is judged before a single pixel is unpacked.
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { ImageCodec } from '../../lib/protocol/control.ts'
import { sniffCodec } from '../../lib/protocol/image-bytes.ts'
import { messageOf } from '../../lib/std/errors.ts'
import type { Size } from '../../lib/std/size.ts'
import { EngineError } from './engine.ts'
import type { ImageFit } from './engine.ts'

/** Largest picture that is unpacked, in pixels: 30000x30000 fits in 100 kB of PNG and would need 2.7 GB. */
export const MAX_IMAGE_PIXELS = 4096 * 4096

// No picture is ever decoded twice, and a 256x256 one is too small to share between threads.
sharp.cache(false)
sharp.concurrency(1)

/** In pixels, where there are latent cells too. */
export type PixelSize = Size

/** [height,width,3] RGB uint8. */
export interface RgbImage extends PixelSize {
  readonly rgb: Uint8Array
}

export interface EncodeOptions {
  readonly codec: ImageCodec
  /** 1..100, for JPEG and WebP. */
  readonly quality: number
  /** Scaled to exactly this; default: as it is. */
  readonly size?: PixelSize
}

/** Where the pixels of a picture go in a frame of another shape. */
export interface Placement {
  readonly fit: ImageFit
  /** The shape it is fitted to; only then comes the size of the model, whose shape may be another still. */
  readonly shape: PixelSize
}

/**
 * JPEG, PNG or WebP bytes -> [H,W,3] sRGB uint8 of exactly `size`, stretched (Lanczos) where the shapes differ
 * unless `placement` says otherwise, turned as EXIF says, transparency laid on white.
 * @throws EngineError `unsupported_image` (CMYK and 16-bit too), `image_too_large` or `broken_image`, each with field `image`.
 */
export async function decodeImage(
  bytes: Uint8Array,
  size: PixelSize,
  placement?: Placement,
): Promise<Uint8Array> {
  return await decode(bytes, { size, placement }, async (placed) => {
    const { data, info } = await toRgb(placed).toBuffer({ resolveWithObject: true })
    return info.channels === 3 ? data : greyToRgb(data)
  })
}

/**
 * JPEG, PNG or WebP bytes -> [H,W] uint8 of exactly `size`: how white it is; where the picture has transparent places, how
 * opaque, which is how AUTOMATIC1111 reads masks.
 * @throws EngineError as `decodeImage`, with field `mask`.
 */
export async function decodeMask(
  bytes: Uint8Array,
  size: PixelSize,
  placement?: Placement,
): Promise<Uint8Array> {
  try {
    return await decode(bytes, { size, placement }, async (placed) => {
      const raw = placed.ensureAlpha().toColourspace('srgb').raw({ depth: 'uchar' })
      const { data, info } = await raw.toBuffer({ resolveWithObject: true })
      return weightsOf(data, info.channels)
    })
  } catch (cause) {
    if (!(cause instanceof EngineError)) throw cause
    const message = cause.message.replace('image', 'mask')
    throw new EngineError(cause.code, message, { ...cause.place, field: 'mask', cause })
  }
}

/** How pixels are found between those there are. */
export type Kernel = 'lanczos3' | 'nearest'

export interface ResampleOptions {
  readonly size: PixelSize
  readonly fit: ImageFit
  readonly kernel: Kernel
}

/**
 * JPEG, PNG or WebP bytes -> PNG of exactly `size`, turned as EXIF says, transparency kept.
 * @throws EngineError as `decodeImage`.
 */
export async function resampleImage(
  bytes: Uint8Array,
  { size, fit, kernel }: ResampleOptions,
): Promise<Uint8Array> {
  return await decode(bytes, { size, placement: { fit, shape: size }, kernel }, (placed) =>
    placed.toColourspace('srgb').png({ compressionLevel: 3 }).toBuffer(),
  )
}

/** Pixels whose last channel is opacity -> one weight each. */
function weightsOf(pixels: Uint8Array, channels: number): Uint8Array {
  const weights = new Uint8Array(pixels.length / channels)
  const at = (i: number, channel: number) => pixels[i * channels + channel] ?? 0
  const alpha = weights.map((_, i) => at(i, channels - 1))
  if (alpha.some((value) => value < 255)) return alpha
  if (channels === 2) return weights.map((_, i) => at(i, 0))
  // Rec. 601, as Pillow makes grey.
  return weights.map((_, i) => Math.round(0.299 * at(i, 0) + 0.587 * at(i, 1) + 0.114 * at(i, 2)))
}

/** [H,W] uint8 with soft edges. @param sigma standard deviation in pixels, above 0.3 */
export async function blurred(weights: Uint8Array, { width, height }: PixelSize, sigma: number) {
  const raw = sharp(weights, { raw: { width, height, channels: 1 } }).blur(sigma)
  return new Uint8Array(await raw.toColourspace('b-w').raw().toBuffer())
}

/** [H,W,3] RGB uint8 -> the same at exactly `size`. */
export async function scaleRgb(image: RgbImage, size: PixelSize): Promise<Uint8Array> {
  return await scaled(image, size).raw().toBuffer()
}

async function decode<T>(bytes: Uint8Array, target: Target, read: (placed: Sharp) => Promise<T>): Promise<T> {
  const codec = sniffCodec(bytes)
  if (codec === undefined) throw unsupported(bytes)
  try {
    // metadata() reads the header only, so here the cap can be lifted to tell "too large" from "damaged".
    const metadata = await sharp(bytes, { limitInputPixels: false }).metadata()
    checkPixels(metadata)
    checkColours(metadata)
    const input = sharp(bytes, {
      failOn: 'truncated',
      limitInputPixels: MAX_IMAGE_PIXELS,
      sequentialRead: true,
    })
    return await read(place(input.rotate(), metadata.autoOrient, target))
  } catch (cause) {
    if (cause instanceof EngineError) throw cause
    const message = `The ${codec.toUpperCase()} image is damaged or cut short (${firstLine(cause)}); send it again in full`
    const place = { field: 'image', value: `${bytes.length} bytes`, range: `a whole ${codec.toUpperCase()}` }
    throw new EngineError('broken_image', message, { ...place, cause })
  }
}

function toRgb(input: Sharp): Sharp {
  return input.flatten({ background: '#ffffff' }).toColourspace('srgb').raw({ depth: 'uchar' })
}

interface Target {
  readonly size: PixelSize
  readonly placement: Placement | undefined
  /** Default Lanczos. */
  readonly kernel?: Kernel
}

/** @param source size of the picture once it is turned */
function place(input: Sharp, source: PixelSize, { size, placement, kernel }: Target): Sharp {
  const { fit, shape } = placement ?? { fit: 'stretch', shape: size }
  const scales = [shape.width / source.width, shape.height / source.height] as const
  if (fit === 'crop')
    return stretched(input.extract(middle(source, shape, Math.max(...scales))), size, kernel)
  if (fit === 'stretch') return stretched(input, size, kernel)
  const scale = Math.min(...scales)
  const inner = {
    width: within((source.width * scale * size.width) / shape.width, size.width),
    height: within((source.height * scale * size.height) / shape.height, size.height),
  }
  const left = Math.floor((size.width - inner.width) / 2)
  const top = Math.floor((size.height - inner.height) / 2)
  const right = size.width - inner.width - left
  const bottom = size.height - inner.height - top
  return stretched(input, inner, kernel).extend({ left, right, top, bottom, extendWith: 'copy' })
}

function stretched(input: Sharp, { width, height }: PixelSize, kernel: Kernel = 'lanczos3'): Sharp {
  return input.resize(width, height, { fit: 'fill', kernel })
}

/** The largest part of `source` that has the shape asked for. */
function middle(source: PixelSize, shape: PixelSize, scale: number) {
  const width = within(shape.width / scale, source.width)
  const height = within(shape.height / scale, source.height)
  const left = Math.floor((source.width - width) / 2)
  return { left, top: Math.floor((source.height - height) / 2), width, height }
}

function within(px: number, most: number): number {
  return Math.min(most, Math.max(1, Math.round(px)))
}

function checkPixels({ width, height }: Metadata): void {
  if (width * height <= MAX_IMAGE_PIXELS) return
  const message = `The image has ${width}x${height} pixels; send at most ${MAX_IMAGE_PIXELS} (4096x4096)`
  const place = { field: 'image', value: `${width}x${height}`, range: `0..${MAX_IMAGE_PIXELS} pixels` }
  throw new EngineError('image_too_large', message, place)
}

/** What a browser never sends: ink colours, whose RGB is anyone's guess, and depths that only editors keep. */
function checkColours({ space, depth, format }: Metadata): void {
  const found = space === 'cmyk' ? 'CMYK' : depth === 'uchar' ? undefined : '16 bits per channel'
  if (found === undefined) return
  const colours = space === 'cmyk' ? 'CMYK colours' : found
  const message = `The ${format.toUpperCase()} image has ${colours}; save it as RGB or grey with 8 bits per channel and send that`
  const place = { field: 'image', value: found, range: 'RGB or grey, 8 bits per channel' }
  throw new EngineError('unsupported_image', message, place)
}

function unsupported(bytes: Uint8Array): EngineError {
  const found = bytes.length === 0 ? 'no bytes' : `${bytes.length} bytes of something else`
  return new EngineError(
    'unsupported_image',
    `The image must be JPEG, PNG or WebP by its first bytes; got ${found}`,
    { field: 'image', value: found, range: 'jpeg, png, webp' },
  )
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]?.trim() ?? ''
}

function greyToRgb(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3)
  for (const [i, value] of grey.entries()) rgb.fill(value, 3 * i, 3 * i + 3)
  return rgb
}

/** The middle of a picture as [side,side,3], the shorter edge scaled to `side` (bicubic), as CLIP's are made. */
export async function coverSquare({ rgb, width, height }: RgbImage, side: number): Promise<Uint8Array> {
  return await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(side, side, { fit: 'cover', kernel: 'cubic' })
    .raw()
    .toBuffer()
}

/** [H,W,3] RGB uint8 -> compressed bytes, scaled to `size` if it is another. */
export async function encodeImage(
  image: RgbImage,
  { codec, quality, size }: EncodeOptions,
): Promise<Uint8Array> {
  const picture = scaled(image, size ?? image)
  switch (codec) {
    case 'jpeg':
      return picture.jpeg({ quality, chromaSubsampling: quality >= 90 ? '4:4:4' : '4:2:0' }).toBuffer()
    case 'webp':
      return picture.webp({ quality, effort: 0 }).toBuffer()
    case 'png':
      return picture.png({ compressionLevel: 3 }).toBuffer()
  }
}

function scaled({ rgb, width, height }: RgbImage, size: PixelSize): Sharp {
  const raw = sharp(rgb, { raw: { width, height, channels: 3 } })
  return size.width === width && size.height === height ? raw : stretched(raw, size)
}
