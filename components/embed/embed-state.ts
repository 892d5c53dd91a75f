// What the embedding page wants: first from the address, then from attributes that change.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SketchClient } from '../../lib/client/types.ts'
import {
  addressParameters,
  EMBED_DEFAULTS,
  readEmbedOptions,
  type EmbedOptions,
  type EmbedProblem,
} from '../../lib/embed/options.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'

export interface EmbedState {
  readonly options: EmbedOptions
  /** What was asked for and cannot be had, one a name. */
  readonly problems: readonly EmbedProblem[]
}

export type EmbedStore = StoreApi<EmbedState>

export function createEmbedStore(address: Pick<Location, 'search' | 'hash'>): EmbedStore {
  return createStore<EmbedState>()(() => readEmbedOptions(addressParameters(address)))
}

/** Applies attributes that changed; `null` for one that was taken away. */
export function applyAttributes(
  store: EmbedStore,
  attributes: Readonly<Record<string, string | null>>,
  client: SketchClient,
): void {
  const { options: before, problems: known } = store.getState()
  const names = Object.keys(attributes)
  const given = Object.entries(attributes).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, value]],
  )
  const reset = Object.fromEntries(Object.entries(EMBED_DEFAULTS).filter(([name]) => names.includes(name)))
  // Which page talks to us is decided by the address alone.
  const defaults = { ...before, ...reset, host: before.host }
  const { options, problems } = readEmbedOptions(given, defaults)
  const others = known.filter(({ name }) => !names.includes(name))
  store.setState({ options: { ...options, host: before.host }, problems: [...others, ...problems] })
  const changed = Object.fromEntries(
    Object.entries(paramsOf(options)).filter(([name]) => names.includes(name)),
  )
  if (Object.keys(changed).length > 0) client.setParams(changed)
  const { model } = client.store.getState()
  if (model) checkAgainstModel(store, model, client)
}

const PARAM_NAMES = ['prompt', 'strength', 'steps', 'seed'] as const

/** The parameters that were given, and none that were not. */
export function paramsOf(options: EmbedOptions): Partial<DrawParams> {
  return Object.fromEntries(
    PARAM_NAMES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  )
}

/** Names what this server's model cannot do, and goes on with what it would do by itself. */
export function checkAgainstModel(store: EmbedStore, model: ModelInfo, client: SketchClient): void {
  const { options, problems } = store.getState()
  const found: EmbedProblem[] = []
  if (options.model !== undefined && options.model !== model.id) {
    const message = `model=${options.model} is not what this server runs; ${model.id} is used`
    found.push({ name: 'model', value: options.model, message })
  }
  for (const name of ['strength', 'steps'] as const) {
    const value = options[name]
    const [low, high] = model.limits[name]
    if (value === undefined || (value >= low && value <= high)) continue
    const instead = model.defaults[name]
    const message = `${name}=${value} is outside what ${model.name} takes (${low} to ${high}); ${instead} is used`
    found.push({ name, value: String(value), message })
    client.setParams({ [name]: instead })
  }
  const names = found.map(({ name }) => name)
  if (found.length > 0)
    store.setState({ problems: [...problems.filter(({ name }) => !names.includes(name)), ...found] })
}

export function dismissProblems(store: EmbedStore): void {
  store.setState({ problems: [] })
}
