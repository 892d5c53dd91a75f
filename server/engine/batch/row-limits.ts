import { BUCKETS } from './next-call.ts'

export interface RowLimit {
  /** Most rows of a call. */
  readonly rows: number
  /** Why no more, in words: for the log of a process that makes calls of one row. */
  readonly reason: string
}

export interface FoundRows {
  /** Rows that are worth a call. */
  readonly lanes: number
  readonly lanesReason: string | undefined
  /** Most rows of a call that was made to find that out. */
  readonly tried?: number
}

/** What is known of each provider since calls were measured: the next child tries no more rows at a time. */
export class RowLimits {
  readonly #limits = new Map<string, RowLimit>()
  /** Providers whose process was started anew for the sake of its memory: once is enough. */
  readonly #trimmed = new Set<string>()

  /** `undefined` where no call has failed, and none was larger than it pays. */
  of(provider: string): RowLimit | undefined {
    return this.#limits.get(provider)
  }

  /** A call of so many rows ended the process. Answers how many are left. */
  failedAt(provider: string, rows: number): number {
    const most = Math.max(1, ...BUCKETS.filter((bucket) => bucket < rows))
    this.#limits.set(provider, {
      rows: most,
      reason: `no batching: a call of ${rows} rows ended the engine process`,
    })
    return most
  }

  /**
   * Whether a process should be started anew because it has made larger calls than it ever will again: a GPU's sessions
   * keep the memory of the largest call they were asked for, which larger pictures or another model may need. The next
   * one makes none that do not pay.
   */
  isWasteful(provider: string, { lanes, lanesReason, tried = lanes }: FoundRows): boolean {
    if (provider === 'cpu' || tried <= lanes || this.#trimmed.has(provider)) return false
    this.#trimmed.add(provider)
    this.#limits.set(provider, { rows: lanes, reason: lanesReason ?? 'no batching' })
    return true
  }
}
