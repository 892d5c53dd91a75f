// One open drawing: its surface, its connection, its pins and its settings, made together and disposed together.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { createSketchClient } from '../../lib/client/index.ts'
import type { Activity, ClientState, SketchClient } from '../../lib/client/types.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { createSurface } from '../canvas/create-surface.ts'
import type { DrawingSurface, SurfaceOptions } from '../canvas/drawing-surface.ts'
import { dialUrl } from './access.ts'
import { calmActivity } from './calm-activity.ts'
import { notify } from './notices.ts'
import { PinBoard } from './pin-board.ts'
import { preferences } from './preferences.ts'
import { readSettings, rememberDrawing, writeSettings } from './saved.ts'
import { randomSeed } from './seed.ts'

export interface Session {
  readonly id: string
  readonly client: SketchClient
  readonly surface: DrawingSurface
  readonly pins: PinBoard
  readonly seed: StoreApi<{ readonly locked: boolean }>
  /** What is happening, slowed down to what can be read. */
  readonly calm: StoreApi<{ activity: Activity }>
  dispose(): void
}

export interface OpenOptions {
  readonly id: string
  readonly start: SurfaceOptions['start']
  /** Settings that come with the drawing (from a file, say); else those saved under its id. */
  readonly params?: Partial<DrawParams>
  /** `plain`: the plain canvas, also where tldraw could be shown. */
  readonly canvas?: 'auto' | 'plain'
  /** The address of each dial; else one with the key that is kept in this browser. */
  readonly dial?: () => Promise<string>
}

/** A pause of the pen after which an unlocked seed changes. */
const PAUSE_MS = 700
const SAVE_AFTER_MS = 400

export function openSession({
  id,
  start,
  params: given,
  canvas = 'auto',
  dial = dialUrl,
}: OpenOptions): Session {
  const saved = readSettings(id)
  const params: Partial<DrawParams> = given ?? saved.params ?? {}
  const seed = createStore<{ readonly locked: boolean }>()(() => ({ locked: saved.seedLocked }))
  const pins = new PinBoard(id)
  const size = { width: params.width ?? 256, height: params.height ?? 256 }
  const surface = createSurface({ size, start }, canvas)
  const client = connect(surface, params, dial)
  const calm = calmActivity(client.store)
  const saving = keepSaved(id, client, seed)
  const stops = [
    calm.stop,
    client.store.subscribe((state, before) => followClient(state, before, surface)),
    surface.onChange(changeHandler(client, seed)),
    surface.onChange(saving.soon),
    surface.store.subscribe((state, before) => {
      if (state.ready !== before.ready) client.markDirty()
    }),
    saving.stop,
  ]
  pins.load().catch(() => notify('Pins could not be read; this browser refuses IndexedDB', 'problem'))
  const dispose = () => {
    stops.forEach((stop) => stop())
    client.dispose()
    pins.dispose()
  }
  return { id, client, surface, pins, seed, calm: calm.store, dispose }
}

function connect(
  surface: DrawingSurface,
  params: Partial<DrawParams>,
  dial: () => Promise<string>,
): SketchClient {
  const { autoRefine, background } = preferences.getState()
  return createSketchClient({
    url: dial,
    takeSnapshot: surface.takeSnapshot,
    params,
    autoRefine,
    background,
  })
}

function changeHandler(client: SketchClient, seed: Session['seed']): () => void {
  let lastMs = -Infinity
  return () => {
    const nowMs = performance.now()
    if (!seed.getState().locked && nowMs - lastMs > PAUSE_MS && client.store.getState().params) {
      client.setParams({ seed: randomSeed() })
    }
    lastMs = nowMs
    client.markDirty()
  }
}

function followClient(state: ClientState, before: ClientState, surface: DrawingSurface): void {
  if (state.params && state.params !== before.params) surface.setSize(state.params)
  const { model } = state
  if (model && before.model && model.id !== before.model.id) notify(`The model is ${model.name} now`)
  if (state.error && state.error !== before.error) notify(state.error.message, 'problem')
  if (state.autoRefine !== before.autoRefine) preferences.setState({ autoRefine: state.autoRefine })
  if (state.background !== before.background) preferences.setState({ background: state.background })
}

interface Saving {
  readonly soon: () => void
  readonly stop: () => void
}

/** Saves the settings a moment after a change, and at the end. What nobody touched leaves no trace in the menu. */
function keepSaved(id: string, client: SketchClient, seed: Session['seed']): Saving {
  let timer: ReturnType<typeof setTimeout> | undefined
  const save = () => {
    timer = undefined
    const { params } = client.store.getState()
    if (!params) return
    writeSettings(id, { params, seedLocked: seed.getState().locked })
    rememberDrawing({ id, atMs: Date.now(), prompt: params.prompt })
  }
  const soon = () => {
    timer ??= setTimeout(save, SAVE_AFTER_MS)
  }
  const stops = [
    client.store.subscribe((state, before) => {
      if (before.params && state.params !== before.params) soon()
    }),
    seed.subscribe(soon),
  ]
  const flush = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    save()
  }
  window.addEventListener('pagehide', flush)
  const stop = () => {
    window.removeEventListener('pagehide', flush)
    stops.forEach((end) => end())
    flush()
  }
  return { soon, stop }
}
