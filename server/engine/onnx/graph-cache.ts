/** What is opened: its key, what it takes of the budget, and how. */
export interface Openable<V> {
  readonly key: string
  /** Estimated. */
  readonly bytes: number
  readonly open: () => Promise<V>
}

interface Entry<V> {
  readonly value: Promise<V>
  readonly bytes: number
  /** Runs that are using it now. */
  users: number
  isDropped: boolean
}

/**
 * Things that take much memory, opened when they are first needed; those unused for longest are closed before another
 * is opened that would exceed the budget. What is in use is closed when it no longer is. One that exceeds the budget
 * all by itself is opened alone.
 */
export class GraphCache<V> {
  readonly #entries = new Map<string, Entry<V>>()
  readonly #budgetBytes: number
  readonly #close: (value: V) => Promise<void>
  #closing: Promise<unknown> = Promise.resolve()

  constructor({ budgetBytes, close }: { budgetBytes: number; close: (value: V) => Promise<void> }) {
    this.#budgetBytes = budgetBytes
    this.#close = close
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return [...this.#entries.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Runs `work` with what `wanted` names; it stays open until then, whatever else is asked for. */
  async use<T>(wanted: Openable<V>, work: (value: V) => T | Promise<T>): Promise<T> {
    const entry = this.#entries.get(wanted.key) ?? this.#open(wanted)
    // The newest is last.
    this.#entries.delete(wanted.key)
    this.#entries.set(wanted.key, entry)
    entry.users += 1
    try {
      return await work(await entry.value)
    } finally {
      entry.users -= 1
      if (entry.isDropped) this.#closeUnused(entry)
    }
  }

  /** Closes all that is open; resolves when what is not in use is closed. */
  async clear(): Promise<void> {
    for (const [key, entry] of [...this.#entries]) this.#drop(key, entry)
    await this.#closing
  }

  #open({ key, bytes, open }: Openable<V>): Entry<V> {
    for (const [oldKey, old] of [...this.#entries]) {
      if (this.bytes + bytes > this.#budgetBytes) this.#drop(oldKey, old)
    }
    // Its room is free before it is opened.
    const value = this.#closing.then(open)
    const entry: Entry<V> = { value, bytes, users: 0, isDropped: false }
    value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    })
    return entry
  }

  #drop(key: string, entry: Entry<V>): void {
    this.#entries.delete(key)
    entry.isDropped = true
    this.#closeUnused(entry)
  }

  #closeUnused({ users, value }: Entry<V>): void {
    if (users > 0) return
    // What could not be opened was told to whoever asked for it.
    const closed = value.then(this.#close, () => undefined)
    this.#closing = Promise.all([this.#closing, closed]).catch(() => undefined)
  }
}
