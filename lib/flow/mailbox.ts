/** What a full mailbox does with one more item. */
export type MailboxPolicy = { readonly depth: number; readonly whenFull: 'drop-oldest' | 'reject-new' }

export type PutResult<T> =
  { readonly accepted: true; readonly displaced: readonly T[] } | { readonly accepted: false }

interface Entry<T> {
  readonly item: T
  readonly batch: unknown
}

/**
 * A bounded place for items that wait. With depth 1 and `drop-oldest` it is latest-wins.
 * Whatever it displaces it hands back, so that nothing vanishes without a word (SPEC F1).
 *
 * Items of one batch (the pictures of one request) fill one place and go together; once the first was taken the rest
 * keep their turn and no longer count, for half a request is worth nothing (SPEC F4).
 */
export class Mailbox<T> {
  #entries: Entry<T>[] = []
  #begun: unknown
  readonly policy: MailboxPolicy

  constructor(policy: MailboxPolicy) {
    if (!Number.isInteger(policy.depth) || policy.depth < 1) {
      throw new RangeError(`Mailbox depth must be a whole number of at least 1, got ${policy.depth}`)
    }
    this.policy = policy
  }

  get size(): number {
    return this.#entries.length
  }

  /** Of the `depth` there are, those that are filled. */
  get filled(): number {
    return this.#places().size
  }

  #places(): Set<unknown> {
    const places = new Set(this.#entries.map((entry) => entry.batch))
    places.delete(this.#begun)
    return places
  }

  /** @param batch what the items that belong together share; left out, the item is a batch of its own */
  put(item: T, batch: unknown = {}): PutResult<T> {
    const places = this.#places()
    const displaced: T[] = []
    if (batch !== this.#begun && !places.has(batch) && places.size >= this.policy.depth) {
      if (this.policy.whenFull === 'reject-new') return { accepted: false }
      const [oldest] = places
      displaced.push(...this.#removeBatch(oldest))
    }
    this.#entries.push({ item, batch })
    return { accepted: true, displaced }
  }

  #removeBatch(batch: unknown): T[] {
    const removed = this.#entries.filter((entry) => entry.batch === batch)
    this.#entries = this.#entries.filter((entry) => entry.batch !== batch)
    return removed.map((entry) => entry.item)
  }

  /** Oldest waiting item, left where it is. */
  peek(): T | undefined {
    return this.#entries[0]?.item
  }

  /** Oldest waiting item, removed; `undefined` when empty. */
  take(): T | undefined {
    const entry = this.#entries.shift()
    if (entry) this.#begun = entry.batch
    return entry?.item
  }

  /** Removes the first waiting item that `matches`. */
  remove(matches: (item: T) => boolean): T | undefined {
    const index = this.#entries.findIndex((entry) => matches(entry.item))
    return index < 0 ? undefined : this.#entries.splice(index, 1)[0]?.item
  }

  /** Empties the box, oldest first. */
  drain(): T[] {
    return this.#entries.splice(0).map((entry) => entry.item)
  }
}
