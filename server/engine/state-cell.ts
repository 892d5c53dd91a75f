import type { EngineState } from './engine.ts'
import { Listeners } from './listeners.ts'

/** The engine's state and those who follow it. Setting what it already is tells nobody. */
export class StateCell {
  readonly #listeners = new Listeners<EngineState>()
  #state: EngineState

  constructor(state: EngineState) {
    this.#state = state
  }

  get(): EngineState {
    return this.#state
  }

  set(next: EngineState): void {
    if (next.name === this.#state.name && next.detail === this.#state.detail) return
    this.#state = next
    this.#listeners.tell(next)
  }

  /** Returns the unsubscribe. */
  onChange(listener: (state: EngineState) => void): () => void {
    return this.#listeners.add(listener)
  }
}
