import type { WireError } from '../../lib/protocol/errors.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { Decoded } from '../compat/dialect.ts'
import { isTerminal } from '../session/session-event.ts'
import type { SessionEvent, SessionSink, TerminalEvent } from '../session/session-event.ts'
import type { CallerSession } from './caller-sessions.ts'
import { noTurn } from './fetch-turns.ts'
import type { FetchTurn, FetchTurns } from './fetch-turns.ts'

type FrameDecoded = Extract<Decoded, { kind: 'frame' }>

export interface WorkOptions {
  /** Without the pictures that were cancelled the others are still an answer. */
  readonly isPartialFine?: boolean
  readonly decoded: readonly Decoded[]
  readonly session: CallerSession
  readonly fetches: FetchTurns
  readonly nowMs: () => number
  /** Hears what a listener threw: it may not unwind the session that told the event. */
  readonly onBug: (where: string, error: unknown) => void
}

/**
 * The frames of one request, from submission to the last terminal event. Events carry the numbers that the request's
 * own dialect gave, whatever the shared session calls them.
 */
export class Work {
  readonly #options: WorkOptions
  readonly #seqs = new Map<number, number>()
  readonly #batches = new Map<number, number>()
  readonly #ends = new Map<number, TerminalEvent>()
  readonly #frames: readonly FrameDecoded[]
  readonly #listeners = new Set<SessionSink>()
  readonly #stop = new AbortController()
  readonly #fetched = new Map<string, Promise<FetchTurn>>()
  #startedMs: number | undefined
  #resolveSubmitted: () => void = () => undefined
  /** The first frame waits, runs or has ended: whatever could refuse it on the spot has. */
  readonly submitted: Promise<undefined>

  constructor(options: WorkOptions) {
    this.#options = options
    this.submitted = new Promise((resolve) => (this.#resolveSubmitted = () => resolve(undefined)))
    this.#frames = options.decoded.filter((one) => one.kind === 'frame')
  }

  /** Resolves with the terminal event of every frame, in the order they were asked for. */
  async run(): Promise<readonly TerminalEvent[]> {
    const previews = this.#options.decoded.find((one) => one.kind === 'previews')
    const want = previews?.want
    if (this.#frames.length === 0) this.#resolveSubmitted()
    const ends = this.#frames.map(async (frame) => {
      const end = await this.#one(want === undefined ? frame : withPreviews(frame, want))
      // Without this one there is no answer, so the rest need not be made.
      if (!this.#isAnswerable(end)) this.cancel()
      return end
    })
    try {
      return await Promise.all(ends)
    } finally {
      for (const turn of this.#fetched.values()) void turn.then(({ giveBack }) => giveBack())
    }
  }

  /** A picture, or one its caller gave up where the others are an answer without it. */
  #isAnswerable(end: TerminalEvent): boolean {
    const isGivenUp = end.type === 'failed' && end.error.code === 'cancelled'
    return end.type === 'image' || (isGivenUp && this.#options.isPartialFine === true)
  }

  /** When the engine began the first of its pictures. */
  get startedMs(): number | undefined {
    return this.#startedMs
  }

  /** Pictures it asked for, and how many of them have ended, one way or another. */
  get count(): { readonly pictures: number; readonly ended: number } {
    return { pictures: this.#frames.length, ended: this.#ends.size }
  }

  /** Asked as one of its pictures ends, before that is noted. Where all are needed, the first failure ends the rest. */
  readonly #rest = (): number => {
    return this.#options.isPartialFine ? this.#frames.length - this.#ends.size - 1 : 0
  }

  /** Frames of the same caller that come first. */
  get position(): number {
    const [first] = [...this.#seqs].filter(([own]) => !this.#ends.has(own))
    return first ? this.#options.session.before(first[1]) : 0
  }

  /** Every event of the frames from now on; returns the unsubscribe. */
  onEvent(listener: SessionSink): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What waits first: the end of what runs is then the end of all, for those who watch that one. */
  cancel(): void {
    this.#stop.abort()
    for (const seq of [...this.#seqs.values()].toReversed()) this.#options.session.session.cancel(seq)
  }

  async #one(decoded: FrameDecoded): Promise<TerminalEvent> {
    const { frame, imageUrl, params } = decoded
    const ref = { seq: frame.seq, rev: frame.rev }
    if (imageUrl === undefined) return await this.#submit(frame, params)
    const { fetched } = await this.#fetch(imageUrl)
    // First: whoever gives up hears so, not that the picture did not come.
    if (this.#stop.signal.aborted)
      return this.#note({ type: 'failed', ...ref, error: CANCELLED, retryable: true })
    if (!fetched.ok) return this.#note({ type: 'refused', ...ref, error: fetched.error })
    return await this.#submit({ ...frame, image: fetched.image }, params)
  }

  /** Once, however many pictures are to be made of it; the turn lasts until all of them are. */
  #fetch(url: string): Promise<FetchTurn> {
    const turn = this.#fetched.get(url) ?? this.#fetchInTurn(url)
    this.#fetched.set(url, turn)
    return turn
  }

  /** A place in the line comes first, then the turn to fetch. */
  async #fetchInTurn(url: string): Promise<FetchTurn> {
    const { session, fetches } = this.#options
    const places = new Set(this.#frames.map(({ frame }) => frame.batch ?? frame)).size
    const full = session.expect(places)
    if (full) return noTurn(full)
    const turn = await fetches.fetch(session.caller, url, this.#stop.signal)
    session.arrived(places)
    return turn
  }

  #submit(frame: FrameDecoded['frame'], params: FrameDecoded['params']): Promise<TerminalEvent> {
    return new Promise((resolve) => {
      const own = { seq: frame.seq, rev: frame.rev }
      const sink: SessionSink = (event) => {
        if (!('seq' in event)) return
        const renamed = { ...event, ...own }
        if (renamed.type === 'started') this.#startedMs ??= this.#options.nowMs()
        if (isTerminal(renamed)) resolve(this.#note(renamed))
        else this.#tell(renamed)
      }
      this.#seqs.set(
        frame.seq,
        this.#options.session.ask({ ...frame, ...this.#batchOf(frame), rest: this.#rest }, params, sink),
      )
      this.#resolveSubmitted()
    })
  }

  /** Batches, too, are numbered by each request for itself: in the shared session the first frame's number names one. */
  #batchOf({ batch }: FrameDecoded['frame']): { batch: number } | Record<string, never> {
    if (batch === undefined) return {}
    const shared = this.#batches.get(batch) ?? this.#options.session.nextSeq
    this.#batches.set(batch, shared)
    return { batch: shared }
  }

  #note(end: TerminalEvent): TerminalEvent {
    this.#ends.set(end.seq, end)
    this.#tell(end)
    this.#resolveSubmitted()
    return end
  }

  #tell(event: SessionEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        this.#options.onBug(`telling of ${event.type}`, error)
      }
    }
  }
}

const CANCELLED: WireError = { code: 'cancelled', message: 'The request was cancelled' }

function withPreviews(decoded: FrameDecoded, preview: PreviewWant): FrameDecoded {
  return { ...decoded, frame: { ...decoded.frame, preview } }
}
