import { sniffCodec } from '../../lib/protocol/image-bytes.ts'

export interface ImageSize {
  readonly width: number
  readonly height: number
}

/**
 * Width and height in pixels from the headers of a JPEG, PNG or WebP, without decoding it; `undefined` when the
 * bytes end early or are something else. EXIF rotation is not applied.
 */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const codec = sniffCodec(bytes)
    if (codec === 'png') return { width: view.getUint32(16), height: view.getUint32(20) }
    if (codec === 'jpeg') return jpegSize(view)
    if (codec === 'webp') return webpSize(view)
    return undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Walks the segments to the frame header: SOF0..SOF15 but for the tables DHT, JPG and DAC among them. */
function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    at += 2 + view.getUint16(at + 2)
  }
}

/** The three layouts of WebP: lossy (VP8), lossless (VP8L) and extended (VP8X). */
function webpSize(view: DataView): ImageSize | undefined {
  const fourth = view.getUint8(15)
  const u24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
  if (fourth === 0x20)
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  if (fourth === 0x4c) {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (fourth === 0x58) return { width: u24(24) + 1, height: u24(27) + 1 }
  return undefined
}
