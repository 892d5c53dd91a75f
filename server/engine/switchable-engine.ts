// An engine whose inside can be changed while it is asked for pictures: what runs ends on the old one, what comes
// later runs on the new. Whoever holds it sees one engine that never closes.
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { AppError } from '../../lib/std/errors.ts'
import { EngineError, type Engine, type EngineState, type GenerateOptions } from './engine.ts'
import type { Job, JobResult } from './engine.ts'
import { closedError } from './free-slots.ts'
import { Listeners } from './listeners.ts'
import type { FoundPrecision } from './precision.ts'
import { StateCell } from './state-cell.ts'
import { Tenant } from './tenant.ts'
import { vacancy } from './vacancy.ts'

/** Resolves with an engine that can paint. */
export type OpenEngine = () => Promise<Engine>

export interface EngineSwitch {
  readonly open: OpenEngine
  /** What is being loaded, for people. */
  readonly name: string
  /**
   * Where there is no room for both: the old engine is closed first and nothing is painted until the new one is ready.
   * Opens the old one again when the new one cannot be had.
   */
  readonly reopen?: OpenEngine
}

export class SwitchableEngine implements Engine {
  readonly #state: StateCell
  readonly #infoListeners = new Listeners<ModelInfo>()
  /** Those that moved out and still finish their last jobs. */
  readonly #leaving = new Set<Tenant>()
  #current: Tenant
  #info: ModelInfo
  /** What is loaded beside the engine that works. */
  #loading: string | undefined
  #closed = false
  #switching = false

  constructor(first: Engine) {
    this.#state = new StateCell(first.state())
    this.#info = first.info
    this.#current = this.#tenant(first)
  }

  get info(): ModelInfo {
    return this.#info
  }

  get providerReason(): string {
    return this.#current.engine.providerReason ?? ''
  }

  get precision(): FoundPrecision | undefined {
    return this.#current.engine.precision
  }

  get slots(): number {
    return this.#current.engine.slots
  }

  get abreast(): number {
    return this.#current.engine.abreast
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

  async whenFree(signal: AbortSignal): Promise<void> {
    for (;;) {
      const tenant = this.#current
      try {
        await tenant.whenFree(signal)
        if (tenant === this.#current) return
      } catch (error) {
        // One that moved out sends those who wait away: the one that moved in is asked.
        if (tenant === this.#current || signal.aborted) throw error
      }
    }
  }

  generate(job: Job, options: GenerateOptions): Promise<JobResult> {
    return this.#current.generate(job, options)
  }

  /**
   * Resolves when the new engine has moved in; the old one ends when its last job has. One switch at a time.
   * @throws EngineError `busy` while another switch goes on, `draining` once closed, and whatever `open` throws: then
   *   the engine before works on.
   */
  async switchTo(change: EngineSwitch): Promise<void> {
    if (this.#closed) throw closedError()
    if (this.#switching) throw new EngineError('busy', 'Another model is being loaded; wait for it')
    this.#switching = true
    try {
      if (change.reopen === undefined) await this.#beside(change)
      else await this.#inTurn(change, change.reopen)
    } finally {
      this.#switching = false
    }
  }

  async #beside({ open, name }: EngineSwitch): Promise<void> {
    this.#loading = `Loading ${name}`
    this.#tell()
    try {
      const next = await this.#opened(open)
      this.#loading = undefined
      void this.#retire(this.#moveIn(next))
    } finally {
      this.#loading = undefined
      this.#tell()
    }
  }

  async #inTurn({ open, name }: EngineSwitch, reopen: OpenEngine): Promise<void> {
    const { engine } = this.#current
    const old = this.#moveIn(vacancy(engine, { name: 'loading', detail: `Loading ${name}` }))
    await this.#retire(old)
    try {
      this.#moveIn(await this.#opened(open))
    } catch (error) {
      if (!this.#closed) await this.#back(engine, reopen)
      throw error
    }
  }

  async #back(engine: Engine, reopen: OpenEngine): Promise<void> {
    try {
      this.#moveIn(await this.#opened(reopen))
    } catch (error) {
      const detail = `No model could be loaded, not even ${engine.info.name} again; choose another or restart the server`
      if (!this.#closed) this.#moveIn(vacancy(engine, { name: 'degraded', detail }))
      // What is no error of ours may say anything, paths of this machine too: its words are for the log.
      const why = error instanceof AppError ? ` (${error.message})` : ''
      throw new EngineError('engine_crashed', `${detail}${why}`, { cause: error })
    }
  }

  async #opened(open: OpenEngine): Promise<Engine> {
    // Nobody opens gigabytes for an end.
    if (this.#closed) throw closedError()
    const engine = await open()
    if (!this.#closed) return engine
    await engine[Symbol.asyncDispose]()
    throw closedError()
  }

  #tenant(engine: Engine): Tenant {
    return new Tenant(engine, () => this.#tell())
  }

  /** Returns the one before, whose jobs may still run. */
  #moveIn(engine: Engine): Tenant {
    const old = this.#current
    this.#current = this.#tenant(engine)
    old.sendAway()
    this.#tell()
    return old
  }

  /** Resolves when the engine that moved out is closed. */
  async #retire(old: Tenant): Promise<void> {
    this.#leaving.add(old)
    try {
      await old.leave()
    } finally {
      this.#leaving.delete(old)
    }
  }

  #tell(): void {
    if (this.#closed) return
    const { info } = this.#current.engine
    if (info !== this.#info) {
      this.#info = info
      this.#infoListeners.tell(info)
    }
    const { name, detail } = this.#current.engine.state()
    this.#state.set({ name, detail: detail ?? this.#loading })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await Promise.all([this.#current, ...this.#leaving].map((tenant) => tenant.close()))
    this.#state.set({ name: 'closed', detail: 'The engine has been closed' })
  }
}
