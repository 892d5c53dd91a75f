import { sniffCodec } from './image-bytes.ts'
import { AppError } from '../std/errors.ts'

/** One chunk of a PNG file; `data` is a view into the file. */
export interface PngChunk {
  readonly type: string
  readonly data: Uint8Array
  /** All of it as it stood in its file, its CRC too, which is then taken on trust; a new chunk has none. */
  readonly whole?: Uint8Array
}

const SIGNATURE_BYTES = 8
/** Length, type and CRC around the data of a chunk. */
const CHUNK_OVERHEAD = 12
/** A file of 32 MiB in IDAT chunks of libpng's 8 KiB has 4096; of empty ones it would have millions. */
const MAX_CHUNKS = 65_536
/** What a call takes as arguments is limited. */
const BLOCK_BYTES = 4096

/** CRC-32 of PNG (ISO 3309, polynomial 0xEDB88320 reflected). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1))
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** Chunks in file order. Throws AppError `unsupported_image` for other files, `broken_image` for a cut one. */
export function readChunks(png: Uint8Array): PngChunk[] {
  if (sniffCodec(png) !== 'png')
    throw new AppError('unsupported_image', 'These bytes are no PNG; encode one first')
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const chunks: PngChunk[] = []
  let at = SIGNATURE_BYTES
  while (at < png.length) {
    const length = at + CHUNK_OVERHEAD <= png.length ? view.getUint32(at) : Infinity
    if (at + CHUNK_OVERHEAD + length > png.length) {
      throw new AppError('broken_image', `The PNG is cut off in the chunk at byte ${at}; read the whole file`)
    }
    if (chunks.length === MAX_CHUNKS)
      throw new AppError('broken_image', `The PNG has more than ${MAX_CHUNKS} chunks; encode it anew`)
    const whole = png.subarray(at, at + CHUNK_OVERHEAD + length)
    chunks.push({ type: latin1(whole.subarray(4, 8)), data: whole.subarray(8, 8 + length), whole })
    at += whole.length
  }
  return chunks
}

/** A PNG file of these chunks. CRCs are made for new ones alone: over the pixels they take longer than all the rest. */
export function writeChunks(chunks: readonly PngChunk[]): Uint8Array<ArrayBuffer> {
  const size = chunks.reduce((sum, chunk) => sum + CHUNK_OVERHEAD + chunk.data.length, SIGNATURE_BYTES)
  const png = new Uint8Array(size)
  const view = new DataView(png.buffer)
  png.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  let at = SIGNATURE_BYTES
  for (const { type, data, whole } of chunks) {
    const end = at + 8 + data.length
    if (whole) png.set(whole, at)
    else {
      view.setUint32(at, data.length)
      png.set(toLatin1(type), at + 4)
      png.set(data, at + 8)
      view.setUint32(end, crc32(png.subarray(at + 4, end)))
    }
    at = end + 4
  }
  return png
}

/** One character per byte. (TextDecoder's "latin1" is windows-1252, which differs from 0x80 to 0x9f.) */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES)
    text += String.fromCharCode(...bytes.subarray(at, at + BLOCK_BYTES))
  return text
}

/** Characters above U+00FF do not fit: check first. */
export function toLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0))
}
