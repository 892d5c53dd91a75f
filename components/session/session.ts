// One open drawing: its surface, its connection, its pins and its settings, made together and disposed together.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { createSketchClient } from '../../lib/client/index.ts'
import type { Activity, ClientState, SketchClient } from '../../lib/client/types.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { createSurface } from '../canvas/create-surface.ts'
import type { DrawingSurface, SurfaceOptions } from '../canvas/drawing-surface.ts'
import { dialUrl } from './access.ts'
import { calmActivity } from './calm-activity.ts'
import { DrawingLooks } from './drawing-looks.ts'
import { KeptSettings } from './kept-settings.ts'
import { notify } from './notices.ts'
import { PinBoard } from './pin-board.ts'
import { preferences } from './preferences.ts'
import { readSettings } from './saved.ts'
import { SeedRolls } from './seed-rolls.ts'
import { ShownPicture } from './shown-picture.ts'

export interface Session {
  readonly id: string
  readonly client: SketchClient
  readonly surface: DrawingSurface
  readonly pins: PinBoard
  readonly seed: StoreApi<{ readonly locked: boolean }>
  /** What is happening, slowed down to what can be read. */
  readonly calm: StoreApi<{ activity: Activity }>
  readonly shown: ShownPicture
  readonly rolls: SeedRolls
  /** The drawing has changed. The canvas says so itself, but tldraw a frame later, and out of sight there are none. */
  readonly changed: () => void
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
  const { client, shown, changed } = connect(surface, params, dial)
  const rolls = new SeedRolls(client, () => seed.getState().locked)
  const calm = calmActivity(client.store)
  const kept = new KeptSettings({ id, client, seed })
  const stops = [
    calm.stop,
    shown.stop,
    client.store.subscribe((state, before) => followClient(state, before, surface)),
    preferences.subscribe(({ live }, before) => live !== before.live && client.setLive(live)),
    surface.onChange(() => {
      rolls.heard()
      changed()
      kept.touched()
    }),
    surface.store.subscribe(({ ready }, before) => ready !== before.ready && changed()),
    () => kept.stop(),
  ]
  pins.load().catch(() => notify('Pins could not be read; this browser refuses IndexedDB', 'problem'))
  const dispose = () => {
    stops.forEach((stop) => stop())
    client.dispose()
    pins.dispose()
  }
  return { id, client, surface, pins, seed, calm: calm.store, shown, rolls, changed, dispose }
}

/** The client, with what it takes to tell which drawing its pictures are of. */
function connect(
  surface: DrawingSurface,
  params: Partial<DrawParams>,
  dial: () => Promise<string>,
): Pick<Session, 'client' | 'shown' | 'changed'> {
  const { live, autoRefine, background } = preferences.getState()
  const looks = new DrawingLooks(surface)
  const { takeSnapshot } = looks
  const client = createSketchClient({ url: dial, takeSnapshot, params, live, autoRefine, background })
  const changed = () => {
    looks.changed()
    client.markDirty()
  }
  return { client, shown: new ShownPicture(client, looks), changed }
}

function followClient(state: ClientState, before: ClientState, surface: DrawingSurface): void {
  if (state.params && state.params !== before.params) surface.setSize(state.params)
  const { model } = state
  if (model && before.model && model.id !== before.model.id) notify(`The model is ${model.name} now`)
  if (state.error && state.error !== before.error) notify(state.error.message, 'problem')
  if (state.autoRefine !== before.autoRefine) preferences.setState({ autoRefine: state.autoRefine })
  if (state.background !== before.background) preferences.setState({ background: state.background })
}
