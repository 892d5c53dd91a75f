import type { FrameMode } from '../protocol/control.ts'
import type { DrawParams, ModelInfo } from '../protocol/params.ts'
import { DEFAULT_CREDIT } from '../protocol/version.ts'
import type { Snapshot } from './types.ts'

/** A frame that was sent and has had no terminal event yet. */
export interface SentFrame {
  readonly seq: number
  readonly mode: FrameMode
  readonly params: DrawParams
  /** First change of the drawing that this frame shows and no painted one did; ms of the client's clock. */
  readonly penSinceMs: number | undefined
  /** When its snapshot was begun: every change made before is in it; ms of the client's clock. */
  readonly snapshotAtMs: number
  readonly snapshot: Snapshot
  /** The model of now while it waits, and once it has started the one that it began on (M1). */
  readonly model: ModelInfo
  readonly started: boolean
}

/** The frames in flight and the credit they hold: one entry, one credit, until the one terminal event (F1, C1). */
export class Ledger {
  readonly #frames = new Map<number, SentFrame>()
  #limit: number = DEFAULT_CREDIT

  /** Frames that may be sent now; never below 0, also when the limit has shrunk since. */
  get available(): number {
    return Math.max(0, this.#limit - this.size)
  }

  get size(): number {
    return this.#frames.size
  }

  frames(): readonly SentFrame[] {
    return [...this.#frames.values()]
  }

  setLimit(credit: number): void {
    this.#limit = Math.max(1, Math.trunc(credit))
  }

  /** False, and nothing noted, when the window is full or the number is in flight already. */
  open(frame: SentFrame): boolean {
    if (this.available === 0 || this.#frames.has(frame.seq)) return false
    this.#frames.set(frame.seq, frame)
    return true
  }

  /** The frame that an engine slot works on from now on, with `model`; `undefined` for one that is not in flight. */
  start(seq: number, model: ModelInfo): SentFrame | undefined {
    const frame = this.#frames.get(seq)
    if (frame) this.#frames.set(seq, { ...frame, model, started: true })
    return frame
  }

  /** The frame that ended; `undefined` for one that is not in flight, which gives nothing back. */
  close(seq: number): SentFrame | undefined {
    const frame = this.#frames.get(seq)
    this.#frames.delete(seq)
    return frame
  }

  /** `seq` shows what an older, superseded frame would have shown first. */
  inheritPen(seq: number, penSinceMs: number | undefined): void {
    const frame = this.#frames.get(seq)
    if (frame) this.#frames.set(seq, { ...frame, penSinceMs: earlier(frame.penSinceMs, penSinceMs) })
  }

  reset(): void {
    this.#frames.clear()
  }
}

export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}
