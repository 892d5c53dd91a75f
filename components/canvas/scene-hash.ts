// Equal hash: equal pixels. Hashes the records that make the picture instead of the picture itself, because that
// costs microseconds. Records are immutable, so each is hashed once in its life.
import type { Size } from '../../lib/std/size.ts'

const hashes = new WeakMap<object, number>()

/** What the two lanes begin with. */
const LOW = 0xdeadbeef
const HIGH = 0x41c6ce57

/** 53-bit hash of text (cyrb53, public domain): two 32-bit lanes, mixed at the end. */
export function hashText(text: string): number {
  let low = LOW
  let high = HIGH
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 2654435761)
    high = Math.imul(high ^ code, 1597334677)
  }
  return mixed(low, high)
}

/**
 * 53-bit hash of hashes in their order: `hashText` with whole numbers in place of characters. The lanes are rotated,
 * because a number, unlike a character, has something to say in its highest bits, which no product carries further.
 */
export function hashHashes(all: readonly number[]): number {
  let low = LOW ^ all.length
  let high = HIGH
  for (const hash of all) {
    low = Math.imul(((low << 13) | (low >>> 19)) ^ hash, 2654435761)
    high = Math.imul(((high << 13) | (high >>> 19)) ^ (hash / 4294967296) ^ low, 1597334677)
  }
  return mixed(low, high)
}

function mixed(low: number, high: number): number {
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  return 4294967296 * (2097151 & high) + (low >>> 0)
}

function hashRecord(record: object): number {
  const known = hashes.get(record)
  if (known !== undefined) return known
  const hash = hashText(JSON.stringify(record))
  hashes.set(record, hash)
  return hash
}

/** Hash of all records that make one shape's pixels. */
export function hashRecords(records: readonly object[]): number {
  const [only] = records
  if (records.length === 1 && only) return hashRecord(only)
  return hashHashes(records.map(hashRecord))
}

/** Hash of records in painting order, at one size. */
export function hashScene(records: readonly object[], size: Size): string {
  return nameScene(records.map(hashRecord), size)
}

/** Of the hashes of all that is painted, lowest first, at one size. */
export function nameScene(all: readonly number[], size: Size): string {
  return `${size.width}x${size.height}:${all.length}:${hashHashes(all).toString(36)}`
}

/** Hash of a list of records. One that is asked for again, as the same list, is not hashed again. */
export class ListHash {
  #records: readonly object[] | undefined
  #hash = 0

  of(records: readonly object[]): number {
    if (records !== this.#records) this.#hash = hashRecords(records)
    this.#records = records
    return this.#hash
  }
}
