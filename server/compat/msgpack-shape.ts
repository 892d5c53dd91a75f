import { JSON_LIMITS } from './json-shape.ts'

/** Bytes after the type byte of every type that has a fixed size; the rest is told apart below. */
const FIXED: Readonly<Record<number, number>> = {
  // float, unsigned and signed integers, fixed extensions with their type; nil and booleans have nothing
  ...{ 0xca: 4, 0xcb: 8 },
  ...{ 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8 },
  ...{ 0xd4: 2, 0xd5: 3, 0xd6: 5, 0xd7: 9, 0xd8: 17 },
}
/** Bytes of the length that follows the type byte, and what comes beside the payload. */
const SIZED: Readonly<Record<number, readonly [lengthBytes: number, extra: number]>> = {
  0xc4: [1, 0],
  0xc5: [2, 0],
  0xc6: [4, 0],
  0xc7: [1, 1],
  0xc8: [2, 1],
  0xc9: [4, 1],
  0xd9: [1, 0],
  0xda: [2, 0],
  0xdb: [4, 0],
}
const COUNTED: Readonly<Record<number, number>> = { 0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4 }

/** For the decoder: it makes a list as long as its header says before it has read the first item. */
export const MSGPACK_LIMITS = { maxArrayLength: JSON_LIMITS.items, maxMapLength: JSON_LIMITS.items } as const

/**
 * What makes a msgpack message too costly to decode, before it is: the same limits as for JSON, of what is there and of
 * what its headers claim. Walks from value to value without following their nesting; says nothing about whether the
 * bytes are msgpack.
 */
export function msgpackShapeProblem(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let containers = 0
  let values = 0
  let claimed = 1
  for (let at = 0; at < bytes.length;) {
    values += 1
    if (values > JSON_LIMITS.items) return `holds more than ${JSON_LIMITS.items} values`
    const type = bytes[at] ?? 0
    const after = at + 1
    at = after + payloadBytes(type, view, after)
    if (!isContainer(type)) continue
    containers += 1
    if (containers > JSON_LIMITS.containers) return `holds more than ${JSON_LIMITS.containers} lists and maps`
    claimed += claimedValues(type, view, after)
    if (claimed > JSON_LIMITS.items) return `claims more than ${JSON_LIMITS.items} values`
    // Each value that is still to come has at least a byte.
    if (claimed - values > bytes.length - at) return 'claims more values than it has bytes for'
  }
  return undefined
}

function isContainer(type: number): boolean {
  return (type >= 0x80 && type <= 0x9f) || (type >= 0xdc && type <= 0xdf)
}

/** How many values a list or a map says to hold: of each entry of a map two. */
function claimedValues(type: number, view: DataView, at: number): number {
  const countBytes = COUNTED[type] ?? 0
  const isMap = type <= 0x8f || type >= 0xde
  if (at + countBytes > view.byteLength) return 0
  const count = countBytes === 0 ? type & 0x0f : readLength(view, at, countBytes)
  return isMap ? 2 * count : count
}

function payloadBytes(type: number, view: DataView, at: number): number {
  if (type < 0xa0 || type >= 0xe0) return 0
  if (type < 0xc0) return type & 0x1f
  const sized = SIZED[type]
  if (sized === undefined) return FIXED[type] ?? COUNTED[type] ?? 0
  const [lengthBytes, extra] = sized
  // Cut off: what is left is no whole value, and the decoder will say so.
  if (at + lengthBytes > view.byteLength) return view.byteLength
  return lengthBytes + extra + readLength(view, at, lengthBytes)
}

function readLength(view: DataView, at: number, lengthBytes: number): number {
  if (lengthBytes === 1) return view.getUint8(at)
  return lengthBytes === 2 ? view.getUint16(at) : view.getUint32(at)
}
