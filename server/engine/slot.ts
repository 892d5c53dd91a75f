// One child process under supervision. Its life is the union below; every change goes through `#to`. It takes as many
// jobs at a time as it has lanes.
import type { Clock } from '../../lib/std/clock.ts'
import { inWords, type FoundRows } from './batch/row-limits.ts'
import type { Child, SpawnChild } from './child.ts'
import type { PixelSize } from './codec.ts'
import { EngineError, type GenerateOptions, type JobResult } from './engine.ts'
import { closedError } from './free-slots.ts'
import type { EngineLog } from './log.ts'
import type { FoundPrecision } from './precision.ts'
import type { FromWorker, SlotJob, Trial, WorkerConfig } from './slot-protocol.ts'
import type { Blame, SlotState, Unusable } from './slot-state.ts'

/** Wait before restart n (ms): at once after the first crash; never above 1.5 s for a child that can start at all. */
const RESTART = { firstMs: 100, factor: 2, startedMaxMs: 1_500, maxMs: 10_000 } as const

export interface SlotFailure {
  readonly reason: string
  readonly unusable: Unusable | undefined
  /** Children in a row that were never ready, this one included; 0 where it was. */
  readonly failedStarts: number
  /** It was ended because it did not answer a cancel. */
  readonly isHang: boolean
  /** What was being tried, where that was more than a U-Net call of one row. */
  readonly measuring: Trial | undefined
}

interface Run {
  readonly options: GenerateOptions
  /** Ends the promise, its timer and its listeners; only the first call counts. */
  readonly settle: (outcome: JobResult | EngineError) => void
}

export interface SlotOptions {
  readonly spawn: SpawnChild
  /** Asked at every start: the provider may be another by then. */
  readonly config: () => WorkerConfig
  /** A child that has not answered a cancel for so long hangs: it is ended, and whatever else it did. */
  readonly cancelTimeoutMs: number
  /** A child that starts and says nothing for so long, neither that it is ready nor what it has done, is ended. */
  readonly startTimeoutMs: number
  readonly clock: Clock
  readonly log: EngineLog
  readonly onChange: () => void
  /** Told what a child's graphs compute in, answers what all slots compute in: the same drawing, the same picture. */
  readonly agree?: (found: FoundPrecision) => FoundPrecision
  /** Told what a child found out of calls of several rows; answers whether it is to be started anew with fewer. */
  readonly isWasteful?: (found: FoundRows) => boolean
  /** A job was done. */
  readonly onDone?: () => void
  /** A job ended because there is no memory for its size. */
  readonly onNoRoom?: (size: PixelSize) => void
  /** The child ended for a reason that lies with it, its model or its device; may leave this slot out. */
  readonly onFailure?: (failure: SlotFailure) => void
}

export class Slot {
  readonly #options: SlotOptions
  #state: SlotState = { name: 'dead', reason: 'not started', unusable: undefined, failures: 0 }
  /** Of the child of this state, by id. */
  readonly #runs = new Map<number, Run>()
  #failures = 0
  #failedStarts = 0
  /** Of the child of this state. */
  #wasReady = false
  #measuring: Trial | undefined
  #provider: string | undefined
  #nextId = 1
  #closed = false
  #stale = false
  #leftOut = false
  #held = false
  #cancelTimer: () => void = () => undefined
  #onDead: (() => void) | undefined

  constructor(options: SlotOptions) {
    this.#options = options
  }

  get state(): SlotState {
    return this.#state
  }

  /** Jobs it works on now. */
  get running(): number {
    return this.#runs.size
  }

  /** Jobs it takes at a time; known once it was ready. */
  get lanes(): number {
    if (this.#leftOut) return 0
    return 'lanes' in this.#state ? this.#state.lanes : 1
  }

  /** Its child can paint. */
  get isUp(): boolean {
    return this.#state.name === 'ready' || this.#state.name === 'busy'
  }

  /** It is not started any more. */
  get isLeftOut(): boolean {
    return this.#leftOut
  }

  /** Where its last child runs, or ran. */
  get provider(): string | undefined {
    return this.#provider
  }

  get pid(): number | undefined {
    return this.#state.name === 'dead' ? undefined : this.#state.child.pid
  }

  start(): void {
    const { spawn } = this.#options
    const config = this.#options.config()
    this.#stale = false
    this.#leftOut = false
    this.#wasReady = false
    this.#measuring = undefined
    if (config.provider !== this.#provider) this.#failedStarts = 0
    this.#provider = config.provider
    const child: Child = spawn({
      onMessage: (message) => this.#holds(child) && this.#onMessage(child, message),
      onExit: (reason) => this.#onExit(reason),
    })
    this.#to({ name: 'starting', child })
    this.#awaitStart('it was started')
    child.send({ type: 'start', config })
  }

  /** Runs one job; throws EngineError. Only a `ready` slot may be asked. */
  run(work: SlotJob, options: GenerateOptions): Promise<JobResult> {
    const state = this.#state
    if (state.name !== 'ready')
      return Promise.reject(new EngineError('busy', `The engine slot is ${state.name}; wait for whenFree`))
    const id = this.#nextId++
    const { child } = state
    return new Promise((resolve, reject) => {
      let cancelPatience = () => {}
      let stopWatching = () => {}
      const onAbort = () => {
        child.send({ type: 'cancel', id })
        cancelPatience = this.#awaitAnswer()
      }
      const settle = (outcome: JobResult | EngineError) => {
        if (!this.#runs.delete(id)) return
        cancelPatience()
        options.signal.removeEventListener('abort', onAbort)
        stopWatching()
        if (outcome instanceof EngineError) reject(outcome)
        else resolve(outcome)
      }
      this.#runs.set(id, { options, settle })
      this.#countLanes()
      options.signal.addEventListener('abort', onAbort, { once: true })
      child.send({ type: 'job', id, work })
      stopWatching =
        options.previews?.onChange((wants) => child.send({ type: 'previews', id, wants })) ?? stopWatching
    })
  }

  /** A child that waits is started anew, with the configuration of now; one that works finishes first. */
  recycle(): void {
    this.#stale = this.#runs.size > 0
    if (this.#leftOut) this.start()
    else if (this.#stale) this.#countLanes()
    else if (this.#state.name !== 'dead') this.#kill('started anew', { blame: 'nobody' })
  }

  /** Only from `onFailure`: no other child is started, until it is recycled. */
  leaveOut(): void {
    this.#leftOut = true
  }

  /** Only from `onFailure`: no other child is started, until `resume`. */
  hold(): void {
    this.#held = true
  }

  resume(): void {
    if (!this.#held) return
    this.#held = false
    if (this.#state.name === 'dead' && !this.#closed) this.#restartLater()
  }

  /** Ends the child for good; resolves when it is gone. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#state.name === 'dead') {
      this.#cancelTimer()
      return
    }
    const gone = new Promise<void>((resolve) => (this.#onDead = resolve))
    this.#settleAll(closedError())
    this.#kill('closed', { blame: 'nobody' })
    await gone
  }

  /** False for the last words of a child that has already been given up. */
  #holds(child: Child): boolean {
    return this.#state.name !== 'dead' && this.#state.child === child
  }

  #onMessage(child: Child, message: FromWorker): void {
    const state = this.#state
    if (message.type === 'ready' && state.name === 'starting') {
      this.#onReady(child, message)
    } else if (message.type === 'progress' && state.name === 'starting') {
      this.#awaitStart(message.what)
    } else if (message.type === 'measuring' && state.name === 'starting') {
      const { trial } = message
      this.#measuring = trial === 1 ? undefined : trial
      this.#awaitStart(`${inWords(trial)} was begun`)
    } else if (message.type === 'unusable' && state.name === 'starting') {
      this.#kill(message.message, { unusable: message })
    } else if ('id' in message) {
      const run = this.#runs.get(message.id)
      if (run !== undefined) this.#onJobMessage(run, message)
    }
  }

  #onReady(child: Child, message: Extract<FromWorker, { type: 'ready' }>): void {
    const { loadMs, rssBytes, lanes, lanesReason, precision, tried, latents } = message
    const { name } = precision
    if ((this.#options.agree?.(precision) ?? precision).name !== name)
      return this.#kill(`started anew: it computes in ${name}, the others do not`, { blame: 'nobody' })
    if (this.#options.isWasteful?.(message) === true) {
      const reason = `started anew: it holds the memory of calls of ${tried} rows, and makes none above ${lanes}`
      return this.#kill(reason, { blame: 'nobody' })
    }
    const figures = {
      loadMs: Math.round(loadMs),
      rssMb: Math.round(rssBytes / 1e6),
      lanes,
      precision: name,
    }
    const reason = {
      ...(lanesReason === undefined ? {} : { batching: lanesReason }),
      ...(latents === undefined ? {} : { latents }),
    }
    this.#options.log.info({ enginePid: child.pid, ...figures, ...reason }, 'engine slot ready')
    this.#wasReady = true
    this.#failedStarts = 0
    this.#to({ name: 'ready', child, lanes })
  }

  #onJobMessage(run: Run, message: Extract<FromWorker, { id: number }>): void {
    if (message.type === 'step') {
      try {
        run.options.onStep?.(message.event)
      } catch (error) {
        this.#options.log.warn({ err: error }, 'a step listener threw')
      }
      return
    }
    if (message.type === 'failed' && message.fatal !== undefined) {
      this.#kill(message.fatal)
      return run.settle(new EngineError(message.failure.code, message.failure.message, message.failure.place))
    }
    // It answered, so it is in order, whatever it answered.
    this.#failures = 0
    if (message.type === 'done') this.#options.onDone?.()
    else if (message.noRoomFor !== undefined) this.#options.onNoRoom?.(message.noRoomFor)
    run.settle(outcomeOf(run, message))
    this.#countLanes()
    if (this.#stale) this.recycle()
  }

  /** Takes the state from the jobs that run. */
  #countLanes(): void {
    const state = this.#state
    if (state.name !== 'ready' && state.name !== 'busy') return
    const { child, lanes } = state
    this.#to({ name: this.#runs.size < lanes && !this.#stale ? 'ready' : 'busy', child, lanes })
  }

  #settleAll(error: EngineError): void {
    for (const run of [...this.#runs.values()]) run.settle(error)
  }

  /** Whoever gives the jobs says when one has taken too long; here it only counts whether the child heeds that. */
  #awaitAnswer(): () => void {
    const { clock, cancelTimeoutMs } = this.#options
    const reason = `a job that was cancelled had not ended ${cancelTimeoutMs} ms later`
    return clock.setTimer(() => this.#kill(reason, { blame: 'hang' }), cancelTimeoutMs)
  }

  /** Large weights on a slow disk take minutes: only a child that says nothing any more hangs. */
  #awaitStart(since: string): void {
    const { startTimeoutMs } = this.#options
    const reason = `not ready, and no progress for ${startTimeoutMs} ms after ${since}; where a disk or a device is that slow, set SKETCHWIRE_JOB_DEADLINE_MS higher`
    this.#cancelTimer()
    this.#timer(startTimeoutMs, () => this.#kill(reason))
  }

  #kill(
    reason: string,
    { unusable, blame = 'fault' }: { readonly unusable?: Unusable; readonly blame?: Blame } = {},
  ): void {
    const state = this.#state
    if (state.name === 'dead' || state.name === 'dying') return
    this.#to({ name: 'dying', child: state.child, reason, unusable, blame })
    state.child.kill()
  }

  #onExit(how: string): void {
    const state = this.#state
    if (state.name === 'dead') return
    this.#failures += 1
    const reason = state.name === 'dying' ? state.reason : how
    const unusable = state.name === 'dying' ? state.unusable : undefined
    const blame = state.name === 'dying' ? state.blame : 'fault'
    this.#to({ name: 'dead', reason, unusable, failures: this.#failures })
    // How it ended may hold paths of this machine: that is for the log alone.
    const message = 'The engine process ended while it worked on this frame; send it again'
    this.#settleAll(new EngineError('engine_crashed', message))
    if (this.#closed) return this.#onDead?.()
    this.#options.log.warn({ enginePid: state.child.pid, reason }, 'engine slot ended')
    if (blame !== 'nobody') this.#onFailure({ reason, unusable, isHang: blame === 'hang' })
    if (!this.#held) this.#restartLater()
  }

  #restartLater(): void {
    if (this.#leftOut) return
    this.#timer(restartDelayMs(this.#failures, this.#wasReady), () => this.start())
  }

  #onFailure(how: Pick<SlotFailure, 'reason' | 'unusable' | 'isHang'>): void {
    // A call that was only tried says nothing about starting without it.
    const measuring = this.#wasReady ? undefined : this.#measuring
    if (!this.#wasReady && measuring === undefined) this.#failedStarts += 1
    const failedStarts = this.#wasReady ? 0 : this.#failedStarts
    this.#options.onFailure?.({ ...how, failedStarts, measuring })
  }

  /** Every state has at most one timer, and it ends with the state. */
  #timer(delayMs: number, run: () => void): void {
    this.#cancelTimer = this.#options.clock.setTimer(run, delayMs)
  }

  #to(state: SlotState): void {
    this.#cancelTimer()
    this.#cancelTimer = () => undefined
    this.#state = state
    this.#options.onChange()
  }
}

function outcomeOf(
  { options }: Run,
  message: Extract<FromWorker, { type: 'done' | 'failed' }>,
): JobResult | EngineError {
  // A job that ended while its cancel was on the way counts as cancelled: nobody waits for it.
  if (options.signal.aborted) return new EngineError('cancelled', 'Cancelled')
  if (message.type === 'done') return message.result
  const { code, message: words, place } = message.failure
  return new EngineError(code, words, place)
}

/** @param failures in a row, this one included. */
export function restartDelayMs(failures: number, couldStart: boolean): number {
  const most = couldStart ? RESTART.startedMaxMs : RESTART.maxMs
  return Math.min(most, RESTART.firstMs * RESTART.factor ** (failures - 1))
}
