// The engine a person gets: a model folder, run by one supervised child process per slot.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import type { Clock } from '../../lib/std/clock.ts'
import { AppError } from '../../lib/std/errors.ts'
import { nearestBucket } from './buckets.ts'
import { checkJob } from './check-job.ts'
import { checkPrecision, checkSafety, checkSchedule } from './check-model.ts'
import { forkChild, type SpawnChild } from './child.ts'
import {
  EngineError,
  type Engine,
  type EngineState,
  type GenerateOptions,
  type Job,
  type JobResult,
} from './engine.ts'
import { closedError, FreeSlots } from './free-slots.ts'
import { Listeners } from './listeners.ts'
import type { EngineLog } from './log.ts'
import { defaultBudgetBytes } from './graph-memory.ts'
import { modelInfo, verifyFiles, type Manifest } from './manifest.ts'
import { checkMemory, readModelFolder } from './model-folder.ts'
import type { FoundPrecision, PrecisionChoice } from './precision.ts'
import { PrecisionMemory } from './precision-memory.ts'
import { childProbe } from './probe.ts'
import { AUTO, chooseProvider, forceProvider, ProviderLadder } from './provider-choice.ts'
import { candidatesOf, thisMachine, type Candidate } from './providers.ts'
import { Slot, type SlotFailure } from './slot.ts'
import { MOST_ABREAST, slotThreads } from './slot-threads.ts'
import type { WorkerConfig } from './slot-protocol.ts'
import { StateCell } from './state-cell.ts'
import { systemClock } from './system-clock.ts'

export interface LocalEngineOptions {
  readonly modelDir: string
  /** An onnxruntime execution provider, or 'auto' for the fastest that works here; default 'cpu'. */
  readonly provider?: string
  /** Of models that have int8 graphs, on provider cpu; default 'auto': int8 where it is faster and right. */
  readonly precision?: PrecisionChoice
  /** Shared by engines that should not find different precisions for the same model; default: its own. */
  readonly precisions?: PrecisionMemory
  /** Threads of one run; default: the cores, shared between the slots. */
  readonly threads?: number
  /** Processes, each with its own copy of the model; default 1. */
  readonly slots?: number
  /** Whether pictures of one process share U-Net calls; 'auto', the default: on cuda and webgpu, as far as it pays. */
  readonly batching?: BatchingChoice
  /** Bytes the graphs of all open sizes may take in one process; default half of the memory, shared by the slots. */
  readonly memoryBudgetBytes?: number
  /** Longest a job may take in ms, loading of its size included; default 60 s. */
  readonly deadlineMs?: number
  /** Longest a child may take to be ready in ms; default 120 s. */
  readonly startTimeoutMs?: number
  /** Compare every file's SHA-256 with the manifest at start; default true. */
  readonly verifyHashes?: boolean
  /** Whether pictures pass the model's safety checker; default: as its manifest says. */
  readonly safetyChecker?: boolean
  readonly log: EngineLog
  /** For tests: where the compiled child entry is. */
  readonly workerUrl?: URL
  /** For tests: a child that is no process. */
  readonly spawn?: SpawnChild
  /** For tests: what `auto` chooses from. */
  readonly candidates?: readonly Candidate[]
  /** For tests. */
  readonly clock?: Clock
}

export interface LocalEngine extends Engine {
  /** Process ids of the running children. */
  readonly pids: readonly number[]
  /** Settles once: the first slot is ready, or none can be. */
  readonly started: Promise<void>
}

export type BatchingChoice = 'on' | 'off' | 'auto'

/** Where rows of several pictures in one call are faster than one after the other: never on a CPU (docs/bench). */
const BATCHING_PROVIDERS: ReadonlySet<string> = new Set(['cuda', 'webgpu'])

function workerBatching(choice: BatchingChoice, provider: string): Pick<WorkerConfig, 'batching'> {
  if (choice === 'on') return { batching: 'always' }
  return choice === 'auto' && BATCHING_PROVIDERS.has(provider) ? { batching: 'measured' } : {}
}

/** A child that ends this often before it was ever ready will not start by itself. */
const START_ATTEMPTS = 3

/** What another provider may cure: a graph that cannot be opened or run where it is. */
const PROVIDER_FAULTS: ReadonlySet<string> = new Set([
  'model_unloadable',
  'model_unusable',
  'provider_failed',
])

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
  // First what can be told at a glance: gigabytes are not hashed for a model that will not fit.
  await checkMemory(modelDir, manifest, { slots: options.slots ?? 1 })
  await verifyFiles(modelDir, manifest, { hashes: isSealed && (options.verifyHashes ?? true) })
  const spawn = options.spawn ?? defaultSpawn(options)
  const ladder = await findProvider(options, spawn)
  const { provider, reason } = ladder
  checkPrecision(manifest, options.precision, provider)
  options.log.info({ event: 'engine.provider', provider, reason }, `the model runs on ${provider}`)
  const threadsOfSlots = slotThreads(options.slots ?? 1, options.threads)
  return new SlotEngine(manifest, { ...options, modelDir, spawn, threadsOfSlots }, ladder)
}

interface SlotEngineOptions extends LocalEngineOptions {
  readonly spawn: SpawnChild
  readonly threadsOfSlots: readonly number[]
}

async function findProvider(options: LocalEngineOptions, spawn: SpawnChild): Promise<ProviderLadder> {
  const { provider = 'cpu', clock = systemClock } = options
  const probe = childProbe(spawn, clock)
  const choice =
    provider === AUTO
      ? await chooseProvider(options.candidates ?? candidatesOf(thisMachine()), probe)
      : await forceProvider(provider, probe)
  return new ProviderLadder(choice, clock)
}

/** Node cannot run the TypeScript source of the child: when this file is run as one (vitest), the built one is used. */
function defaultWorkerUrl(): URL {
  const built = import.meta.url.endsWith('.ts')
    ? '../../dist/server/engine/slot-worker.js'
    : './slot-worker.js'
  return new URL(built, import.meta.url)
}

function defaultSpawn({ workerUrl = defaultWorkerUrl(), log }: LocalEngineOptions): SpawnChild {
  if (!existsSync(workerUrl)) {
    const message = `${fileURLToPath(workerUrl)} is missing: build the server first (npm run build:server)`
    throw new AppError('engine_unstartable', message)
  }
  return forkChild(workerUrl, log)
}

/** What a child is told; asked at every start, because the provider may be another by then. */
function workerConfig(
  options: SlotEngineOptions,
  now: {
    readonly manifest: Manifest
    readonly ladder: ProviderLadder
    readonly found?: FoundPrecision | undefined
    readonly threads: number
  },
): WorkerConfig {
  const { modelDir, threadsOfSlots, batching = 'auto', precision = 'auto' } = options
  const { manifest, ladder, found, threads } = now
  return {
    modelDir,
    provider: ladder.provider,
    precision: found?.name ?? precision,
    threads,
    ...workerBatching(batching, ladder.provider),
    memoryBudgetBytes: options.memoryBudgetBytes ?? defaultBudgetBytes(threadsOfSlots.length),
    safetyChecker: options.safetyChecker ?? manifest.safetyChecker?.enabled ?? false,
  }
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
  #closing: Promise<void> | undefined
  #othersStarted = false
  #tellStarted: (outcome: AppError | undefined) => void = () => undefined

  constructor(manifest: Manifest, options: SlotEngineOptions, ladder: ProviderLadder) {
    const {
      threadsOfSlots,
      deadlineMs = 60_000,
      startTimeoutMs = 120_000,
      clock = systemClock,
      log,
    } = options
    const { spawn, precisions = new PrecisionMemory() } = options
    const model = { modelDir: options.modelDir, manifest }
    // Found by the first child; those after it need not try again.
    this.#foundPrecision = () => precisions.recall(model, ladder.provider)
    const config = (threads: number) =>
      workerConfig(options, { manifest, ladder, found: this.#foundPrecision(), threads })
    const slotOptions = {
      spawn,
      deadlineMs,
      startTimeoutMs,
      clock,
      log,
      onChange: () => this.#onSlotChange(),
      agree: (found: FoundPrecision) => precisions.agree(model, ladder.provider, found),
      onFailure: (failure: SlotFailure) => this.#onFailure(failure),
    }
    this.#ladder = ladder
    this.#log = log
    this.#manifest = manifest
    this.#info = modelInfo(manifest, ladder.provider)
    this.started = new Promise((resolve, reject) => {
      this.#tellStarted = (outcome) => (outcome === undefined ? resolve() : reject(outcome))
    })
    // Whoever awaits it is told; whoever does not, reads `state`. Neither is a reason to end the program.
    this.started.catch(() => undefined)
    this.#slots = threadsOfSlots.map((threads) => new Slot({ ...slotOptions, config: () => config(threads) }))
    this.#slots[0]?.start()
  }

  get info(): ModelInfo {
    return this.#info
  }

  get providerReason(): string {
    return this.#ladder.reason
  }

  get precision(): FoundPrecision | undefined {
    return this.#foundPrecision()
  }

  get slots(): number {
    return this.#slots.reduce((sum, { lanes }) => sum + lanes, 0)
  }

  get abreast(): number {
    return Math.min(MOST_ABREAST, this.#slots.length)
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
    const noiseFrom = job.noiseFrom && nearestBucket(sizes, job.noiseFrom)
    return slot.run({ job, rendered: nearestBucket(sizes, job), noiseFrom }, options)
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

  #onFailure({ reason, unusable, failures }: SlotFailure): void {
    if (this.#closing !== undefined) return
    if (this.state().name !== 'loading') {
      if (this.#ladder.failed(reason)) this.#onFallen()
      return
    }
    if (unusable === undefined && failures % START_ATTEMPTS !== 0) return
    const isOfProvider = unusable === undefined || PROVIDER_FAULTS.has(unusable.code)
    if (isOfProvider && this.#ladder.fall('could not run this model', reason)) return this.#onFallen()
    if (unusable !== undefined) return this.#tellStarted(new AppError(unusable.code, unusable.message))
    const message = `The engine process ended ${failures} times before it was ready (${reason}); see the log lines above`
    this.#tellStarted(new AppError('engine_unstartable', message))
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
    await Promise.all(this.#slots.map((slot) => slot.close()))
    this.#state.set({ name: 'closed', detail: 'The engine has been closed' })
  }
}
