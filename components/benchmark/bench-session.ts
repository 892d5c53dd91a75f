// The life of the benchmark page: what the server is, what shall run, what is running, and what came out.
import * as v from 'valibot'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { planRuns } from '../../lib/benchmark/plan.ts'
import {
  REPORT_FORMAT,
  REPORT_VERSION,
  type BenchReport,
  type RunResult,
} from '../../lib/benchmark/report.ts'
import { type BenchSettings, readSettings, writeSettings } from '../../lib/benchmark/settings.ts'
import { ClockProbe } from '../../lib/client/bench/clock-probe.ts'
import { runBenchmark, type BenchPaper, type BenchProgress } from '../../lib/client/bench/runner.ts'
import { browserEnvironment } from '../../lib/client/environment.ts'
import type { EngineStateName } from '../../lib/protocol/control.ts'
import { fitToModel } from '../../lib/protocol/fit-to-model.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { dialUrl, keyHeaders } from '../session/access.ts'
import { serverUrl } from '../session/socket-url.ts'

export interface BenchState {
  readonly model: ModelInfo | undefined
  readonly engine: EngineStateName
  readonly machine: BenchReport['machine']
  /** There is a sheet to draw on. */
  readonly paper: boolean
  readonly settings: BenchSettings | undefined
  /** Query parameters that were left out of account, one sentence each. */
  readonly problems: readonly string[]
  readonly phase: 'waiting' | 'running' | 'done' | 'stopped'
  readonly progress: BenchProgress | undefined
  readonly runs: readonly RunResult[]
  readonly report: BenchReport | undefined
  readonly error: string | undefined
  /** Why the server lets nobody in; `undefined` while it does. */
  readonly locked: string | undefined
  /** The tab was hidden while it measured: browsers stop painting there, so the figures say nothing. */
  readonly disturbed: boolean
}

const MachineSchema = v.object({
  machine: v.object({ cpu: v.string(), cores: v.number(), runtime: v.string() }),
})

export class BenchSession {
  readonly store: StoreApi<BenchState>
  readonly #env = browserEnvironment()
  #probe: ClockProbe | undefined
  #disposed = false
  #paper: BenchPaper | undefined
  #canvas: HTMLCanvasElement | undefined
  #stop: AbortController | undefined

  constructor() {
    this.store = createStore<BenchState>()(() => ({
      model: undefined,
      engine: 'loading',
      machine: undefined,
      paper: false,
      settings: undefined,
      problems: [],
      phase: 'waiting',
      progress: undefined,
      runs: [],
      report: undefined,
      error: undefined,
      locked: undefined,
      disturbed: false,
    }))
    this.connect()
  }

  /** Asks the server what it is; again when there is another key. */
  connect(): void {
    this.#probe?.close()
    void this.#connect()
    void this.#askMachine()
  }

  async #connect(): Promise<void> {
    try {
      const socketUrl = await dialUrl()
      if (this.#disposed) return
      this.#probe = new ClockProbe({
        env: this.#env,
        socketUrl,
        onModel: (model) => this.#modelKnown(model),
        onEngine: (engine) => this.store.setState({ engine }),
        onLost: (error) => this.#lost(error),
      })
    } catch (error) {
      this.#lost(error)
    }
  }

  #lost(error: unknown): void {
    const isLocked = error instanceof AppError && error.code === 'unauthorized'
    const message = messageOf(error)
    this.store.setState({ engine: 'closed', ...(isLocked ? { locked: message } : { error: message }) })
  }

  usePaper(paper: BenchPaper): void {
    this.#paper = paper
    this.store.setState({ paper: true })
  }

  useCanvas(canvas: HTMLCanvasElement): void {
    this.#canvas = canvas
  }

  choose(patch: Partial<BenchSettings>): void {
    const { settings } = this.store.getState()
    if (!settings) return
    const next = { ...settings, ...patch }
    this.store.setState({ settings: next, problems: [] })
    window.history.replaceState(null, '', `?${writeSettings(next)}`)
  }

  stop(): void {
    this.#stop?.abort()
  }

  dismissError(): void {
    this.store.setState({ error: undefined })
  }

  dispose(): void {
    this.#disposed = true
    this.stop()
    this.#probe?.close()
  }

  async start(): Promise<void> {
    const { model, settings, phase } = this.store.getState()
    if (!model || !settings || !this.#paper || !this.#canvas || phase === 'running') return
    const stop = new AbortController()
    this.#stop = stop
    this.store.setState({ phase: 'running', runs: [], report: undefined, error: undefined, disturbed: false })
    const onHidden = () => this.#env.isHidden() && this.store.setState({ disturbed: true })
    const offVisibility = this.#env.onVisibilityChange(onHidden)
    onHidden()
    try {
      const runs = await runBenchmark({
        dialUrl,
        rest: restDoor(),
        env: this.#env,
        paper: this.#paper,
        canvas: this.#canvas,
        params: fitToModel({ ...model.defaults, seed: 1 }, model),
        plan: planRuns(settings),
        shapes: settings.shapes,
        seconds: settings.seconds,
        offsetMs: () => this.#probe?.estimate?.offsetMs,
        signal: stop.signal,
        onProgress: (progress) => this.store.setState({ progress, runs: progress.results }),
      })
      this.#finish(runs, !stop.signal.aborted)
    } catch (error) {
      this.#finish(this.store.getState().runs, false)
      this.store.setState({ error: messageOf(error) })
    } finally {
      offVisibility()
    }
  }

  #finish(runs: readonly RunResult[], complete: boolean): void {
    const report = runs.length > 0 ? this.#report(runs, complete) : undefined
    this.store.setState({ phase: complete ? 'done' : 'stopped', progress: undefined, runs, report })
  }

  #report(runs: readonly RunResult[], complete: boolean): BenchReport | undefined {
    const { model, settings, machine } = this.store.getState()
    if (!model || !settings) return undefined
    const clock = this.#probe?.estimate
    return {
      format: REPORT_FORMAT,
      version: REPORT_VERSION,
      createdAt: new Date(this.#env.epochMs()).toISOString(),
      settings: writeSettings(settings),
      browser: { userAgent: navigator.userAgent, cores: navigator.hardwareConcurrency },
      ...(machine === undefined ? {} : { machine }),
      model: { id: model.id, name: model.name, provider: model.provider },
      ...(clock === undefined ? {} : { clock }),
      complete,
      runs: [...runs],
    }
  }

  #modelKnown(model: ModelInfo): void {
    this.store.setState({ locked: undefined, error: undefined })
    if (this.store.getState().settings) return this.store.setState({ model })
    const { settings, problems } = readSettings(new URLSearchParams(window.location.search), model)
    this.store.setState({ model, settings, problems })
  }

  /** A server that does not say what it runs on is measured all the same. */
  async #askMachine(): Promise<void> {
    try {
      const answer = await fetch(serverUrl('/api/model'), { headers: keyHeaders() })
      const parsed = v.safeParse(MachineSchema, await answer.json())
      if (parsed.success) this.store.setState({ machine: parsed.output.machine })
    } catch {
      return
    }
  }
}

/** The session of the page that is open. */
export const currentBench = createStore<{ readonly bench: BenchSession | undefined }>()(() => ({
  bench: undefined,
}))

/** Connects; returns the end of it. */
export function openBench(): () => void {
  const bench = new BenchSession()
  currentBench.setState({ bench })
  return () => {
    currentBench.setState({ bench: undefined })
    bench.dispose()
  }
}

function restDoor(): { url: string; headers: Record<string, string> } {
  return { url: serverUrl('/fal-ai/lcm-sd15-i2i').href, headers: keyHeaders() }
}
