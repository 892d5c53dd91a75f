import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { PreviewSource } from '../engine/engine.ts'

/** One watcher's place: what it wants may change, and nothing at all is how a hidden page says so. */
export interface PreviewWatch {
  change(want: PreviewWant | undefined): void
  /** The watcher is gone. */
  stop(): void
}

/** Who watches the pictures of one session grow, and what each of them wants; the engine makes that and no more. */
export class PreviewDemand implements PreviewSource {
  readonly #watches = new Map<symbol, PreviewWant>()
  readonly #listeners = new Set<(wants: readonly PreviewWant[]) => void>()

  get wants(): readonly PreviewWant[] {
    return [...this.#watches.values()]
  }

  watch(first?: PreviewWant): PreviewWatch {
    const key = Symbol('watch')
    this.#set(key, first)
    return { change: (want) => this.#set(key, want), stop: () => this.#set(key, undefined) }
  }

  onChange(listener: (wants: readonly PreviewWant[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #set(key: symbol, want: PreviewWant | undefined): void {
    const before = this.#watches.get(key)
    if (JSON.stringify(before) === JSON.stringify(want)) return
    if (want === undefined || want.everySteps === 0) this.#watches.delete(key)
    else this.#watches.set(key, want)
    for (const listener of this.#listeners) listener(this.wants)
  }
}
