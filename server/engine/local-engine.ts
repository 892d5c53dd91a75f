// The engine a person gets: a model folder, run by one supervised child process per slot.
import { resolve } from 'node:path'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import type { AppError } from '../../lib/std/errors.ts'
import { RowLimits } from './batch/row-limits.ts'
import { nearestBucket, noiseBucket } from './buckets.ts'
import { checkJob } from './check-job.ts'
import { checkPrecision, checkSafety, checkSchedule } from './check-model.ts'
import type { SpawnChild } from './child.ts'
import type { PixelSize } from './codec.ts'
import { defaultSpawn } from './default-spawn.ts'
import {
  EngineError,
  type Engine,
  type EngineState,
  type GenerateOptions,
  type Job,
  type JobResult,
} from './engine.ts'
import { findProvider } from './find-provider.ts'
import { closedError, FreeSlots } from './free-slots.ts'
import { HeldSlots } from './held-slots.ts'
import { Listeners } from './listeners.ts'
import type { EngineLog } from './log.ts'
import { timeoutsOf, type BatchingChoice, type LocalEngineOptions } from './local-options.ts'
import type { Manifest } from './manifest.ts'
import { modelInfo } from './model-info.ts'
import { verifyFiles } from './verify-files.ts'
import { readMemory } from './memory.ts'
import { checkMemory, memoryProblem, modelBytes, readModelFolder } from './model-folder.ts'
import { noRoom } from './no-room.ts'
import type { FoundPrecision } from './precision.ts'
import { PrecisionMemory } from './precision-memory.ts'
import { AUTO } from './provider-choice.ts'
import type { Fault, ProviderLadder } from './provider-ladder.ts'
import { SizeLimits } from './size-limits.ts'
import { Slot, type SlotFailure, type SlotOptions } from './slot.ts'
import { judge, unstartable } from './slot-failures.ts'
import { MOST_ABREAST, slotThreads } from './slot-threads.ts'
import type { WorkerConfig } from './slot-protocol.ts'
import { StateCell } from './state-cell.ts'
import { systemClock } from './system-clock.ts'
import { workerConfig } from './worker-config.ts'

export type { BatchingChoice, LocalEngineOptions }

export interface LocalEngine extends Engine {
  /** Process ids of the running children. */
  readonly pids: readonly number[]
  /** Settles once: the first slot is ready, or none can be. */
  readonly started: Promise<void>
}

/**
 * Opens a model folder; resolves when the first slot is ready.
 * @throws AppError `model_*` when the folder is broken, `engine_unstartable` when no child can start; each says
 *   which file, what was found and what to do.
 */
export async function createLocalEngine(options: LocalEngineOptions): Promise<LocalEngine> {
  const engine = await openLocalEngine(options)
  try {
    await engine.started
    return engine
  } catch (error) {
    await engine[Symbol.asyncDispose]()
    throw error
  }
}

/** Opens a model folder; resolves in state `loading` when its files are checked. `started` says how loading ends. */
export async function openLocalEngine(options: LocalEngineOptions): Promise<LocalEngine> {
  const modelDir = resolve(options.modelDir)
  const { manifest, isSealed } = await readModelFolder(modelDir)
  checkSchedule(manifest, modelDir)
  checkSafety(manifest, options.safetyChecker)
  checkPrecision(manifest, options.precision, options.provider ?? 'cpu')
  const { slots = 1, memory = readMemory, log } = options
  const asked = options.provider ?? 'cpu'
  // First what can be told at a glance: gigabytes are not hashed for a model that will not fit.
  const needs = { slots, memory: memory(), provider: asked === AUTO ? undefined : asked }
  await checkMemory(modelDir, manifest, needs)
  await verifyFiles(modelDir, manifest, { hashes: isSealed && (options.verifyHashes ?? true) })
  const spawn = options.spawn ?? defaultSpawn(options)
  const onCpu = await modelBytes(modelDir, manifest, 'cpu')
  const tooLarge = () => memoryProblem(manifest.name, onCpu, { slots, memory: memory(), provider: 'cpu' })
  const closing = new AbortController()
  const cpuRefusal = () => tooLarge()?.message
  const ladder = await findProvider(options, { spawn, cpuRefusal, signal: closing.signal })
  const { provider, reason } = ladder
  await checkMemory(modelDir, manifest, { slots, memory: memory(), provider })
  checkPrecision(manifest, options.precision, provider)
  log.info({ event: 'engine.provider', provider, reason }, `the model runs on ${provider}`)
  const threadsOfSlots = slotThreads(slots, options.threads)
  return new SlotEngine(manifest, { ...options, modelDir, spawn, threadsOfSlots, closing }, ladder)
}

interface SlotEngineOptions extends LocalEngineOptions {
  readonly spawn: SpawnChild
  readonly threadsOfSlots: readonly number[]
  /** Aborted when the engine closes. */
  readonly closing: AbortController
}

class SlotEngine implements LocalEngine {
  /** Settles once: the first slot is ready, or none can be. */
  readonly started: Promise<void>
  readonly #slots: readonly Slot[]
  readonly #ladder: ProviderLadder
  readonly #log: EngineLog
  #info: ModelInfo
  readonly #manifest: Manifest
  readonly #infoListeners = new Listeners<ModelInfo>()
  readonly #state = new StateCell({ name: 'loading', detail: 'The model is being loaded' })
  readonly #free = new FreeSlots(() => this.#slots.some(({ state }) => state.name === 'ready'))
  readonly #foundPrecision: () => FoundPrecision | undefined
  readonly #rowLimits = new RowLimits()
  readonly #sizeLimits: SizeLimits
  /** Those that failed while another provider is looked for. */
  readonly #held = new HeldSlots()
  readonly #abort: () => void
  #closing: Promise<void> | undefined
  #othersStarted = false
  #tellStarted: (outcome: AppError | undefined) => void = () => undefined

  constructor(manifest: Manifest, options: SlotEngineOptions, ladder: ProviderLadder) {
    const { precisions = new PrecisionMemory(), threadsOfSlots, closing, log } = options
    const model = { modelDir: options.modelDir, manifest }
    // Found by the first child; those after it need not try again.
    this.#foundPrecision = () => precisions.recall(model, ladder.provider)
    this.#ladder = ladder
    this.#abort = () => closing.abort()
    this.#log = log
    this.#manifest = manifest
    this.#info = modelInfo(manifest, ladder.provider)
    this.#sizeLimits = new SizeLimits(options.clock ?? systemClock, manifest.defaults)
    this.started = new Promise((resolve, reject) => {
      this.#tellStarted = (outcome) => (outcome === undefined ? resolve() : reject(outcome))
    })
    // Whoever awaits it is told; whoever does not, reads `state`. Neither is a reason to end the program.
    this.started.catch(() => undefined)
    const agree = (found: FoundPrecision) => precisions.agree(model, ladder.provider, found)
    this.#slots = threadsOfSlots.map((threads) => this.#slot(options, { threads, agree }))
    this.#slots[0]?.start()
  }

  #slot(options: SlotEngineOptions, own: Pick<SlotOptions, 'agree'> & { readonly threads: number }): Slot {
    const { clock = systemClock, spawn, log } = options
    const slot: Slot = new Slot({
      spawn,
      clock,
      log,
      ...timeoutsOf(options),
      ...own,
      config: () => this.#configOf(options, own.threads),
      onChange: () => this.#onSlotChange(),
      // One that still works on the provider before says nothing of the one of now.
      onDone: () => slot.provider === this.#ladder.provider && this.#ladder.worked(),
      onNoRoom: (size) => slot.provider !== undefined && this.#sizeLimits.failedAt(slot.provider, size),
      isWasteful: (found) => slot.provider !== undefined && this.#rowLimits.isWasteful(slot.provider, found),
      onFailure: (failure) => {
        options.onProcessLost?.()
        this.#onFailure(slot, failure)
      },
    })
    return slot
  }

  #configOf(options: SlotEngineOptions, threads: number): WorkerConfig {
    const { provider } = this.#ladder
    return workerConfig(options, {
      manifest: this.#manifest,
      provider,
      found: this.#foundPrecision(),
      threads,
      slots: options.threadsOfSlots.length,
      rowLimit: this.#rowLimits.of(provider),
      latentsComeBack: this.#rowLimits.latentsComeBack(provider),
    })
  }

  get info(): ModelInfo {
    return this.#info
  }

  get providerReason(): string {
    return this.#ladder.what
  }

  get precision(): FoundPrecision | undefined {
    return this.#foundPrecision()
  }

  get slots(): number {
    return this.#slots.reduce((sum, { lanes }) => sum + lanes, 0)
  }

  get abreast(): number {
    return Math.min(MOST_ABREAST, this.#slots.filter(({ isLeftOut }) => !isLeftOut).length)
  }

  get pids(): readonly number[] {
    return this.#slots.flatMap(({ pid }) => pid ?? [])
  }

  state(): EngineState {
    return this.#state.get()
  }

  onState(listener: (state: EngineState) => void): () => void {
    return this.#state.onChange(listener)
  }

  onInfo(listener: (info: ModelInfo) => void): () => void {
    return this.#infoListeners.add(listener)
  }

  whenFree(signal: AbortSignal): Promise<void> {
    return this.#free.wait(signal)
  }

  async generate(job: Job, options: GenerateOptions): Promise<JobResult> {
    if (this.#closing !== undefined) throw closedError()
    const ready = this.#slots.filter(({ state }) => state.name === 'ready')
    const [slot] = ready.sort((a, b) => a.running - b.running)
    if (slot === undefined) throw this.#noSlot()
    checkJob(job, this.info)
    if (options.signal.aborted) throw new EngineError('cancelled', 'Cancelled before it began')
    const { sizes } = this.info
    const rendered = nearestBucket(sizes, job)
    this.#checkRoom(rendered)
    return slot.run({ job, rendered, noiseFrom: noiseBucket(sizes, job.noiseFrom, rendered) }, options)
  }

  /** A size that the device had no memory for just now is refused before it takes any. */
  #checkRoom(rendered: PixelSize): void {
    if (!this.#sizeLimits.refuses(this.#ladder.provider, rendered)) return
    const { code, message, place } = noRoom(rendered, this.#manifest.defaults)
    throw new EngineError(code, message, place)
  }

  #noSlot(): EngineError {
    const { name, detail } = this.state()
    if (name === 'loading')
      return new EngineError('engine_loading', 'The model is being loaded; wait for whenFree')
    if (name === 'degraded') return new EngineError('engine_crashed', detail ?? 'The engine is restarting')
    return new EngineError('busy', 'Every engine slot is taken; wait for whenFree')
  }

  #onSlotChange(): void {
    if (this.#closing !== undefined) return
    const states = this.#slots.map(({ state }) => state)
    if (states.some(({ name }) => name === 'ready' || name === 'busy')) {
      this.#tellStarted(undefined)
      this.#startOthers()
      this.#state.set({ name: 'ready', detail: this.#ladder.notice })
      this.#free.changed()
      return
    }
    if (this.state().name === 'loading' || !states.some(({ name }) => name === 'dead')) return
    // Clients read this; the reason, which may hold paths of this machine, is in the slot's log line.
    this.#state.set({ name: 'degraded', detail: 'The engine process ended; it is being started again' })
  }

  /** When the first is ready: it had the whole machine to be so soon, and what it found out the others are told. */
  #startOthers(): void {
    if (this.#othersStarted) return
    this.#othersStarted = true
    for (const slot of this.#slots.slice(1)) slot.start()
  }

  #onFailure(slot: Slot, failure: SlotFailure): void {
    if (this.#closing !== undefined) return
    if (this.#held.isSearching) return this.#held.hold(slot)
    const { provider } = this.#ladder
    const verdict = judge(failure, {
      isLoading: this.state().name === 'loading',
      provider,
      slotProvider: slot.provider,
      isAnotherReady: this.#slots.some((one) => one !== slot && one.isUp && one.provider === slot.provider),
    })
    if (verdict === 'try less') return this.#onTrialFailed(provider, failure)
    if (verdict === 'leave out') return this.#onLeftOut(slot, failure)
    if (verdict === 'give up') return this.#tellStarted(unstartable(failure))
    if (verdict === 'next provider') {
      const fault = { what: 'could not run this model', why: failure.reason }
      return this.#stepDown(slot, fault, () =>
        this.#tellStarted(unstartable(failure, this.#ladder.refused?.what)),
      )
    }
    if (verdict === 'start again') return
    const what = this.#ladder.failed({ isHang: verdict === 'count as hang' })
    if (what !== undefined) this.#stepDown(slot, { what, why: failure.reason })
  }

  /**
   * Nothing is started meanwhile on the provider that failed: it would fail once more, and stand in the way of those that
   * are timed.
   */
  #stepDown(slot: Slot, fault: Fault, onNone: () => void = () => undefined): void {
    const search = async () => {
      const isFound = await this.#ladder.fall(fault)
      if (this.#closing !== undefined) return
      if (isFound) return this.#onFallen()
      const { provider, refused } = this.#ladder
      const fields = { event: 'engine.provider', provider, reason: refused?.why }
      if (refused !== undefined) this.#log.warn(fields, 'no other provider can take over')
      onNone()
    }
    this.#held.hold(slot)
    this.#held.until(search())
  }

  /** The slot starts by itself, and is told to try less. */
  #onTrialFailed(provider: string, { reason, measuring = 1 }: SlotFailure): void {
    const event = measuring === 'latents' ? 'engine.latents' : 'engine.batching'
    this.#log.warn({ event, provider, reason }, this.#rowLimits.failedAt(provider, measuring))
  }

  #onLeftOut(slot: Slot, { reason, failedStarts }: SlotFailure): void {
    slot.leaveOut()
    this.#log.warn(
      { event: 'engine.slot', provider: slot.provider, reason },
      `engine slot ${this.#slots.indexOf(slot) + 1} could not start ${failedStarts} times and is left out; the others go on`,
    )
  }

  /** The slot that failed starts by itself; the others change over as they become free. */
  #onFallen(): void {
    const { provider, reason } = this.#ladder
    this.#log.warn(
      { event: 'engine.provider', provider, reason },
      `the model runs on ${provider} from now on`,
    )
    this.#info = modelInfo(this.#manifest, provider)
    this.#infoListeners.tell(this.#info)
    for (const slot of this.#slots) slot.recycle()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#free.close()
    this.#abort()
    await Promise.all([this.#held.ended(), ...this.#slots.map((slot) => slot.close())])
    this.#state.set({ name: 'closed', detail: 'The engine has been closed' })
  }
}
