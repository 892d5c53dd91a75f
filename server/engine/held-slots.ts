import type { Slot } from './slot.ts'

/** Slots that failed and are not started again until it is known where. */
export class HeldSlots {
  readonly #slots = new Set<Pick<Slot, 'hold' | 'resume'>>()
  #search: Promise<void> | undefined

  /** It is being found out where they are to run. */
  get isSearching(): boolean {
    return this.#search !== undefined
  }

  /** Only from `onFailure` of that slot. */
  hold(slot: Pick<Slot, 'hold' | 'resume'>): void {
    slot.hold()
    this.#slots.add(slot)
  }

  /** Lets them go on when the search ends, whatever comes of it. */
  until(search: Promise<void>): void {
    this.#search = search.finally(() => {
      this.#search = undefined
      for (const slot of this.#slots) slot.resume()
      this.#slots.clear()
    })
  }

  /** Resolves when nothing is searched for. */
  async ended(): Promise<void> {
    await this.#search
  }
}
