// A page with a frame in it, without a browser: messages, timers and the network as a test wants them.
import type { HostEnvironment } from '../host.ts'
import type { Violation } from '../policy.ts'
import type { Peer } from '../postbox.ts'

export const SERVER = 'https://draw.example.org'
export const PAGE = 'https://blog.example.org'

interface Incoming {
  readonly data: unknown
  readonly origin: string
  readonly source: unknown
}

export class FakePage {
  /** What was posted to the frame, and to which origin. */
  readonly posted: { message: Record<string, unknown>; origin: string }[] = []
  readonly mounted: string[] = []
  readonly frame: Peer = {
    postMessage: (message: Record<string, unknown>, origin: unknown) =>
      void this.posted.push({ message, origin: String(origin) }),
  }
  /** Answers to `GET /embed.json`, one after the other; the last one stays. */
  answers: (() => { ok: boolean; status: number; body: unknown })[] = []
  readonly asked: string[] = []
  readonly #listeners = new Set<(event: Incoming) => void>()
  readonly #timers = new Set<{ run: () => void; atMs: number }>()
  readonly #watchers = new Set<(violation: Violation) => void>()
  #online: (() => void) | undefined
  #nowMs = 0

  readonly env: HostEnvironment = {
    clock: {
      setTimer: (run, delayMs) => {
        const timer = { run, atMs: this.#nowMs + delayMs }
        this.#timers.add(timer)
        return () => this.#timers.delete(timer)
      },
    },
    fetch: async (url) => {
      this.asked.push(url)
      const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0]
      if (!answer) throw new TypeError('Failed to fetch')
      const { ok, status, body } = answer()
      return { ok, status, json: () => Promise.resolve(body) }
    },
    listen: (listener) => {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    },
    origin: PAGE,
    random: () => 0.5,
    onOnline: (listener) => {
      this.#online = listener
      return () => (this.#online = undefined)
    },
    onViolation: (listener) => {
      this.#watchers.add(listener)
      return () => this.#watchers.delete(listener)
    },
  }

  /** A message reaches this page. */
  receive(data: unknown, origin = SERVER, source: unknown = this.frame): void {
    for (const listener of this.#listeners) listener({ data, origin, source })
  }

  /** The frame says something, marked as it should be. */
  say(message: Record<string, unknown>): void {
    this.receive({ sketchwire: 1, ...message })
  }

  /** A policy of the page stops what begins with `blockedURI`. */
  forbid(effectiveDirective: string, blockedURI: string, more: Partial<Violation> = {}): void {
    const originalPolicy = `default-src 'self'; ${effectiveDirective} 'self'`
    const violation = { blockedURI, effectiveDirective, originalPolicy, disposition: 'enforce' as const }
    for (const watcher of this.#watchers) watcher({ ...violation, ...more })
  }

  goOnline(): void {
    this.#online?.()
  }

  /** Runs the timers of the next `ms`. */
  async pass(ms: number): Promise<void> {
    this.#nowMs += ms
    for (const timer of [...this.#timers]) {
      if (timer.atMs > this.#nowMs) continue
      this.#timers.delete(timer)
      timer.run()
    }
    await this.settle()
  }

  /** Lets everything that is only waiting for promises go on. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}

export const good =
  (facts: object = {}) =>
  () => ({
    ok: true,
    status: 200,
    body: { product: 'sketchwire', embed: 1, allowed: true, ...facts },
  })
