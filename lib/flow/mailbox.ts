/** What a full mailbox does with one more item. */
export type MailboxPolicy = { readonly depth: number; readonly whenFull: 'drop-oldest' | 'reject-new' }

export type PutResult<T> =
  { readonly accepted: true; readonly displaced: T | undefined } | { readonly accepted: false }

/**
 * A bounded place for items that wait. With depth 1 and `drop-oldest` it is latest-wins.
 * Whatever it displaces it hands back, so that nothing vanishes without a word (SPEC F1).
 */
export class Mailbox<T> {
  readonly #items: T[] = []
  readonly policy: MailboxPolicy

  constructor(policy: MailboxPolicy) {
    if (!Number.isInteger(policy.depth) || policy.depth < 1) {
      throw new RangeError(`Mailbox depth must be a whole number of at least 1, got ${policy.depth}`)
    }
    this.policy = policy
  }

  get size(): number {
    return this.#items.length
  }

  put(item: T): PutResult<T> {
    if (this.#items.length < this.policy.depth) {
      this.#items.push(item)
      return { accepted: true, displaced: undefined }
    }
    if (this.policy.whenFull === 'reject-new') return { accepted: false }
    const displaced = this.#items.shift()
    this.#items.push(item)
    return { accepted: true, displaced }
  }

  /** Oldest waiting item, left where it is. */
  peek(): T | undefined {
    return this.#items[0]
  }

  /** Oldest waiting item, removed; `undefined` when empty. */
  take(): T | undefined {
    return this.#items.shift()
  }

  /** Removes the first waiting item that `matches`. */
  remove(matches: (item: T) => boolean): T | undefined {
    const index = this.#items.findIndex(matches)
    return index < 0 ? undefined : this.#items.splice(index, 1)[0]
  }

  /** Empties the box, oldest first. */
  drain(): T[] {
    return this.#items.splice(0)
  }
}
