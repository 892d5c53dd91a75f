import type { StoreApi } from 'zustand/vanilla'
import type { WireError } from '../protocol/errors.ts'
import type { DrawParams, ModelInfo } from '../protocol/params.ts'
import { activityOf } from './activity.ts'
import { connect } from './connection.ts'
import type { ConnectionEvent, RunningConnection } from './connection.ts'
import {
  checkPatch,
  fitToModel,
  mergeParams,
  moveToModel,
  refinedParams,
  sameParams,
} from './draft-params.ts'
import { browserEnvironment } from './environment.ts'
import type { Environment } from './environment.ts'
import { FrameEnds } from './frame-ends.ts'
import { Painter } from './painter.ts'
import { RETRYABLE } from './retryable.ts'
import { Pump } from './pump.ts'
import { Refiner } from './refiner.ts'
import { StatsMeter } from './stats.ts'
import { createClientStore, Figures } from './store.ts'
import type { ClientState, PaintedFrame, SketchClient, SketchClientOptions } from './types.ts'

const REFINE_AFTER_MS = 700

/** Starts connecting at once; `dispose()` ends everything it owns. */
export function createSketchClient(
  options: SketchClientOptions,
  environment = browserEnvironment(),
): SketchClient {
  return new Client(options, environment)
}

class Client implements SketchClient {
  readonly store: StoreApi<ClientState>
  readonly #env: Environment
  readonly #stop = new AbortController()
  readonly #stats = new StatsMeter()
  readonly #painter: Painter
  readonly #pump: Pump
  readonly #refiner: Refiner
  readonly #ends: FrameEnds
  readonly #figures: Figures
  readonly #offVisibility: () => void
  readonly #connection: RunningConnection
  #step: ClientState['step']
  #offsetMs: number | undefined

  constructor(options: SketchClientOptions, env: Environment) {
    const { live = true, autoRefine = true, background = false } = options
    const onError = (error: WireError): void => this.store.setState({ error })
    this.#env = env
    this.store = createClientStore({ live, autoRefine, background }, env.reportError)
    this.#painter = new Painter(env)
    this.#pump = new Pump({
      env,
      takeSnapshot: options.takeSnapshot,
      onChange: () => this.#refresh(),
      onSent: (bytes) => this.#stats.bytes(bytes, 0),
      onTooLarge: (error) => this.#ends.unread(error),
      onError,
    })
    this.#ends = new FrameEnds({
      env,
      pump: this.#pump,
      painter: this.#painter,
      stats: this.#stats,
      onPainted: (frame) => this.#painted(frame),
      onError,
      onRefineLost: () => this.#refiner.restart(),
      onChange: () => this.#refresh(),
    })
    this.#refiner = new Refiner({
      clock: env.clock,
      afterMs: options.refineAfterMs ?? REFINE_AFTER_MS,
      mayRest: () => this.#mayRest(),
      mayNow: () => this.#pump.free && !this.#pump.wantsLive && !this.#ends.painting && this.#mayRefine(),
      start: () => this.#startRefine(),
    })
    this.#figures = new Figures(env.clock, () => this.#writeFigures())
    this.#offVisibility = env.onVisibilityChange(() => this.#enable())
    this.setParams(options.params ?? {})
    this.#enable()
    const onEvent = (event: ConnectionEvent): void => this.#receive(event)
    this.#connection = connect({ url: options.url, env, signal: this.#stop.signal, onEvent })
  }

  markDirty(): void {
    this.#refiner.restart()
    this.#pump.markDirty()
  }

  setParams(patch: Partial<DrawParams>): void {
    const { model, params, given, error } = this.store.getState()
    const checked = model && params ? mergeParams(params, patch, model) : checkPatch(patch)
    if (!checked.ok) return this.store.setState({ error: checked.error })
    if (error && PARAM_ERRORS.includes(error.code)) this.store.setState({ error: undefined })
    if (model && params) this.#adopt({ ...params, ...checked.value })
    else this.store.setState({ given: { ...given, ...checked.value } })
  }

  setLive(live: boolean): void {
    this.store.setState({ live })
    this.#enable()
  }

  setBackground(background: boolean): void {
    this.store.setState({ background })
    this.#enable()
  }

  setAutoRefine(autoRefine: boolean): void {
    this.store.setState({ autoRefine })
    this.#refiner.consider()
  }

  refine(): void {
    // The pass that is on its way is the one that is asked for, unless the drawing has changed since.
    const onItsWay = this.#pump.refining || (this.#ends.painting && !this.#ends.paintingLive)
    if (onItsWay && !this.#pump.wantsLive) return
    if (!this.store.getState().model || this.#refineParams()) this.#refiner.now()
  }

  attach(canvas: HTMLCanvasElement): () => void {
    return this.#painter.attach(canvas)
  }

  lastFrame(): PaintedFrame | undefined {
    return this.#ends.lastFrame
  }

  onFrame(listener: (frame: PaintedFrame) => void): () => void {
    return this.#ends.onFrame(listener)
  }

  dismissError(): void {
    this.store.setState({ error: undefined })
  }

  retry(): void {
    this.#connection.retry()
  }

  clockOffsetMs(): number | undefined {
    return this.#offsetMs
  }

  dispose(): void {
    this.#offVisibility()
    this.#pump.dispose()
    this.#stop.abort()
    this.#painter.dispose()
    this.#refiner.dispose()
    this.#ends.dispose()
    this.#figures.dispose()
  }

  get #enabled(): boolean {
    const { live, background } = this.store.getState()
    return live && (background || !this.#env.isHidden())
  }

  #enable(): void {
    this.#pump.setEnabled(this.#enabled)
    this.#refresh()
  }

  #receive(event: ConnectionEvent): void {
    // The loop says `closed` after dispose(); nothing else may follow that.
    if (event.type === 'status') return this.#statusChanged(event.status)
    if (this.#stop.signal.aborted) return
    this.#figures.soon()
    if (event.type === 'bytes') this.#stats.bytes(0, event.down)
    else if (event.type === 'clock') this.#clockRead(event.estimate)
    else if (event.type === 'welcome') this.#welcome(event)
    else this.#message(event.message)
  }

  #statusChanged(status: ClientState['status']): void {
    this.store.setState({ status })
    if (this.#stop.signal.aborted) return
    if (status.name !== 'live') this.#pump.disconnect()
    this.#refresh()
  }

  #clockRead({ roundTripMs, offsetMs }: { roundTripMs: number; offsetMs: number }): void {
    this.#offsetMs = offsetMs
    this.#stats.roundTrip(roundTripMs)
  }

  #welcome({ welcome, socket }: Extract<ConnectionEvent, { type: 'welcome' }>): void {
    const { model: before, params, given } = this.store.getState()
    const { model } = welcome
    this.store.setState({ model, engine: { name: welcome.engine, detail: undefined } })
    const isOther = params && before?.id !== model.id
    const wanted = params ?? { ...model.defaults, ...given }
    this.#adopt(isOther ? moveToModel(wanted, model, before) : fitToModel(wanted, model))
    this.#pump.connect(socket, welcome)
    this.#refresh()
  }

  /** Another model while the connection lives (M2): the picture that is shown is the old one's. */
  #modelChanged(model: ModelInfo): void {
    const { model: before, params: old } = this.store.getState()
    const params = moveToModel(old ?? model.defaults, model, before)
    this.store.setState({ model, params })
    this.#pump.modelChanged(model, params)
    this.#refiner.restart()
    this.#refresh()
  }

  #adopt(params: DrawParams): void {
    const before = this.store.getState().params
    if (before && sameParams(before, params)) return
    this.store.setState({ params })
    this.#refiner.restart()
    this.#pump.setParams(params)
    this.#refresh()
  }

  #message(message: Extract<ConnectionEvent, { type: 'message' }>['message']): void {
    if (message.type === 'status') {
      this.store.setState({ engine: { name: message.engine, detail: message.detail } })
      return this.#refresh()
    }
    if (message.type === 'model') return this.#modelChanged(message.model)
    if (message.type === 'step' || message.type === 'preview')
      this.#step = { step: message.step, steps: message.steps }
    if (message.type !== 'step') this.#ends.receive(message)
  }

  #painted(frame: PaintedFrame): void {
    const { error, refined, blanked } = this.store.getState()
    const seen = { refined: frame.meta.mode === 'refine', blanked: frame.meta.nsfwDetected === true }
    if (seen.refined !== refined || seen.blanked !== blanked) this.store.setState(seen)
    // What could be tried again has been, with success.
    if (error && RETRYABLE.includes(error.code)) this.store.setState({ error: undefined })
  }

  #mayRefine(): boolean {
    return this.store.getState().status.name === 'live' && this.#refineParams() !== undefined
  }

  #mayRest(): boolean {
    const { autoRefine } = this.store.getState()
    if (!autoRefine || !this.#enabled || !this.#pump.free || this.#pump.wantsLive) return false
    return this.#ends.wantsRefinement && this.#mayRefine()
  }

  #refineParams(): DrawParams | undefined {
    const { model, params } = this.store.getState()
    return model && params ? refinedParams(params, model) : undefined
  }

  #startRefine(): void {
    const params = this.#refineParams()
    if (params) this.#pump.refine(params)
  }

  /** Works out what is happening now; a change of it is published at once, the figures a little later. */
  #refresh(): void {
    if (this.#stop.signal.aborted) return
    const state = this.store.getState()
    const frames = this.#pump.ledger.frames().filter((frame) => frame.mode === 'live')
    const activity = activityOf({
      connected: state.status.name === 'live',
      engine: state.engine.name,
      enabled: this.#enabled,
      refining: this.#pump.refining || this.#ends.painting,
      started: this.#ends.paintingLive || frames.some((frame) => frame.started),
      pending: this.#pump.wantsLive || frames.length > 0,
    })
    if (activity !== 'generating' && activity !== 'refining') this.#step = undefined
    const forming = this.#painter.previewing
    if (activity !== state.activity || forming !== state.forming)
      this.store.setState({ activity, forming, step: this.#step })
    this.#figures.soon()
    this.#refiner.consider()
  }

  #writeFigures(): boolean {
    const stats = this.#stats.read(this.#env.clock.now())
    this.store.setState({ stats, step: this.#step })
    return stats.fps > 0
  }
}

const PARAM_ERRORS: readonly string[] = ['invalid_params', 'steps_strength_too_small']
