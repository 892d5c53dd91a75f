import type { FrameMode } from '../../lib/protocol/control.ts'
import type { Clock } from '../../lib/std/clock.ts'
import { EngineError, type Engine } from '../engine/engine.ts'
import type { SessionObserver } from './observer.ts'
import type { Session } from './session.ts'
import type { RunningFrame } from './work.ts'
import { toWireError } from './session-event.ts'
import { Turns } from './turns.ts'

export interface DispatcherOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly observer: SessionObserver
  /** A frame whose job runs longer than this fails with `engine_timeout`, and the job is cancelled. */
  readonly jobDeadlineMs: number
}

interface RunningJob {
  readonly session: Session
  readonly frame: RunningFrame
  /** Set when the job was told to give way, so that its `cancelled` is no failure. */
  gaveWay: boolean
  /** Its frame has ended at the deadline: how the job ends is no news, and its slot may not be free for long. */
  isLate: boolean
}

/**
 * Gives engine slots to sessions. Waits for a free slot first and chooses then (late binding), one frame per caller
 * and session in turn, live frames before refinements. Never cancels a live job because something newer came (SPEC F4).
 */
export class Dispatcher implements AsyncDisposable {
  readonly #options: DispatcherOptions
  readonly #turns = new Turns()
  readonly #jobs = new Set<RunningJob>()
  readonly #stop = new AbortController()
  readonly #loop: Promise<void>
  #wakeUp: () => void = () => undefined
  #onIdle: (() => void)[] = []

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#loop = this.#run()
  }

  /** @param caller whose turns it takes */
  add(session: Session, caller: string): void {
    this.#turns.add(session, caller)
  }

  remove(session: Session): void {
    this.#turns.remove(session)
  }

  /** Something waits that did not, or a slot may have become free. */
  wake(): void {
    this.#giveWay()
    this.#wakeUp()
  }

  /** Resolves when no job runs. */
  async idle(): Promise<void> {
    if (this.#jobs.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    for (const job of this.#jobs) job.frame.controller.abort()
    this.#wakeUp()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      if (!this.#hasWork()) {
        await new Promise<void>((resolve) => (this.#wakeUp = resolve))
        continue
      }
      if (!(await this.#slotIsFree(signal))) continue
      const session = this.#take('live') ?? this.#take('refine')
      if (session) this.#start(session)
    }
  }

  async #slotIsFree(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#options.engine.whenFree(signal)
      return true
    } catch (error) {
      // The engine will never be free again. Sessions refuse what comes later; what waits must not wait for ever.
      if (!signal.aborted) for (const session of this.#turns) session.failWaiting(toWireError(error))
      return false
    }
  }

  #hasWork(): boolean {
    if (this.#jobs.size >= this.#options.engine.slots) return false
    for (const session of this.#turns) if (session.ready()) return true
    return false
  }

  #take(mode: FrameMode): Session | undefined {
    return this.#turns.take((session) => session.ready() === mode)
  }

  #start(session: Session): void {
    const frame = session.start()
    if (!frame) return
    const job = { session, frame, gaveWay: false, isLate: false }
    this.#jobs.add(job)
    void this.#work(job)
  }

  async #work(job: RunningJob): Promise<void> {
    const { session, frame } = job
    const { engine, clock, jobDeadlineMs } = this.#options
    const cancelDeadline = clock.setTimer(() => this.#expire(job), jobDeadlineMs)
    try {
      const onStep = (event: Parameters<Session['step']>[1]) => session.step(frame, event)
      const { signal } = frame.controller
      session.finish(
        frame,
        await engine.generate(frame.job, { signal, onStep, previews: session.watching(frame) }),
      )
    } catch (error) {
      this.#failed(job, error)
    } finally {
      cancelDeadline()
      this.#jobs.delete(job)
      if (this.#jobs.size === 0) for (const resolve of this.#onIdle.splice(0)) resolve()
      this.wake()
    }
  }

  #failed(job: RunningJob, error: unknown): void {
    if (job.isLate) return
    const wire = toWireError(error)
    if (job.gaveWay && wire.code === 'cancelled') return job.session.putBack(job.frame)
    if (wire.code !== 'cancelled') this.#options.observer.jobFailed(job.session.id, job.frame.seq, error)
    job.session.fail(job.frame, wire)
  }

  /** The frame ends now; its job between two steps, or where the engine hangs, with the engine's process. */
  #expire(job: RunningJob): void {
    const { controller } = job.frame
    // Its client cancelled it, and has been answered.
    if (controller.signal.aborted && !job.gaveWay) return
    const message = `The engine took longer than ${this.#options.jobDeadlineMs} ms; try fewer steps or a smaller size, or raise SKETCHWIRE_JOB_DEADLINE_MS`
    this.#failed(job, new EngineError('engine_timeout', message))
    job.isLate = true
    controller.abort()
    // The next frame of its session need not wait for it where another slot is free.
    this.wake()
  }

  /** Stops as many refinements as live frames lack slots. The engine ends them between two steps. */
  #giveWay(): void {
    const refining = [...this.#jobs].filter(
      (job) => job.frame.mode === 'refine' && !job.frame.controller.signal.aborted,
    )
    if (refining.length === 0) return
    const waiting = [...this.#turns].filter((session) => session.wantsLive())
    const own = refining.filter((job) => waiting.includes(job.session))
    const others = refining.filter((job) => !own.includes(job))
    const isEnding = (job: RunningJob) => job.frame.controller.signal.aborted && !job.isLate
    const ending = [...this.#jobs].filter(isEnding).length + own.length
    const free = this.#options.engine.slots - this.#jobs.size + ending
    const needed = waiting.filter((session) => this.#isServable(session, own)).length
    for (const job of [...own, ...others.slice(0, Math.max(0, needed - free))]) this.#stopRefining(job)
  }

  /** A session whose own live job runs waits for that job, not for a slot. */
  #isServable(session: Session, ending: readonly RunningJob[]): boolean {
    return session.ready() !== undefined || ending.some((job) => job.session === session)
  }

  #stopRefining(job: RunningJob): void {
    job.gaveWay = true
    job.frame.controller.abort()
    this.#options.observer.jobGaveWay(job.session.id, job.frame.seq)
  }
}
