import type { Preview } from '../engine/engine.ts'
import type { SessionEvent, TerminalEvent } from './session-event.ts'
import { isTerminal } from './session-event.ts'

/** What became of the newest job that one caller started through one door. */
export interface JobTrace {
  readonly session: string
  readonly door: string
  readonly seq: number
  readonly startedMs: number
  /** Denoising steps done, and how many there are; 0 of 0 before the first has ended. */
  readonly step: number
  readonly steps: number
  /** Of the newest step that had any. */
  readonly previews: readonly Preview[]
  /** Grows whenever there are new ones, over all jobs. */
  readonly previewId: number
  /** `undefined` while it runs. */
  readonly end: TerminalEvent['type'] | undefined
}

/** More callers than this are forgotten, the longest unheard first. */
const MAX_KEPT = 256

/**
 * The newest job of every caller, for wires that ask about progress on another connection than the one that asked for
 * the picture (A1111). Kept after its end, in bounded number.
 */
export class Traces {
  #previewId = 0
  readonly #kept = new Map<string, { readonly caller: string; trace: JobTrace }>()

  note(
    from: { readonly caller: string; readonly door: string; readonly session: string },
    event: SessionEvent,
    nowMs: number,
  ): void {
    const key = JSON.stringify([from.caller, from.door])
    if (event.type === 'started') {
      const { door, session } = from
      const fresh = { step: 0, steps: 0, previews: [], previewId: this.#previewId, end: undefined }
      this.#put(key, {
        caller: from.caller,
        trace: { session, door, seq: event.seq, startedMs: nowMs, ...fresh },
      })
      return
    }
    const kept = this.#kept.get(key)
    const { trace } = kept ?? {}
    if (!kept || !trace || !('seq' in event) || trace.seq !== event.seq || trace.session !== from.session)
      return
    if (event.type === 'step') {
      const { step, steps, previews } = event
      const shown = previews.length > 0 ? { previews, previewId: ++this.#previewId } : {}
      kept.trace = { ...trace, step, steps, ...shown }
    } else if (isTerminal(event)) kept.trace = { ...trace, end: event.type }
  }

  #put(key: string, kept: { readonly caller: string; trace: JobTrace }): void {
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break
      this.#kept.delete(oldest)
    }
  }

  /** @param door only jobs of this dialect; any without it */
  latest(caller: string, door?: string): JobTrace | undefined {
    const mine = [...this.#kept.values()].filter((kept) => kept.caller === caller)
    return mine.findLast(({ trace }) => door === undefined || trace.door === door)?.trace
  }
}
