import type { WireError } from '../protocol/errors.ts'
import type { Environment } from './environment.ts'
import type { Incoming, Picture, StepPreview } from './incoming.ts'
import type { SentFrame } from './ledger.ts'
import type { Painter } from './painter.ts'
import { RETRYABLE } from './retryable.ts'
import type { Pump } from './pump.ts'
import type { StatsMeter } from './stats.ts'
import type { PaintedFrame } from './types.ts'
import { wireErrorOf } from './wire-error.ts'

export interface FrameEndsOptions {
  readonly env: Pick<Environment, 'clock' | 'reportError'>
  readonly pump: Pump
  readonly painter: Painter
  readonly stats: StatsMeter
  onPainted(frame: PaintedFrame): void
  onError(error: WireError): void
  /** A refinement pass ended without a picture, but another one may succeed. */
  onRefineLost(): void
  onChange(): void
}

type Message = Exclude<Incoming, { type: 'welcome' | 'pong' | 'status' | 'step' | 'model' }>
type Ended = Extract<Message, { type: 'refused' | 'failed' }>

/** Refused only for now: the next try is made without a word, and the picture on the screen tells no lie. */
const QUIET: readonly string[] =
  'no_credit busy rate_limited engine_loading cancelled unknown_params_rev'.split(' ')

/** An `error` with one of these is about a frame of ours that the server could not read as one. */
const NO_FRAME: readonly string[] = 'invalid_header message_too_large hello_first duplicate_seq'.split(' ')

/** What each terminal event means for credit, picture, retry and the words on the page. */
export class FrameEnds {
  readonly #options: FrameEndsOptions
  readonly #listeners = new Set<(frame: PaintedFrame) => void>()
  #lastFrame: PaintedFrame | undefined
  /** The live frame whose picture was painted last, and the one that needs no (further) refinement. */
  #paintedLiveSeq = 0
  #refinedLiveSeq = 0
  readonly #painting: SentFrame[] = []

  constructor(options: FrameEndsOptions) {
    this.#options = options
  }

  get lastFrame(): PaintedFrame | undefined {
    return this.#lastFrame
  }

  get painting(): boolean {
    return this.#painting.length > 0
  }

  get paintingLive(): boolean {
    return this.#painting.some((frame) => frame.mode === 'live')
  }

  /** The newest live frame is on the canvas and has had no refinement yet. */
  get wantsRefinement(): boolean {
    const newest = this.#options.pump.newestLiveSeq
    return newest > 0 && this.#paintedLiveSeq === newest && this.#refinedLiveSeq !== newest && !this.painting
  }

  onFrame(listener: (frame: PaintedFrame) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  dispose(): void {
    this.#listeners.clear()
  }

  receive(message: Message): void {
    const { pump, painter } = this.#options
    if (message.type === 'error') {
      this.unread(wireErrorOf(message))
    } else if (message.type === 'started') {
      pump.start(message.seq)
    } else if (message.type === 'preview') {
      void this.#preview(message)
    } else {
      const frame = pump.settle(message.seq, message.type === 'picture')
      if (!frame) return
      if (message.type === 'picture') void this.#paint(message, frame)
      else {
        painter.endPreview(message.seq)
        if (message.type === 'superseded') this.#superseded(frame, message.by)
        else this.#ended(frame, message)
      }
    }
    this.#options.onChange()
  }

  /** Nobody names a frame here: it is the newest one that the server has not begun, whose credit comes back (W1). */
  unread(error: WireError): void {
    const { pump, onError } = this.#options
    const waiting = pump.ledger.frames().filter((frame) => !frame.started)
    const lost = NO_FRAME.includes(error.code) ? waiting.at(-1) : undefined
    if (lost) pump.settle(lost.seq, false)
    if (lost?.mode === 'refine') this.#refinedLiveSeq = pump.newestLiveSeq
    onError(error)
  }

  /** Only of live frames: a refinement pass has a better picture on the canvas than any of its previews. */
  async #preview({ seq, codec, image }: StepPreview): Promise<void> {
    const { pump, painter, onChange } = this.#options
    if (!pump.ledger.frames().some((frame) => frame.seq === seq && frame.mode === 'live')) return
    await painter.preview(seq, new Blob([image], { type: `image/${codec}` }))
    onChange()
  }

  #superseded(frame: SentFrame, by: number): void {
    const { pump, stats, onRefineLost } = this.#options
    if (frame.mode === 'refine') onRefineLost()
    else pump.ledger.inheritPen(by, frame.penSinceMs)
    stats.superseded()
  }

  #ended(frame: SentFrame, message: Ended): void {
    const { pump, onError, onRefineLost } = this.#options
    const error = wireErrorOf(message)
    const tryAgain =
      message.type === 'failed'
        ? message.retryable
        : RETRYABLE.includes(error.code) || error.code === 'unknown_params_rev'
    if (!QUIET.includes(error.code)) onError(error)
    if (!tryAgain) {
      if (frame.mode === 'refine') this.#refinedLiveSeq = pump.newestLiveSeq
      return
    }
    if (frame.mode === 'refine') onRefineLost()
    // A pass that gave way to someone else's pen is no reason to slow our own.
    if (frame.mode === 'live' || !['cancelled', 'busy'].includes(error.code)) pump.retry(frame, error)
  }

  async #paint(picture: Picture, frame: SentFrame): Promise<void> {
    const { pump, painter, onChange } = this.#options
    pump.succeeded()
    // The pen is down again: a refined picture of what was would only flash between two live ones.
    if (frame.mode === 'refine' && (pump.newestLiveSeq > frame.seq || pump.wantsLive)) return
    this.#painting.push(frame)
    const blob = new Blob([picture.image], { type: `image/${picture.codec}` })
    const result = await painter.show({ seq: frame.seq, blob, refined: frame.mode === 'refine' })
    this.#painting.splice(this.#painting.indexOf(frame), 1)
    if (result === 'painted') this.#painted(picture, frame, blob)
    else if (result === 'broken') this.#options.onError(BROKEN)
    onChange()
  }

  #painted({ seq, meta, width, height }: Picture, frame: SentFrame, blob: Blob): void {
    const { env, pump, stats, onPainted } = this.#options
    const live = frame.mode === 'live'
    if (live) this.#paintedLiveSeq = seq
    else this.#refinedLiveSeq = pump.newestLiveSeq
    const nowMs = env.clock.now()
    stats.painted({ nowMs, live, timings: meta.timings, penSinceMs: frame.penSinceMs })
    const { params, snapshot, snapshotAtMs, model } = frame
    const painted: PaintedFrame = { seq, params, meta, width, height, blob, snapshot, snapshotAtMs, model }
    this.#lastFrame = painted
    onPainted(painted)
    for (const listener of this.#listeners) {
      try {
        listener(painted)
      } catch (error) {
        env.reportError(error)
      }
    }
  }
}

const BROKEN: WireError = {
  code: 'broken_image',
  message: 'The browser could not decode the picture. Draw on to get another.',
  field: 'image',
}
