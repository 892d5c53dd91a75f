import { createStore } from 'zustand/vanilla'
import type { StoreApi } from 'zustand/vanilla'
import type { Clock } from '../std/clock.ts'
import { NO_STATS } from './stats.ts'
import type { ClientState } from './types.ts'

export type FirstChoices = Pick<ClientState, 'live' | 'background' | 'autoRefine'>

/** A subscriber that throws goes to `report`: it must not unwind the connection that published the change. */
export function createClientStore(
  choices: FirstChoices,
  report: (error: unknown) => void,
): StoreApi<ClientState> {
  const store = createStore<ClientState>(() => ({
    status: { name: 'connecting', attempt: 0 },
    activity: 'offline',
    step: undefined,
    engine: { name: 'loading', detail: undefined },
    forming: false,
    model: undefined,
    params: undefined,
    given: {},
    refined: false,
    blanked: false,
    error: undefined,
    stats: NO_STATS,
    ...choices,
  }))
  const subscribe: typeof store.subscribe = (listener) =>
    store.subscribe((state, before) => {
      try {
        listener(state, before)
      } catch (error) {
        report(error)
      }
    })
  return { ...store, subscribe }
}

/** Eight updates a second are enough for numbers that people read. */
export const FIGURES_EVERY_MS = 125

/** Coalesces the fast-moving figures, so that thirty frames a second are not thirty renders of the page. */
export class Figures {
  readonly #clock: Clock
  /** Writes the figures; true when they will change by themselves, so that it must be called again. */
  readonly #write: () => boolean
  #cancel: (() => void) | undefined

  constructor(clock: Clock, write: () => boolean) {
    this.#clock = clock
    this.#write = write
  }

  soon(): void {
    this.#cancel ??= this.#clock.setTimer(() => {
      this.#cancel = undefined
      if (this.#write()) this.soon()
    }, FIGURES_EVERY_MS)
  }

  dispose(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
