import type { Trial } from '../slot-protocol.ts'
import { BUCKETS } from './next-call.ts'

export function inWords(trial: Trial): string {
  return trial === 'latents' ? 'a picture with its latents on the device' : `a call of ${trial} rows`
}

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

/** What is known of each provider since it was tried: the next child does not try again what ended one. */
export class RowLimits {
  readonly #limits = new Map<string, RowLimit>()
  /** Providers whose process was started anew for the sake of its memory: once is enough. */
  readonly #trimmed = new Set<string>()
  /** Providers whose process did not survive latents that stay. */
  readonly #latentsBack = new Set<string>()

  /** `undefined` where no call has failed, and none was larger than it pays. */
  of(provider: string): RowLimit | undefined {
    return this.#limits.get(provider)
  }

  /** What was tried ended the process. Answers in words what the next one does instead. */
  failedAt(provider: string, trial: Trial): string {
    const ended = `${inWords(trial)} ended the engine process`
    if (trial === 'latents') {
      this.#latentsBack.add(provider)
      return `${ended}; they come back after every step from now on`
    }
    const most = Math.max(1, ...BUCKETS.filter((bucket) => bucket < trial))
    this.#limits.set(provider, { rows: most, reason: `no batching: ${ended}` })
    return `${ended}; it tries ${most} at most`
  }

  /** Whether latents that stay on the device ended a process. */
  latentsComeBack(provider: string): boolean {
    return this.#latentsBack.has(provider)
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
