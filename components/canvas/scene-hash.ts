// Equal hash: equal pixels. Hashes the records that make the picture instead of the picture itself, because that
// costs microseconds. Records are immutable, so each is hashed once in its life.

const hashes = new WeakMap<object, number>()

/** 53-bit hash of text (cyrb53, public domain): two 32-bit lanes, mixed at the end. */
export function hashText(text: string): number {
  let low = 0xdeadbeef
  let high = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 2654435761)
    high = Math.imul(high ^ code, 1597334677)
  }
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
  return hashText(records.map((record) => hashRecord(record).toString(36)).join('.'))
}

/** Hash of records in painting order, at one size. */
export function hashScene(records: readonly object[], size: { width: number; height: number }): string {
  const all = records.map((record) => hashRecord(record).toString(36)).join('.')
  return `${size.width}x${size.height}:${records.length}:${hashText(all).toString(36)}`
}
