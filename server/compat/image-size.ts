import { sniffCodec } from '../../lib/protocol/image-bytes.ts'
import type { Size } from '../../lib/std/size.ts'

interface Header extends Size {
  /** Where a TIFF block with EXIF begins, when there is one. */
  readonly exifAt?: number | undefined
}

/**
 * Width and height in pixels as a JPEG, PNG or WebP is to be shown, EXIF rotation counted, from its headers alone;
 * `undefined` when the bytes end early or are something else.
 */
export function imageSize(bytes: Uint8Array): Size | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const header = orUndefined(() => readHeader(bytes, view))
  if (!header) return undefined
  const { width, height, exifAt } = header
  // EXIF orientations 5 to 8 lie on their side.
  const orientation = exifAt === undefined ? 1 : (orUndefined(() => exifOrientation(view, exifAt)) ?? 1)
  return orientation >= 5 && orientation <= 8 ? { width: height, height: width } : { width, height }
}

function readHeader(bytes: Uint8Array, view: DataView): Header | undefined {
  const codec = sniffCodec(bytes)
  if (codec === 'png') return pngHeader(view)
  if (codec === 'jpeg') return jpegHeader(view)
  return codec === 'webp' ? webpHeader(view) : undefined
}

/** Reading past the end is how headers that lie are found out. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const TAG = { Exif: 0x45786966, eXIf: 0x65584966, EXIF: 0x45584946, IDAT: 0x49444154, ORIENTATION: 0x0112 }

function pngHeader(view: DataView): Header {
  const size = { width: view.getUint32(16), height: view.getUint32(20) }
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const tag = view.getUint32(at + 4)
    if (tag === TAG.eXIf) return { ...size, exifAt: at + 8 }
    if (tag === TAG.IDAT) break
  }
  return size
}

/** Walks the segments to the frame header: SOF0..SOF15 but for the tables DHT, JPG and DAC among them. */
function jpegHeader(view: DataView): Header | undefined {
  let exifAt: number | undefined
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (isBare(marker)) {
      at += 2
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), exifAt }
    if (marker === 0xe1 && view.getUint32(at + 4) === TAG.Exif) exifAt = at + 10
    at += 2 + view.getUint16(at + 2)
  }
}

/** TEM and RST0..RST7 have no length behind them: decoders go on with the next marker. */
function isBare(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)
}

/** The three layouts of WebP: lossy (VP8), lossless (VP8L) and extended (VP8X), the only one with room for EXIF. */
function webpHeader(view: DataView): Header | undefined {
  const fourth = view.getUint8(15)
  const u24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
  if (fourth === 0x20)
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  if (fourth === 0x4c) {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (fourth === 0x58) return { width: u24(24) + 1, height: u24(27) + 1, exifAt: webpExif(view) }
  return undefined
}

function webpExif(view: DataView): number | undefined {
  for (let at = 12; at + 8 <= view.byteLength;) {
    const bytes = view.getUint32(at + 4, true)
    // Some writers put JPEG's "Exif\0\0" in front of the block.
    if (view.getUint32(at) === TAG.EXIF) return view.getUint32(at + 8) === TAG.Exif ? at + 14 : at + 8
    at += 8 + bytes + (bytes % 2)
  }
  return undefined
}

/** Orientation 1..8 out of the first directory of a TIFF block; `undefined` when it says none. */
function exifOrientation(view: DataView, start: number): number | undefined {
  const little = view.getUint16(start) === 0x4949
  const directory = start + view.getUint32(start + 4, little)
  const entries = view.getUint16(directory, little)
  for (let entry = directory + 2; entry < directory + 2 + 12 * entries; entry += 12)
    if (view.getUint16(entry, little) === TAG.ORIENTATION) return view.getUint16(entry + 8, little)
  return undefined
}
