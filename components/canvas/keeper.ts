// When a drawing is written down: soon after a change, one write at a time, and again while the browser refuses.
import type { Clock } from '../../lib/std/clock.ts'

const SOON_MS = 350
const AGAIN_MS = 5000

interface KeeperOptions {
  /** Writes what changed since it last succeeded; rejects when the browser refuses (quota, private window). */
  readonly write: () => Promise<void>
  /** `false` when a write was refused, `true` when one succeeds after that. */
  readonly onKept: (kept: boolean) => void
  readonly clock: Pick<Clock, 'setTimer'>
}

export class Keeper {
  readonly #options: KeeperOptions
  #cancelTimer: (() => void) | undefined
  #writing: Promise<void> | undefined
  #again = false
  #refused = false
  #stopped = false

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /** Something changed. */
  soon(): void {
    if (this.#stopped) return
    if (this.#writing) this.#again = true
    else
      this.#cancelTimer ??= this.#options.clock.setTimer(
        () => void this.flush(),
        this.#refused ? AGAIN_MS : SOON_MS,
      )
  }

  /** Writes now what waits to be written; never rejects. */
  async flush(): Promise<void> {
    if (this.#writing) return this.#writing
    if (!this.#cancelTimer) return
    this.#cancelTimer()
    this.#cancelTimer = undefined
    this.#writing = this.#write()
    await this.#writing
    this.#writing = undefined
    if (this.#again || this.#refused) this.soon()
    this.#again = false
  }

  async #write(): Promise<void> {
    const { write, onKept } = this.#options
    try {
      await write()
      if (this.#refused) onKept(true)
      this.#refused = false
    } catch {
      if (!this.#refused) onKept(false)
      this.#refused = true
    }
  }

  /** Writes what waits, once, and nothing after that; whether the browser took all of it. */
  async stop(): Promise<boolean> {
    await this.flush()
    await this.flush()
    this.#stopped = true
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    return !this.#refused
  }
}
