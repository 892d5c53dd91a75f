import type { EngineState } from './engine.ts'

/** The engine's state and those who follow it. Setting what it already is tells nobody. */
export class StateCell {
  readonly #listeners = new Set<(state: EngineState) => void>()
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
    for (const listener of [...this.#listeners]) listener(next)
  }

  /** Returns the unsubscribe. */
  onChange(listener: (state: EngineState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
