// An unlocked seed: another one with each stroke after a pause of the pen, and none for a drawing that comes with its own.
import type { SketchClient } from '../../lib/client/types.ts'
import { randomSeed } from './seed.ts'

/** A pause of the pen after which an unlocked seed changes. */
const PAUSE_MS = 700

interface Rolled extends Pick<SketchClient, 'setParams'> {
  readonly store: { getState(): { readonly params: unknown } }
}

export class SeedRolls {
  readonly #client: Rolled
  readonly #isLocked: () => boolean
  #lastMs = -Infinity
  #brought = false

  constructor(client: Rolled, isLocked: () => boolean) {
    this.#client = client
    this.#isLocked = isLocked
  }

  /** The canvas says that the drawing changed. */
  heard(): void {
    const nowMs = performance.now()
    const paused = nowMs - this.#lastMs > PAUSE_MS
    const isStroke = !this.#brought
    this.#lastMs = nowMs
    this.#brought = false
    if (paused && isStroke && !this.#isLocked() && this.#client.store.getState().params)
      this.#client.setParams({ seed: randomSeed() })
  }

  /** Whether the change that is heard next is no stroke: tldraw tells of one a frame after it was made. */
  spareNext(brought: boolean): void {
    this.#brought = brought
  }
}
