import { AppError } from '../std/errors.ts'
import type { ImageCodec } from './control.ts'
import { PROTOCOL_VERSION } from './version.ts'

/**
 * Binary messages: one frame, one message. Little-endian.
 *
 *   0 u8 version | 1 u8 kind | 2 u8 codec | 3 u8 flags | 4 u32 seq | 8 u32 paramsRev | 12 u16 width | 14 u16 height
 *   16 u16 metaBytes | 18 metaBytes of UTF-8 JSON | the rest: image bytes (none: text-to-image)
 */
export const HEADER_BYTES = 18

const KINDS = { frame: 1, image: 2, preview: 3 } as const
export type BinaryKind = keyof typeof KINDS
const CODECS = { none: 0, jpeg: 1, png: 2, webp: 3 } as const satisfies Record<ImageCodec | 'none', number>
export type WireCodec = keyof typeof CODECS

export interface BinaryMessage {
  readonly kind: BinaryKind
  readonly codec: WireCodec
  readonly seq: number
  readonly paramsRev: number
  /** Pixels of the image that follows; 0 when there is none. */
  readonly width: number
  readonly height: number
  /** Parsed JSON, to be checked against the schema of its kind. */
  readonly meta: unknown
  /** Encoded picture. A view into the message on decode: copy before the message's memory is lent elsewhere. */
  readonly image: Uint8Array
}

function bad(message: string, field: string, value: unknown, range: string): AppError {
  return new AppError('invalid_header', message, { field, value, range })
}

/** Serialises one binary message; throws AppError `invalid_header` for a number that does not fit its field. */
export function encodeBinary(message: BinaryMessage): Uint8Array<ArrayBuffer> {
  const meta = new TextEncoder().encode(JSON.stringify(message.meta))
  checkRange(message, meta.length)
  const bytes = new Uint8Array(HEADER_BYTES + meta.length + message.image.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, PROTOCOL_VERSION)
  view.setUint8(1, KINDS[message.kind])
  view.setUint8(2, CODECS[message.codec])
  view.setUint8(3, 0)
  view.setUint32(4, message.seq, true)
  view.setUint32(8, message.paramsRev, true)
  view.setUint16(12, message.width, true)
  view.setUint16(14, message.height, true)
  view.setUint16(16, meta.length, true)
  bytes.set(meta, HEADER_BYTES)
  bytes.set(message.image, HEADER_BYTES + meta.length)
  return bytes
}

function checkRange(message: BinaryMessage, metaBytes: number): void {
  const limits: [string, number, number][] = [
    ['seq', message.seq, 0xffffffff],
    ['paramsRev', message.paramsRev, 0xffffffff],
    ['width', message.width, 0xffff],
    ['height', message.height, 0xffff],
    ['metaBytes', metaBytes, 0xffff],
  ]
  for (const [field, value, high] of limits) {
    if (!Number.isInteger(value) || value < 0 || value > high)
      throw bad(`${field} ${value} does not fit 0..${high}`, field, value, `0..${high}`)
  }
}

/** The version byte alone, so that a newer client is told so before anything else of its message is judged. */
export function binaryVersion(bytes: Uint8Array): number | undefined {
  return bytes[0]
}

/** Number and revision of a frame, whatever else of it may be wrong (SPEC F1); `undefined` where there is no such header. */
export function frameRefOf(bytes: Uint8Array): { readonly seq: number; readonly rev: number } | undefined {
  if (bytes.length < HEADER_BYTES || bytes[0] !== PROTOCOL_VERSION || bytes[1] !== KINDS.frame)
    return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { seq: view.getUint32(4, true), rev: view.getUint32(8, true) }
}

/** Parses one binary message; throws AppError `invalid_header` naming the field that lies. */
export function decodeBinary(bytes: Uint8Array): BinaryMessage {
  const { length } = bytes
  if (length < HEADER_BYTES) {
    const range = `at least ${HEADER_BYTES} bytes`
    throw bad(`A binary message has ${range}, got ${length}`, 'length', length, range)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint8(0)
  if (version !== PROTOCOL_VERSION) {
    throw new AppError(
      'protocol_version',
      `Protocol version ${version}, this side speaks ${PROTOCOL_VERSION}; reload the page`,
      { field: 'version', value: version },
    )
  }
  const kind = nameOf(KINDS, view.getUint8(1), 'kind')
  const codec = nameOf(CODECS, view.getUint8(2), 'codec')
  const metaBytes = view.getUint16(16, true)
  const imageStart = HEADER_BYTES + metaBytes
  if (imageStart > length) {
    const left = length - HEADER_BYTES
    const message = `metaBytes says ${metaBytes}, only ${left} bytes follow the header`
    throw bad(message, 'metaBytes', metaBytes, `0..${left}`)
  }
  const image = bytes.subarray(imageStart)
  checkCodec(codec, image.length)
  return {
    kind,
    codec,
    seq: view.getUint32(4, true),
    paramsRev: view.getUint32(8, true),
    width: view.getUint16(12, true),
    height: view.getUint16(14, true),
    meta: parseMeta(bytes.subarray(HEADER_BYTES, imageStart)),
    image,
  }
}

function checkCodec(codec: WireCodec, imageBytes: number): void {
  const isNone = codec === 'none'
  if (isNone !== (imageBytes === 0))
    throw bad(
      `codec ${codec}, but ${imageBytes} image bytes follow`,
      'codec',
      CODECS[codec],
      isNone ? '1..3' : '0',
    )
}

function nameOf<T extends string>(table: Record<T, number>, value: number, field: string): T {
  for (const name in table) if (table[name] === value) return name
  const range = Object.values(table).join(', ')
  throw bad(`${field} ${value} is not one of ${range}`, field, value, range)
}

function parseMeta(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw bad('meta is not UTF-8 JSON', 'meta', undefined, 'UTF-8 JSON')
  }
}
