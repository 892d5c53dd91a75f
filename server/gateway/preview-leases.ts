import type { Clock } from '../../lib/std/clock.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { Follower } from '../session/followers.ts'
import type { Registry } from '../session/registry.ts'

/** Pollers ask every half second to two seconds; one that has not asked for this long (ms) does not look any more. */
const LEASE_MS = 5_000
const MAX_LEASES = 256

interface Lease {
  readonly follower: Follower
  cancelTimer: () => void
}

/**
 * Pages that look by polling: each question keeps its previews coming for a while, and a page that says it is hidden
 * ends its own at once. Nobody's page is muted by another's.
 */
export class PreviewLeases {
  readonly #registry: Registry
  readonly #clock: Clock
  readonly #doorOf: (caller: string) => string | undefined
  readonly #leases = new Map<string, Lease>()

  /** @param doorOf whose jobs a caller may see: those of this door, or of all */
  constructor(registry: Registry, clock: Clock, doorOf: (caller: string) => string | undefined) {
    this.#registry = registry
    this.#clock = clock
    this.#doorOf = doorOf
  }

  /** @param page tells pages of one caller apart */
  look(caller: string, page: string, want: PreviewWant): void {
    const key = JSON.stringify([caller, page])
    const known = this.#leases.get(key)
    const follower = known?.follower ?? this.#registry.follow(caller, () => undefined, this.#doorOf(caller))
    known?.cancelTimer()
    follower.change(want)
    this.#leases.delete(key)
    this.#leases.set(key, { follower, cancelTimer: this.#clock.setTimer(() => this.#end(key), LEASE_MS) })
    const [oldest] = this.#leases.keys()
    if (this.#leases.size > MAX_LEASES && oldest !== undefined) this.#end(oldest)
  }

  hide(caller: string, page: string): void {
    this.#end(JSON.stringify([caller, page]))
  }

  #end(key: string): void {
    const lease = this.#leases.get(key)
    this.#leases.delete(key)
    lease?.cancelTimer()
    lease?.follower.stop()
  }
}
