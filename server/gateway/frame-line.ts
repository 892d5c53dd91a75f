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
  /** Requests that may wait for their picture; one more and the oldest gives way. */
  readonly depth: number
  /** Hears of those that gave way, and of those refused behind one that waits. */
  readonly sink: SessionSink
}

type Deliver = (fetched: FetchedImage) => void

interface Entrance {
  readonly batch?: number | undefined
  readonly imageUrl?: string | undefined
}

/** What waits for one picture: the frames of one request. */
interface Awaited {
  readonly batch: number | undefined
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
 * another server the later ones wait, as many requests as the client's own buffer has, and then the oldest goes.
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
    this.#makeRoom(frame.seq)
    if (imageUrl === undefined && this.#line.length === 0) return deliver(NO_PICTURE.fetched)
    const stop = new AbortController()
    const turn = imageUrl === undefined ? NO_PICTURE : undefined
    const awaited: Awaited = { batch, frames: [frame], deliver: [deliver], stop, turn }
    this.#line.push(awaited)
    if (imageUrl !== undefined) this.#fetch(awaited, imageUrl)
  }

  /** A newer request does not wait behind a slow server of somebody else, unless the client has room for both. */
  #makeRoom(by: number): void {
    while (this.#line.length >= this.#options.depth) {
      const oldest = this.#line.shift()
      oldest?.stop.abort()
      oldest?.turn?.giveBack()
      for (const { seq, rev } of oldest?.frames ?? [])
        this.#options.sink({ type: 'superseded', seq, rev, by })
    }
    this.#flush()
  }

  #fetch(awaited: Awaited, imageUrl: string): void {
    const { signal } = awaited.stop
    void this.#options.fetch(imageUrl, signal).then((turn) => {
      if (signal.aborted) return turn.giveBack()
      awaited.turn = turn
      this.#flush()
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
