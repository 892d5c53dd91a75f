import { backoffMs } from '../flow/backoff.ts'
import type { FrameMode } from '../protocol/control.ts'
import type { WireError } from '../protocol/errors.ts'
import type { DrawParams, ModelInfo } from '../protocol/params.ts'
import { messageOf } from '../std/errors.ts'
import { sameParams } from './draft-params.ts'
import type { Environment, Socket } from './environment.ts'
import { earlier, Ledger } from './ledger.ts'
import type { SentFrame } from './ledger.ts'
import { Pace } from './pace.ts'
import { PreviewAsk } from './preview-ask.ts'
import type { Snapshot, TakeSnapshot } from './types.ts'
import { Wire } from './wire.ts'
import type { WireLimits } from './wire.ts'

export interface PumpOptions {
  readonly env: Pick<Environment, 'clock' | 'requestFrame' | 'random' | 'isHidden'>
  readonly takeSnapshot: TakeSnapshot
  /** Something changed that bears on what the page shows. */
  onChange(): void
  onSent(bytes: number): void
  /** The newest frame is larger than the server takes and was not sent; it has its credit until it is settled. */
  onTooLarge(error: WireError): void
  onError(error: WireError): void
}

/** A snapshot on its way to the socket. */
interface Made {
  readonly snapshot: Snapshot
  /** What it was made for; the parameters may have changed since. */
  readonly asked: DrawParams
  readonly wire: Wire
  readonly penSinceMs: number | undefined
  readonly snapshotAtMs: number
}

/** With more than this unsent in the browser, another picture would only wait there and grow old. */
const MAX_BUFFERED_BYTES = 64 * 1024
const LOOK_AGAIN_MS = 30
/** A hidden tab gets no animation frames. */
const HIDDEN_TICK_MS = 50

/**
 * Turns "the drawing changed" into frames: a flag, not a queue. One snapshot at a time, never more frames in
 * flight than the credit, and what is sent is the drawing as it is at that moment.
 */
export class Pump {
  readonly ledger = new Ledger()
  readonly #options: PumpOptions
  readonly #pace = new Pace()
  readonly #previewAsk: PreviewAsk
  #wire: Wire | undefined
  #params: DrawParams | undefined
  #enabled = false
  #dirty = true
  #penSinceMs: number | undefined
  #refinePlan: DrawParams | undefined
  #snapshotting = false
  #lastLive: { readonly hash: string; readonly params: DrawParams } | undefined
  #seq = 0
  #newestLiveSeq = 0
  #failures = 0
  #cancelTick: (() => void) | undefined
  #cancelHold: (() => void) | undefined

  constructor(options: PumpOptions) {
    this.#options = options
    this.#previewAsk = new PreviewAsk(options.env.clock)
  }

  /** A live frame should go out, now or as soon as there is credit. */
  get wantsLive(): boolean {
    return this.#enabled && (this.#dirty || (this.#snapshotting && !this.#refinePlan))
  }

  /** A refinement pass is wanted or in flight. */
  get refining(): boolean {
    return this.#refinePlan !== undefined || this.ledger.frames().some((frame) => frame.mode === 'refine')
  }

  /** Nothing is being made or in flight, whatever the drawing wants. */
  get free(): boolean {
    return !this.#snapshotting && !this.#refinePlan && !this.#cancelHold && this.ledger.size === 0
  }

  /** Seq of the last live frame sent; 0 before the first. */
  get newestLiveSeq(): number {
    return this.#newestLiveSeq
  }

  /** A new connection: everything that was in flight is gone, the current scene goes out again (E1). */
  connect(socket: Socket, limits: WireLimits & { readonly credit: number }): void {
    this.disconnect()
    this.ledger.setLimit(limits.credit)
    this.#pace.credit = limits.credit
    this.#wire = new Wire(socket, limits)
    this.#previewAsk.connect(socket)
    this.#schedule()
  }

  disconnect(): void {
    this.#wire = undefined
    this.ledger.reset()
    this.#pace.reset()
    this.#previewAsk.connect(undefined)
    this.#cancelAll()
    this.#failures = 0
    this.#lastLive = undefined
    this.#refinePlan = undefined
    this.#penSinceMs = undefined
    this.#dirty = true
  }

  setParams(params: DrawParams): void {
    this.#params = params
    this.#dirty = true
    this.#schedule()
  }

  /** The same drawing is another picture now. */
  modelChanged(model: ModelInfo, params: DrawParams): void {
    if (this.#wire) this.#wire.model = model
    this.#lastLive = undefined
    this.#refinePlan = undefined
    this.setParams(params)
  }

  setEnabled(enabled: boolean): void {
    // Changes made during a pause did not wait for us to paint them.
    if (enabled && !this.#enabled) this.#penSinceMs = undefined
    this.#enabled = enabled
    this.#rescheduleTick()
  }

  /** Another source of ticks: animation frames stop in a hidden tab, timers do not. */
  #rescheduleTick(): void {
    this.#cancelTick?.()
    this.#cancelTick = undefined
    this.#schedule()
  }

  markDirty(): void {
    this.#penSinceMs ??= this.#options.env.clock.now()
    if (this.#dirty) return
    this.#dirty = true
    this.#schedule()
    this.#options.onChange()
  }

  /** Asks for one refinement pass, sent as soon as no live frame waits or is in flight. */
  refine(params: DrawParams): void {
    this.#refinePlan = params
    this.#schedule()
  }

  /** An engine slot works on the frame. */
  start(seq: number): void {
    if (!this.#wire || this.ledger.start(seq, this.#wire.model)?.mode !== 'live') return
    this.#pace.started(seq, this.#options.env.clock.now())
    this.#previewAsk.started(seq)
  }

  /** Ends a frame and gives its credit back; `undefined` when it was not in flight. */
  settle(seq: number, done: boolean): SentFrame | undefined {
    const frame = this.ledger.close(seq)
    if (!frame) return undefined
    const left = this.ledger.frames().flatMap((one) => (one.mode === 'live' ? one.seq : []))
    this.#pace.ended(seq, this.#options.env.clock.now(), { done, left })
    this.#previewAsk.ended(seq, done)
    // What was held back for this frame need not wait any longer.
    this.#rescheduleTick()
    return frame
  }

  succeeded(): void {
    this.#failures = 0
  }

  /** Sends the scene again after a while; until then nothing else is sent either: the server asked for a pause. */
  retry(frame: SentFrame, error: WireError): void {
    if (error.code === 'unknown_params_rev') this.#wire?.forgetParams()
    if (frame.mode === 'live') this.#penSinceMs = earlier(this.#penSinceMs, frame.penSinceMs)
    this.#hold(error.retryAfterMs, frame.mode)
  }

  dispose(): void {
    this.disconnect()
    this.#enabled = false
  }

  #hold(delayMs: number | undefined, mode: FrameMode): void {
    const { clock, random } = this.#options.env
    this.#cancelTick?.()
    this.#cancelTick = undefined
    this.#cancelHold?.()
    if (mode === 'live') {
      this.#lastLive = undefined
      this.#dirty = true
    }
    this.#cancelHold = clock.setTimer(
      () => {
        this.#cancelHold = undefined
        this.#schedule()
        this.#options.onChange()
      },
      delayMs ?? backoffMs(this.#failures++, random()),
    )
  }

  #cancelAll(): void {
    this.#cancelTick?.()
    this.#cancelHold?.()
    this.#cancelTick = this.#cancelHold = undefined
  }

  /** The frame that should be made now, if one should and may. */
  #next(): { readonly mode: FrameMode; readonly params: DrawParams } | undefined {
    if (!this.#wire || !this.#params || this.#snapshotting || this.#cancelHold) return undefined
    if (this.ledger.available === 0) return undefined
    if (this.#dirty && this.#enabled) return { mode: 'live', params: this.#params }
    if (this.#refinePlan && this.ledger.size === 0) return { mode: 'refine', params: this.#refinePlan }
    return undefined
  }

  #schedule(): void {
    if (this.#cancelTick || !this.#next()) return
    const { env } = this.#options
    const tick = (): void => this.#tick()
    this.#cancelTick = env.isHidden() ? env.clock.setTimer(tick, HIDDEN_TICK_MS) : env.requestFrame(tick)
  }

  #tick(): void {
    this.#cancelTick = undefined
    const next = this.#next()
    if (!next || !this.#wire) return
    const { clock } = this.#options.env
    const buffered = this.#wire.socket.bufferedBytes() > MAX_BUFFERED_BYTES
    const waitMs = buffered ? LOOK_AGAIN_MS : this.#pace.waitMs(clock.now())
    if (waitMs > 0) this.#cancelTick = clock.setTimer(() => this.#tick(), waitMs)
    else void this.#make(next.mode, next.params, this.#wire)
  }

  async #make(mode: FrameMode, asked: DrawParams, wire: Wire): Promise<void> {
    const penSinceMs = mode === 'live' ? this.#penSinceMs : undefined
    if (mode === 'live') {
      this.#dirty = false
      this.#penSinceMs = undefined
    }
    this.#snapshotting = true
    const snapshotAtMs = this.#options.env.clock.now()
    this.#options.onChange()
    try {
      const snapshot = await this.#options.takeSnapshot({ width: asked.width, height: asked.height })
      this.#snapshotting = false
      this.#pace.snapshotMs = snapshot.snapshotMs
      const made = { snapshot, asked, wire, penSinceMs, snapshotAtMs }
      if (mode === 'live') this.#sendLive(made)
      else this.#sendRefine(made)
    } catch (error) {
      this.#snapshotting = false
      this.#snapshotFailed(error, mode, wire)
    }
    this.#schedule()
    this.#options.onChange()
  }

  #snapshotFailed(error: unknown, mode: FrameMode, wire: Wire): void {
    if (wire !== this.#wire) return
    if (mode === 'refine') this.#refinePlan = undefined
    const message = `The drawing could not be turned into a picture: ${messageOf(error)}. It is tried again shortly.`
    this.#options.onError({ code: 'internal', message })
    this.#hold(undefined, mode)
  }

  #sendLive({ snapshot, asked, wire, penSinceMs, snapshotAtMs }: Made): void {
    const params = this.#params
    // Another connection starts from its own state; what it needs was noted in connect().
    if (wire !== this.#wire || !params) return
    const resized = params.width !== asked.width || params.height !== asked.height
    if (resized || !this.#enabled) {
      this.#dirty = true
      this.#penSinceMs = earlier(penSinceMs, this.#penSinceMs)
      return
    }
    if (this.#lastLive?.hash === snapshot.hash && sameParams(this.#lastLive.params, params)) return
    this.#refinePlan = undefined
    this.#lastLive = { hash: snapshot.hash, params }
    this.#transmit({ mode: 'live', params, penSinceMs, snapshotAtMs, snapshot }, wire)
  }

  #sendRefine({ snapshot, asked: params, wire, snapshotAtMs }: Made): void {
    const wanted = this.#refinePlan === params && wire === this.#wire
    if (wanted) this.#refinePlan = undefined
    // The pen is down again: what follows it has the slot.
    if (!wanted || (this.#dirty && this.#enabled)) return
    this.#transmit({ mode: 'refine', params, penSinceMs: undefined, snapshotAtMs, snapshot }, wire)
  }

  #transmit(made: Omit<SentFrame, 'seq' | 'model' | 'started'>, wire: Wire): void {
    const seq = this.#seq + 1
    const frame = { ...made, seq, model: wire.model, started: false }
    if (!this.ledger.open(frame)) throw new Error('no_credit')
    this.#seq = seq
    let bytes = 0
    try {
      bytes = wire.send(frame)
    } catch (error) {
      // What was not sent gets no terminal event, so its credit comes back here.
      this.ledger.close(seq)
      throw error
    }
    if (bytes === 0) {
      const value = frame.snapshot.bytes.length
      const message = `The drawing is ${value} bytes, more than the server takes; choose a smaller size`
      return this.#options.onTooLarge({ code: 'message_too_large', message, field: 'image', value })
    }
    if (frame.mode === 'live') this.#newestLiveSeq = seq
    this.#options.onSent(bytes)
  }
}
