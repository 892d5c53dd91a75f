import { Credit } from '../flow/credit.ts'
import type { FrameMode } from '../protocol/control.ts'
import type { DrawParams } from '../protocol/params.ts'
import { DEFAULT_CREDIT } from '../protocol/version.ts'

/** A frame that was sent and has had no terminal event yet. */
export interface SentFrame {
  readonly seq: number
  readonly mode: FrameMode
  readonly params: DrawParams
  /** First change of the drawing that this frame shows and no painted one did; ms of the client's clock. */
  readonly penSinceMs: number | undefined
  /** When its snapshot was begun: every change made before is in it; ms of the client's clock. */
  readonly snapshotAtMs: number
  readonly started: boolean
}

/** The frames in flight and the credit they hold: one entry, one credit, until the one terminal event (F1, C1). */
export class Ledger {
  readonly #credit = new Credit(DEFAULT_CREDIT)
  readonly #frames = new Map<number, SentFrame>()

  get available(): number {
    return this.#credit.available
  }

  get size(): number {
    return this.#frames.size
  }

  frames(): readonly SentFrame[] {
    return [...this.#frames.values()]
  }

  setLimit(credit: number): void {
    this.#credit.limit = Math.max(1, Math.trunc(credit))
  }

  /** False, and nothing noted, when the window is full. */
  open(frame: SentFrame): boolean {
    if (!this.#credit.take(frame.seq)) return false
    this.#frames.set(frame.seq, frame)
    return true
  }

  /** The frame that an engine slot works on from now on; `undefined` for one that is not in flight. */
  start(seq: number): SentFrame | undefined {
    const frame = this.#frames.get(seq)
    if (frame) this.#frames.set(seq, { ...frame, started: true })
    return frame
  }

  /** The frame that ended; `undefined` for one that is not in flight, which gives nothing back. */
  close(seq: number): SentFrame | undefined {
    const frame = this.#frames.get(seq)
    if (!frame || !this.#credit.give(seq)) return undefined
    this.#frames.delete(seq)
    return frame
  }

  /** `seq` shows what an older, superseded frame would have shown first. */
  inheritPen(seq: number, penSinceMs: number | undefined): void {
    const frame = this.#frames.get(seq)
    if (frame) this.#frames.set(seq, { ...frame, penSinceMs: earlier(frame.penSinceMs, penSinceMs) })
  }

  reset(): void {
    this.#credit.reset()
    this.#frames.clear()
  }
}

export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}
