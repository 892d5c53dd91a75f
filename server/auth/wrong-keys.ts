// Who tries keys until one fits is made to wait. Keys are long, so this is about noise rather than about luck: a few
// tries at once, then one every few seconds. Callers that were let in before are never locked out by others who share
// their address (an office, a proxy that is not listed as one).
import { fullBucket, spend } from '../../lib/flow/token-bucket.ts'
import type { TokenBucket } from '../../lib/flow/token-bucket.ts'
import type { Clock } from '../../lib/std/clock.ts'
import { networkOf } from './network.ts'

/** Ten tries, then ten a minute. */
export const WRONG_KEYS = { capacity: 10, perSecond: 1 / 6 } as const
/** An address that goes on trying is told of this often. */
const TELL_EVERY_MS = 10 * 60_000
/** Of addresses and of callers, each; beyond it the oldest is forgotten. */
const MAX_REMEMBERED = 10_000

export class WrongKeys {
  readonly #clock: Clock
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #welcome = new Set<string>()
  readonly #toldMs = new Map<string, number>()
  readonly #onSlowed: (network: string) => void

  /** @param onSlowed hears of an address that begins to be made to wait */
  constructor(clock: Clock, onSlowed: (network: string) => void = () => undefined) {
    this.#clock = clock
    this.#onSlowed = onSlowed
  }

  /** How long (ms) this address must wait before another try is looked at; 0: not at all. */
  waitMs(address: string): number {
    const bucket = this.#buckets.get(networkOf(address))
    if (!bucket) return 0
    const next = spend(WRONG_KEYS, bucket, this.#clock.now())
    return next.ok ? 0 : next.retryAfterMs
  }

  /** @param caller key and network in one name, without the key itself */
  isWelcome(caller: string): boolean {
    return this.#welcome.has(caller)
  }

  failed(address: string): void {
    const network = networkOf(address)
    const nowMs = this.#clock.now()
    const { bucket } = spend(WRONG_KEYS, this.#buckets.get(network) ?? fullBucket(WRONG_KEYS, nowMs), nowMs)
    this.#buckets.delete(network)
    this.#buckets.set(network, bucket)
    forgetOldest(this.#buckets)
    if (this.waitMs(address) > 0) this.#tell(network, nowMs)
  }

  #tell(network: string, nowMs: number): void {
    if (nowMs - (this.#toldMs.get(network) ?? -Infinity) < TELL_EVERY_MS) return
    this.#toldMs.delete(network)
    this.#toldMs.set(network, nowMs)
    forgetOldest(this.#toldMs)
    this.#onSlowed(network)
  }

  succeeded(address: string, caller: string): void {
    this.#buckets.delete(networkOf(address))
    this.#welcome.delete(caller)
    this.#welcome.add(caller)
    forgetOldest(this.#welcome)
  }
}

function forgetOldest(entries: Map<string, unknown> | Set<string>): void {
  const [oldest] = entries.keys()
  if (entries.size > MAX_REMEMBERED && oldest !== undefined) entries.delete(oldest)
}
