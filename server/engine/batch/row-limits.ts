import { BUCKETS } from './next-call.ts'

/** What each provider did not survive while calls were measured: the next child tries fewer rows at a time. */
export class RowLimits {
  readonly #most = new Map<string, number>()

  /** Most rows of a call; `undefined` where none has failed. */
  of(provider: string): number | undefined {
    return this.#most.get(provider)
  }

  /** A call of so many rows ended the process. Answers how many are left. */
  failedAt(provider: string, rows: number): number {
    const most = Math.max(1, ...BUCKETS.filter((bucket) => bucket < rows))
    this.#most.set(provider, most)
    return most
  }
}
