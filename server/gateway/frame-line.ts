import type { WireError } from '../../lib/protocol/errors.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import type { FrameRequest } from '../session/frame-request.ts'
import type { Session } from '../session/session.ts'
import type { FrameRef, SessionSink } from '../session/session-event.ts'
import type { FetchedImage } from './fetch-image.ts'
import type { FetchTurn } from './fetch-turns.ts'

export interface FrameLineOptions {
  readonly session: Pick<Session, 'submit' | 'refuse'>
  readonly fetch: (url: string, signal: AbortSignal) => Promise<FetchTurn>
  /** Requests whose pictures are fetched at a time; one more waits behind them, the newest. */
  readonly depth: number
  /** Hears of those that gave way, and of those refused behind one that waits. */
  readonly sink: SessionSink
}

type Deliver = (fetched: FetchedImage) => void

interface Entrance {
  readonly batch: number | undefined
  readonly imageUrl: string | undefined
}

/** What waits for one picture: the frames of one request. */
interface Awaited {
  readonly batch: number | undefined
  /** What is still to be asked for. */
  imageUrl: string | undefined
  readonly frames: FrameRef[]
  readonly deliver: Deliver[]
  readonly stop: AbortController
  /** Kept until the picture is the session's, which counts what it holds: behind a slow one many may have come. */
  turn: FetchTurn | undefined
}

/** Of a frame that needs none, or has it already. */
const NO_PICTURE: FetchTurn = {
  fetched: { ok: true, image: new Uint8Array() },
  giveBack: () => undefined,
}

/**
 * Frames on their way to a session, which takes their numbers only upwards: behind one whose picture still comes from
 * another server the later ones wait, as many requests as the client's own buffer has. A fetch that was begun is not
 * given up for a newer one (as SPEC F4 has it of frames that run): where fetching takes longer than the next request to
 * come, nothing would ever be painted.
 */
export class FrameLine {
  readonly #options: FrameLineOptions
  #line: Awaited[] = []

  constructor(options: FrameLineOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#line.length === 0
  }

  submit(frame: FrameRequest, params: DrawParams | undefined, imageUrl: string | undefined): void {
    const { session } = this.#options
    const deliver = (fetched: FetchedImage) => {
      if (!fetched.ok) session.refuse(frame, fetched.error)
      else session.submit(imageUrl === undefined ? frame : { ...frame, image: fetched.image }, params)
    }
    const last = this.#line.at(-1)
    if (last === undefined || frame.batch === undefined || last.batch !== frame.batch)
      return this.#enter(frame, deliver, { batch: frame.batch, imageUrl })
    last.frames.push(frame)
    last.deliver.push(deliver)
  }

  /** Of what cannot be painted: it takes no place, and least of all that of one that can. */
  refuse(frame: FrameRef, error: WireError): void {
    const { session, sink } = this.#options
    if (this.#line.length === 0) return session.refuse(frame, error)
    // Those in front of it could not pass the session any more with their lower numbers.
    const { seq, rev } = frame
    sink({ type: 'refused', seq, rev, error })
  }

  /** Nobody waits any more. */
  clear(): void {
    const line = this.#line.splice(0)
    // Nobody of this line wants a turn that another of it gives back.
    for (const { stop } of line) stop.abort()
    for (const { turn } of line) turn?.giveBack()
  }

  #enter(frame: FrameRef, deliver: Deliver, { batch, imageUrl }: Entrance): void {
    const { depth } = this.#options
    const isReady = imageUrl === undefined
    // What needs no fetch does not wait behind a slow server of somebody else, unless the client has room for both.
    const outdated = isReady
      ? this.#line.splice(0, Math.max(0, this.#line.length + 1 - depth))
      : this.#line.splice(depth)
    for (const awaited of outdated) this.#giveUp(awaited, frame.seq)
    this.#flush()
    if (isReady && this.#line.length === 0) return deliver(NO_PICTURE.fetched)
    const turn = isReady ? NO_PICTURE : undefined
    const stop = new AbortController()
    this.#line.push({ batch, imageUrl, frames: [frame], deliver: [deliver], stop, turn })
    this.#fetchNext()
  }

  #giveUp({ stop, turn, frames }: Awaited, by: number): void {
    stop.abort()
    turn?.giveBack()
    for (const { seq, rev } of frames) this.#options.sink({ type: 'superseded', seq, rev, by })
  }

  #fetchNext(): void {
    for (const awaited of this.#line.slice(0, this.#options.depth)) {
      const { imageUrl } = awaited
      awaited.imageUrl = undefined
      if (imageUrl !== undefined) this.#fetch(awaited, imageUrl)
    }
  }

  #fetch(awaited: Awaited, imageUrl: string): void {
    const { signal } = awaited.stop
    void this.#options.fetch(imageUrl, signal).then((turn) => {
      if (signal.aborted) return turn.giveBack()
      awaited.turn = turn
      this.#flush()
      this.#fetchNext()
    })
  }

  /** Those at the head of the line that wait for nothing. */
  #flush(): void {
    for (let head = this.#line[0]; head?.turn; head = this.#line[0]) {
      this.#line.shift()
      head.turn.giveBack()
      for (const deliver of head.deliver) deliver(head.turn.fetched)
    }
  }
}
