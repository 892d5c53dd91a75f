import type { RunMeter } from '../../benchmark/meter.ts'
import type { BenchSize } from '../../benchmark/settings.ts'
import { messageOf } from '../../std/errors.ts'
import type { Environment } from '../environment.ts'
import { earlier } from '../ledger.ts'
import { Painter } from '../painter.ts'
import type { Snapshot, TakeSnapshot } from '../types.ts'
import type { FrameEnd, Link } from './link.ts'

export interface BenchClientOptions {
  readonly env: Environment
  readonly link: Link
  readonly size: BenchSize
  /** Gives the drawing as it is; may be called by several clients at once. */
  readonly takeSnapshot: TakeSnapshot
  readonly offsetMs: () => number | undefined
  /** Where pictures are painted; a canvas of its own, not shown, where there is none. */
  readonly canvas: HTMLCanvasElement
}

interface Flight {
  readonly seq: number
  readonly penAtMs: number
  readonly snapshotAtMs: number
  /** Duration of drawing the page onto a canvas, and of the whole snapshot. */
  readonly snapshotMs: number
  readonly wholeSnapshotMs: number
  readonly sentAtMs: number
}

/**
 * One connection that draws: the pump's rules (a flag and not a queue, one snapshot at a time, never more in flight
 * than the window, the newest drawing) over any transport, with every moment noted.
 */
export class BenchClient {
  readonly #options: BenchClientOptions
  readonly #painter: Painter
  readonly #flights = new Map<number, Flight>()
  #meter: RunMeter | undefined
  #penAtMs: number | undefined
  #snapshotting = false
  #running = false
  #cancelTick: (() => void) | undefined
  #idle: (() => void) | undefined
  #painting = 0

  constructor(options: BenchClientOptions) {
    this.#options = options
    this.#painter = new Painter(options.env)
    this.#painter.attach(options.canvas)
  }

  /** From now on what happens is noted in `meter`. */
  start(meter: RunMeter): void {
    this.#meter = meter
    this.#running = true
    this.#schedule()
  }

  /** The drawing changed: a flag, cheap enough for every pointer event. */
  markDirty(): void {
    this.#penAtMs ??= this.#options.env.clock.now()
    this.#schedule()
  }

  /** Frames that were sent and have not ended. */
  get inFlight(): number {
    return this.#flights.size
  }

  /** Sends nothing more; resolves when all that was sent has ended. */
  stop(): Promise<void> {
    this.#running = false
    this.#cancelTick?.()
    this.#cancelTick = undefined
    return new Promise((resolve) => {
      this.#idle = resolve
      this.#settle()
    })
  }

  close(): void {
    this.#running = false
    this.#cancelTick?.()
    this.#options.link.close()
    this.#painter.dispose()
  }

  #settle(): void {
    if (!this.#running && !this.#snapshotting && this.#flights.size + this.#painting === 0) this.#idle?.()
  }

  #schedule(): void {
    if (this.#cancelTick || !this.#wants()) return
    this.#cancelTick = this.#options.env.requestFrame(() => this.#tick())
  }

  #wants(): boolean {
    const { link } = this.#options
    const room = this.#flights.size + (this.#snapshotting ? 1 : 0) < link.window
    return this.#running && !link.lost && this.#penAtMs !== undefined && !this.#snapshotting && room
  }

  #tick(): void {
    this.#cancelTick = undefined
    if (!this.#wants()) return
    const { env, link } = this.#options
    const waitMs = link.waitMs(env.clock.now())
    if (waitMs > 0) this.#cancelTick = env.clock.setTimer(() => this.#tick(), waitMs)
    else void this.#make()
  }

  async #make(): Promise<void> {
    const { env, link, size, takeSnapshot } = this.#options
    const askedAtMs = env.clock.now()
    const penAtMs = this.#penAtMs ?? askedAtMs
    this.#penAtMs = undefined
    this.#snapshotting = true
    try {
      const snapshot = await takeSnapshot(size)
      const times = snapshotTimes(snapshot, env.clock.now(), askedAtMs)
      link.snapshotTook(snapshot.snapshotMs)
      const sent = await link.send(snapshot)
      const flight = { seq: sent.seq, penAtMs, sentAtMs: sent.sentAtMs, ...times }
      this.#flights.set(sent.seq, flight)
      this.#meter?.sent(sent.bytes)
      void sent.end.then((end) => this.#ended(flight, end))
    } catch (error) {
      this.#meter?.failed(messageOf(error))
    }
    this.#snapshotting = false
    this.#schedule()
    this.#settle()
  }

  async #ended(flight: Flight, end: FrameEnd): Promise<void> {
    const inFlight = this.#flights.get(flight.seq) ?? flight
    this.#flights.delete(flight.seq)
    if (end.kind === 'superseded') this.#superseded(inFlight, end.by)
    else if (end.kind === 'failed') this.#failed(inFlight, end.message)
    // What was held back for this frame need not wait any longer.
    this.#cancelTick?.()
    this.#cancelTick = undefined
    this.#schedule()
    if (end.kind === 'picture') await this.#paint(inFlight, end)
    this.#settle()
  }

  /** What it would have shown first, the one that took its place shows first. */
  #superseded(flight: Flight, by: number): void {
    this.#meter?.superseded()
    const heir = this.#flights.get(by)
    if (!heir) this.#penAtMs = earlier(this.#penAtMs, flight.penAtMs)
    else this.#flights.set(by, { ...heir, penAtMs: Math.min(heir.penAtMs, flight.penAtMs) })
  }

  #failed(flight: Flight, message: string): void {
    this.#meter?.failed(message)
    this.#penAtMs = earlier(this.#penAtMs, flight.penAtMs)
  }

  async #paint(flight: Flight, end: Extract<FrameEnd, { kind: 'picture' }>): Promise<void> {
    const { env, offsetMs } = this.#options
    const blob = new Blob([end.image], { type: `image/${end.codec}` })
    this.#painting += 1
    const result = await this.#painter.show({ seq: flight.seq, blob, refined: false })
    this.#painting -= 1
    if (result !== 'painted') return
    const { wholeSnapshotMs, penAtMs, snapshotAtMs, snapshotMs, sentAtMs } = flight
    const { receivedAtMs, timings } = end
    const times = { penAtMs, snapshotAtMs, snapshotMs, sentAtMs, receivedAtMs, paintedAtMs: env.clock.now() }
    this.#meter?.painted({ times, timings, offsetMs: offsetMs(), wholeSnapshotMs })
  }
}

/** Of a snapshot that is there at `readyAtMs`; one of a drawing that had not changed was there before it was asked for. */
function snapshotTimes(
  snapshot: Snapshot,
  readyAtMs: number,
  askedAtMs: number,
): Pick<Flight, 'snapshotAtMs' | 'snapshotMs' | 'wholeSnapshotMs'> {
  const wholeSnapshotMs = Math.min(snapshot.snapshotMs, readyAtMs - askedAtMs)
  const encodeMs = Math.min(snapshot.encodeMs ?? 0, wholeSnapshotMs)
  return {
    snapshotAtMs: readyAtMs - wholeSnapshotMs,
    snapshotMs: wholeSnapshotMs - encodeMs,
    wholeSnapshotMs,
  }
}
