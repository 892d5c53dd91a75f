import { Credit } from '../../lib/flow/credit.ts'
import { Mailbox } from '../../lib/flow/mailbox.ts'
import { asPainted } from '../../lib/protocol/as-painted.ts'
import type { FrameMode } from '../../lib/protocol/control.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import { fitToModel } from '../../lib/protocol/fit-to-model.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { Clock } from '../../lib/std/clock.ts'
import type { Size } from '../../lib/std/size.ts'
import type { EngineState, JobResult, PreviewSource, StepEvent } from '../engine/engine.ts'
import { admit, firstBucket, type AdmissionLimits, type Allowance } from './admission.ts'
import { paramsFor } from './fit-params.ts'
import type { FrameRequest } from './frame-request.ts'
import type { HeldInputs } from './held-inputs.ts'
import { toJob } from './job.ts'
import type { SessionObserver } from './observer.ts'
import { creditOf, hasRoom, type SessionPolicy } from './policy.ts'
import type { RunningFrame, WaitingFrame, Work } from './work.ts'
import { PreviewDemand } from './preview-demand.ts'
import {
  duplicateSeq,
  HELLO_FIRST,
  INPUTS_FULL,
  lineFull,
  noCredit,
  REFINE_LATER,
  STOPPING,
} from './refusals.ts'
import { Revisions } from './revisions.ts'
import { isRetryable, isTerminal, restOf, toTimings } from './session-event.ts'
import type { FrameRef, SessionEvent, SessionSink, TerminalEvent } from './session-event.ts'

type SessionState =
  | { readonly name: 'opening' }
  | ({ readonly name: 'live' } & Work)
  | ({ readonly name: 'draining' } & Work)
  | { readonly name: 'closed' }

export interface SessionOptions {
  readonly id: string
  readonly policy: SessionPolicy
  /** The model of now: it may become another while the session lives. */
  readonly model: () => ModelInfo
  readonly limits: Omit<AdmissionLimits, 'model'>
  readonly engineState: () => EngineState
  /** `Engine.abreast` of now. */
  readonly abreast: () => number
  /** Of the frames in flight. */
  readonly inputs: HeldInputs
  readonly clock: Clock
  readonly sink: SessionSink
  readonly observer: SessionObserver
  /** Called when a frame waits or a place became free: the dispatcher looks again. */
  readonly wake: () => void
}

/** One client's frames from admission to terminal event. Knows neither sockets nor how the engine works. */
export class Session {
  readonly id: string
  /** Who watches; the client itself is but one of them. */
  readonly previews = new PreviewDemand()
  /** When it last sent a frame, or was opened. */
  quietSinceMs: number
  readonly #ownWatch = this.previews.watch()
  readonly #options: SessionOptions
  #state: SessionState = { name: 'opening' }
  readonly #revisions: Revisions
  #bucket: Allowance
  #lastSeq = -1
  #liveSize: Size | undefined

  constructor(options: SessionOptions) {
    this.id = options.id
    this.#options = options
    this.#revisions = new Revisions(options.model)
    this.quietSinceMs = options.clock.now()
    this.#bucket = firstBucket(options.limits, this.quietSinceMs)
  }

  get state(): SessionState['name'] {
    return this.#state.name
  }

  /** Frames waiting and running. */
  get load(): { readonly waiting: number; readonly running: number } {
    const work = this.#work()
    return { waiting: work?.mailbox.size ?? 0, running: work?.running.size ?? 0 }
  }

  /** Places of its mailbox that are filled: frames that belong together fill one. */
  get filledPlaces(): number {
    return this.#work()?.mailbox.filled ?? 0
  }

  #work(): Work | undefined {
    return this.#state.name === 'live' || this.#state.name === 'draining' ? this.#state : undefined
  }

  /** What runs, where the newest is what counts: in other sessions every picture is wanted. */
  get #overlapping(): readonly RunningFrame[] {
    return this.#options.policy.overlaps === true ? [...(this.#work()?.running ?? [])] : []
  }

  open(): void {
    if (this.#state.name !== 'opening') return
    const { policy, engineState, abreast } = this.#options
    const model = this.#options.model()
    const credit = new Credit(creditOf(policy, abreast()))
    this.#state = { name: 'live', mailbox: new Mailbox(policy.mailbox), credit, running: new Set() }
    this.#emit({ type: 'opened', session: this.id, credit: credit.limit, model, engine: engineState() })
  }

  /**
   * Keeps parameters under their revision; those the model cannot do are answered now and remembered as refused.
   * @param madeFor id of the model whose limits the client had in mind; for another they are fitted (SPEC M4)
   */
  setParams(rev: number, params: DrawParams, madeFor?: string): void {
    const error = this.#revisions.set(rev, params, madeFor)
    if (error) this.#emit({ type: 'problem', error })
  }

  /** What the client itself wants to see of the steps, from the next step on. */
  setPreviews(want: PreviewWant | undefined): void {
    this.#ownWatch.change(want)
  }

  /**
   * Takes in one frame. Whatever happens to it, it gets one terminal event.
   *
   * @param ownParams parameters that came with the frame itself; without them its `rev` says which
   */
  submit(request: FrameRequest, ownParams?: DrawParams): void {
    const work = this.#claim(request)
    if (!work) return
    const { engineState, clock } = this.#options
    const limits = { ...this.#options.limits, model: this.#options.model() }
    const nowMs = clock.now()
    this.quietSinceMs = nowMs
    const params = ownParams ?? this.#revisions.get(request.rev)
    const load = {
      draining: this.#state.name === 'draining',
      engine: engineState().name,
      bucket: this.#bucket,
      nowMs,
    }
    const verdict = admit({ ...request, params }, limits, load)
    this.#bucket = verdict.bucket
    if (!verdict.admitted) return this.#emit({ type: 'refused', ...ref(request), error: verdict.error })
    this.#enqueue(work, { ...request, params: verdict.params, receivedMs: nowMs })
  }

  /** Ends a frame that could be read but not understood. */
  refuse(frame: FrameRef, error: WireError): void {
    if (this.#claim(frame)) this.#emit({ type: 'refused', ...ref(frame), error })
  }

  /** A number is used once and only upwards; without that, "exactly one terminal event" would mean nothing. */
  #claim(frame: FrameRef): Work | undefined {
    const work = this.#work()
    if (!work) {
      if (this.#state.name === 'opening') this.#emit({ type: 'problem', error: HELLO_FIRST })
      return undefined
    }
    if (frame.seq > this.#lastSeq) {
      this.#lastSeq = frame.seq
      return work
    }
    this.#emit({ type: 'problem', error: duplicateSeq(frame.seq, this.#lastSeq) })
    return undefined
  }

  #enqueue(work: Work, frame: WaitingFrame): void {
    // A refinement yields to everyone, so behind its own live frame it could keep that stroke unpainted for long.
    if (frame.mode === 'refine' && this.wantsLive())
      return this.#emit({ type: 'refused', ...ref(frame), error: REFINE_LATER })
    const put = work.mailbox.put(frame, frame.batch)
    if (!put.accepted)
      return this.#emit({ type: 'refused', ...ref(frame), error: lineFull(work.mailbox.filled) })
    // The displaced frame gives its credit back before the new one takes: latest wins even for those who do not count.
    for (const old of put.displaced) this.#end(work, { type: 'superseded', ...ref(old), by: frame.seq })
    const error = this.#takeUp(work, frame)
    if (!error) {
      this.#options.observer.frameAccepted(this.id, frame)
      return this.#options.wake()
    }
    work.mailbox.remove((waiting) => waiting === frame)
    this.#emit({ type: 'refused', ...ref(frame), error })
  }

  /** From here to `#end` the frame is in flight; the error where it cannot be. */
  #takeUp(work: Work, frame: WaitingFrame): WireError | undefined {
    if (!work.credit.take(frame.seq)) return noCredit(work.credit.limit)
    if (this.#options.inputs.take(frame.seq, frame)) return undefined
    work.credit.give(frame.seq)
    return INPUTS_FULL
  }

  /** Gives up a frame that waits or runs. Unknown numbers are ignored: their frame has ended on its own. */
  cancel(seq: number): void {
    const work = this.#work()
    if (!work) return
    const waiting = work.mailbox.remove((frame) => frame.seq === seq)
    const running = [...work.running].find((frame) => frame.seq === seq)
    const frame = waiting ?? running
    if (frame) this.#fail(work, frame, { code: 'cancelled', message: `Frame ${seq} was cancelled` })
    running?.controller.abort()
  }

  engineChanged(engine: EngineState): void {
    if (this.#work()) this.#emit({ type: 'engine', engine })
  }

  /** What waits is fitted to it when it begins (SPEC M3). */
  modelChanged(): void {
    if (this.#work()) this.#emit({ type: 'model', model: this.#options.model() })
  }

  /** Refuses what is new, ends what waits, lets what runs finish. */
  drain(): void {
    if (this.#state.name !== 'live') return
    this.#state = { ...this.#state, name: 'draining' }
    this.failWaiting(STOPPING)
  }

  failWaiting(error: WireError): void {
    const work = this.#work()
    for (const frame of work?.mailbox.drain() ?? []) if (work) this.#fail(work, frame, error)
  }

  /** Ends everything in flight with a word: the server stops and waits no longer. */
  abandon(): void {
    this.failWaiting(STOPPING)
    for (const frame of this.#work()?.running ?? []) {
      this.fail(frame, STOPPING)
      frame.controller.abort()
    }
  }

  /** The connection is gone: drops everything in flight without a word (SPEC E1). */
  close(): void {
    const work = this.#work()
    this.#state = { name: 'closed' }
    for (const frame of work?.running ?? []) frame.controller.abort()
    this.#options.inputs.giveAll()
    this.#revisions.clear()
    this.#options.wake()
  }

  /** Mode of the frame that `start` would take now. */
  ready(): FrameMode | undefined {
    const work = this.#work()
    const next = work && this.#next(work)
    return next && hasRoom(this.#options, work.running, next) ? next.mode : undefined
  }

  wantsLive(): boolean {
    const work = this.#work()
    return work !== undefined && this.#next(work)?.mode === 'live'
  }

  #next(work: Work): WaitingFrame | undefined {
    return work.mailbox.peek()
  }

  /** Takes the frame out of the mailbox for the engine: late binding, so it is the newest there is. */
  start(): RunningFrame | undefined {
    const work = this.#work()
    const frame = work?.mailbox.take()
    if (!work || !frame) return undefined
    const previews = this.#wantsOf(frame, this.previews.wants)
    const model = this.#options.model()
    // Admitted under a model that may have become another while it waited (SPEC M3).
    const asked = frame.wanted ? paramsFor(frame.wanted, model) : frame.params
    const params = fitToModel(...asPainted(asked, model, frame.image !== undefined))
    const job = toJob({ ...frame, params, liveSize: this.#liveSize, previews }, model)
    if (frame.mode === 'live') this.#liveSize = { width: params.width, height: params.height }
    const startedMs = this.#options.clock.now()
    const running = { ...frame, startedMs, job, used: params, model, controller: new AbortController() }
    work.running.add(running)
    this.#emit({ type: 'started', ...ref(frame), steps: job.steps })
    return running
  }

  #wantsOf({ preview }: FrameRequest, watchers: readonly PreviewWant[]): readonly PreviewWant[] {
    return preview === undefined ? watchers : [...watchers, preview]
  }

  /** Who watches this frame: its session's watchers, as they come and go, and the one who asked for it. */
  watching(frame: RunningFrame): PreviewSource {
    return { onChange: (tell) => this.previews.onChange((wants) => tell(this.#wantsOf(frame, wants))) }
  }

  step(frame: RunningFrame, event: StepEvent): void {
    if (!this.#isAnswerable(frame)) return
    // A rough picture of the newer frame would hide the whole one of the older that is about to come.
    const isBehind = this.#overlapping.some(({ seq }) => seq < frame.seq)
    this.#emit({ type: 'step', ...ref(frame), ...event, ...(isBehind && { previews: [] }) })
  }

  finish(frame: RunningFrame, result: JobResult): void {
    const work = this.#settle(frame)
    if (!work) return
    const nowMs = this.#options.clock.now()
    const { timings, ...picture } = result
    const { mode, used, model } = frame
    const { steps, seed } = frame.job
    this.#end(work, {
      type: 'image',
      ...ref(frame),
      ...restOf(frame),
      ...picture,
      mode,
      steps,
      seed,
      params: { ...used, steps },
      model: { id: model.id, name: model.name, sampler: model.sampler },
      timings: toTimings(timings, { ...frame, nowMs }),
    })
    this.#endOvertaken(work, frame)
  }

  /** What runs and is older than the picture that left would show the drawing as it was before (SPEC F2). */
  #endOvertaken(work: Work, { seq }: FrameRef): void {
    for (const frame of this.#overlapping.filter((running) => running.seq < seq)) {
      this.#end(work, { type: 'superseded', ...ref(frame), by: seq })
      frame.controller.abort()
    }
  }

  /** May be called before the job has stopped, whose own end is then no news. */
  fail(frame: RunningFrame, error: WireError): void {
    const work = this.#settle(frame)
    if (work) this.#fail(work, frame, error)
  }

  /** A refinement that gave way waits again, unless its own session has something newer. */
  putBack(frame: RunningFrame): void {
    const work = this.#settle(frame)
    if (!work || !work.credit.has(frame.seq)) return
    if (this.#state.name === 'draining') return this.#fail(work, frame, STOPPING)
    const newer = this.#next(work) ?? this.#overlapping.find(({ seq }) => seq > frame.seq)
    if (newer) return this.#end(work, { type: 'superseded', ...ref(frame), by: newer.seq })
    work.mailbox.put(frame)
    this.#options.wake()
  }

  #settle(frame: RunningFrame): Work | undefined {
    const work = this.#work()
    work?.running.delete(frame)
    return work
  }

  #isAnswerable(frame: FrameRef): boolean {
    return this.#work()?.credit.has(frame.seq) ?? false
  }

  #fail(work: Work, frame: WaitingFrame, error: WireError): void {
    const retryable = isRetryable(error.code)
    this.#end(work, { type: 'failed', ...ref(frame), ...restOf(frame), error, retryable })
  }

  /** The only way a frame in flight ends; the credit window makes a second end impossible (SPEC F1). */
  #end(work: Work, event: TerminalEvent): void {
    if (!work.credit.give(event.seq)) return
    this.#options.inputs.give(event.seq)
    this.#emit(event)
  }

  #emit(event: SessionEvent): void {
    if (this.#state.name === 'closed') return
    if (isTerminal(event)) this.#options.observer.frameEnded(this.id, event)
    this.#options.sink(event)
  }
}

function ref(frame: FrameRef): FrameRef {
  return { seq: frame.seq, rev: frame.rev }
}
