import type { Timings } from '../protocol/control.ts'
import type { ClientStats } from './types.ts'

const WINDOW_MS = 2_000

export const NO_STATS: ClientStats = {
  fps: 0,
  penToPaintMs: undefined,
  roundTripMs: undefined,
  timings: undefined,
  painted: 0,
  superseded: 0,
  bytesUp: 0,
  bytesDown: 0,
}

/** Counts what happens; times in ms of the client's clock, sizes in bytes. */
export class StatsMeter {
  #livePaints: number[] = []
  #rest: Omit<ClientStats, 'fps'> = NO_STATS

  painted(paint: { nowMs: number; live: boolean; timings: Timings; penSinceMs: number | undefined }): void {
    const { nowMs, live, timings, penSinceMs } = paint
    if (live) this.#livePaints.push(nowMs)
    this.#rest = {
      ...this.#rest,
      painted: this.#rest.painted + 1,
      timings,
      penToPaintMs: penSinceMs === undefined ? this.#rest.penToPaintMs : nowMs - penSinceMs,
    }
  }

  superseded(): void {
    this.#rest = { ...this.#rest, superseded: this.#rest.superseded + 1 }
  }

  roundTrip(roundTripMs: number): void {
    this.#rest = { ...this.#rest, roundTripMs }
  }

  bytes(up: number, down: number): void {
    this.#rest = { ...this.#rest, bytesUp: this.#rest.bytesUp + up, bytesDown: this.#rest.bytesDown + down }
  }

  read(nowMs: number): ClientStats {
    this.#livePaints = this.#livePaints.filter((atMs) => nowMs - atMs < WINDOW_MS)
    return { ...this.#rest, fps: (this.#livePaints.length * 1000) / WINDOW_MS }
  }
}
