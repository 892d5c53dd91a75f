/** A map of at most `limit` entries that forgets the one unused for longest. */
export class Lru<K, V> {
  readonly #entries = new Map<K, V>()
  readonly #limit: number
  readonly #forget: (value: V) => void

  /** @param forget told of every value that is pushed out or deleted. */
  constructor(limit: number, forget: (value: V) => void = () => undefined) {
    if (!Number.isInteger(limit) || limit < 1)
      throw new RangeError(`limit must be a whole number of at least 1, got ${limit}`)
    this.#limit = limit
    this.#forget = forget
  }

  get size(): number {
    return this.#entries.size
  }

  /** The value of `key`, made by `create` if there is none; either way it is now the newest. */
  get(key: K, create: () => V): V {
    const known = this.#entries.get(key)
    const value = known ?? create()
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#limit) this.#dropOldest()
    return value
  }

  /** Removes `key` if it still holds `value`. */
  delete(key: K, value: V): void {
    if (this.#entries.get(key) !== value) return
    this.#entries.delete(key)
    this.#forget(value)
  }

  clear(): void {
    while (this.#entries.size > 0) this.#dropOldest()
  }

  #dropOldest(): void {
    for (const [key, value] of this.#entries) {
      this.delete(key, value)
      return
    }
  }
}

/**
 * Remembers the promises of `create`, at most `limit`; what rejects is forgotten, so that the next asks again.
 * Two who ask at once share one promise.
 */
export function memoizePromise<V>(
  limit: number,
  create: (key: string) => Promise<V>,
): (key: string) => Promise<V> {
  const known = new Lru<string, Promise<V>>(limit)
  return (key) => {
    const promise = known.get(key, () => create(key))
    promise.catch(() => known.delete(key, promise))
    return promise
  }
}
