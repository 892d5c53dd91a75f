// One open drawing: its surface, its connection, its pins and its settings, made together and disposed together.
import { createStore, type StoreApi } from 'zustand/vanilla'
import { browserEnvironment } from '../../lib/client/environment.ts'
import { createSketchClient } from '../../lib/client/index.ts'
import type { Activity, ClientState, SketchClient } from '../../lib/client/types.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { createSurface } from '../canvas/create-surface.ts'
import type { DrawingSurface, SurfaceOptions } from '../canvas/drawing-surface.ts'
import { dialUrl } from './access.ts'
import { Befores } from './befores.ts'
import { calmActivity } from './calm-activity.ts'
import { clientNotices } from './client-notices.ts'
import { DrawingLooks } from './drawing-looks.ts'
import { KeptSettings } from './kept-settings.ts'
import { KeptThumbnail } from './kept-thumbnail.ts'
import { notify } from './notices.ts'
import { tellOpen } from './open-elsewhere.ts'
import { PinBoard } from './pin-board.ts'
import { preferences } from './preferences.ts'
import { RecentPictures } from './recent-pictures.ts'
import { Rest } from './rest.ts'
import { readSettings } from './saved.ts'
import { SeedRolls } from './seed-rolls.ts'
import { ShownPicture } from './shown-picture.ts'
import { sureFrame } from './sure-frame.ts'

export interface Session {
  readonly id: string
  readonly client: SketchClient
  readonly surface: DrawingSurface
  readonly pins: PinBoard
  /** What was on the page before something else took its place; nobody reads it before `load`. */
  readonly befores: Befores
  /** The pictures that went by. */
  readonly recent: RecentPictures
  readonly seed: StoreApi<{ readonly locked: boolean }>
  /** What is happening, slowed down to what can be read. */
  readonly calm: StoreApi<{ activity: Activity }>
  readonly shown: ShownPicture
  readonly rolls: SeedRolls
  /** Whether its place at the server is given back: nobody has looked for a while. */
  readonly rest: Pick<Rest, 'isResting' | 'touched'>
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
  /** There is a place to show pins at. */
  readonly pins?: boolean
  /** It is in a page of somebody else, whose visitors cannot help what lasts about the engine. */
  readonly embedded?: boolean
}

export function openSession(options: OpenOptions): Session {
  const { id, start, params: given, canvas = 'auto', dial = dialUrl, pins: hasPins = true } = options
  const saved = readSettings(id)
  const params: Partial<DrawParams> = given ?? saved.params ?? {}
  const seed = createStore<{ readonly locked: boolean }>()(() => ({ locked: saved.seedLocked }))
  const pins = new PinBoard(id)
  const size = { width: params.width ?? 256, height: params.height ?? 256 }
  const surface = createSurface({ size, start }, canvas)
  const { client, rest, shown, recent, changed } = connect(surface, params, dial)
  const rolls = rollsOf({ client, seed, surface })
  const calm = calmActivity(client.store)
  const kept = new KeptSettings({ id, client, seed })
  const isItsLook = () => {
    const { empty, unshown } = surface.store.getState()
    // A page that is blank because nothing was found, or may be shown, of what somebody drew is not how that looks.
    return !empty || (kept.isTouched && !unshown)
  }
  const thumbnail = new KeptThumbnail({ id, client, isItsLook })
  const stops = [
    calm.stop,
    shown.stop,
    recent.stop,
    client.store.subscribe((state, before) => followClient(state, before, surface)),
    client.store.subscribe(clientNotices({ tellsEngine: options.embedded !== true })),
    preferences.subscribe(({ live }, before) => live !== before.live && client.setLive(live)),
    ...followSurface(surface, { rolls, changed, kept }),
    () => kept.stop(),
    // After the settings: a drawing that the list does not offer has none.
    () => thumbnail.stop(),
    tellOpen(id),
  ]
  if (hasPins) pins.load().catch(() => notify(PINLESS, 'problem'))
  const dispose = () => {
    stops.forEach((stop) => stop())
    client.dispose()
    rest.stop()
    pins.dispose()
  }
  const befores = new Befores(id, surface)
  const state = { seed, calm: calm.store, shown, rolls, rest }
  return { id, client, surface, pins, befores, recent, ...state, changed, dispose }
}

const PINLESS =
  'This browser keeps no pins for this page: its storage is turned off, as in some private windows. Download the pictures that you want to keep'

/** The client, with what it takes to tell which drawing its pictures are of. */
function connect(
  surface: DrawingSurface,
  params: Partial<DrawParams>,
  dial: () => Promise<string>,
): Pick<Session, 'client' | 'shown' | 'recent' | 'changed'> & { readonly rest: Rest } {
  const { live, autoRefine, background } = preferences.getState()
  const looks = new DrawingLooks(surface)
  const { takeSnapshot } = looks
  const around = browserEnvironment()
  const rest = new Rest(around)
  const client = createSketchClient(
    { url: rest.awake(dial), takeSnapshot, params, live, autoRefine, background },
    { ...around, openSocket: rest.openSocket, requestFrame: sureFrame(around) },
  )
  rest.unless(() => {
    const { background, activity } = client.store.getState()
    // Somebody may wait for the larger one, and come back for it.
    return background || ['queued', 'generating', 'refining'].includes(activity)
  })
  const changed = () => {
    looks.changed()
    client.markDirty()
  }
  const shown = new ShownPicture(client, looks)
  return { client, rest, shown, recent: new RecentPictures(client, shown), changed }
}

function rollsOf({ client, seed, surface }: Pick<Session, 'client' | 'seed' | 'surface'>): SeedRolls {
  return new SeedRolls(client, {
    isLocked: () => seed.getState().locked,
    isBusy: () => surface.store.getState().busy,
    scene: () => surface.scene(),
  })
}

interface Followers extends Pick<Session, 'rolls' | 'changed'> {
  readonly kept: KeptSettings
}

/** The stops. */
function followSurface(surface: DrawingSurface, { rolls, changed, kept }: Followers): (() => void)[] {
  return [
    surface.onChange((change) => {
      rolls.heard(change)
      changed()
      kept.touched()
    }),
    surface.store.subscribe(({ ready, busy }, before) => {
      if (ready && !before.ready) rolls.opened()
      if (!busy && before.busy) rolls.lifted()
      if (ready !== before.ready) changed()
    }),
  ]
}

function followClient(state: ClientState, before: ClientState, surface: DrawingSurface): void {
  if (state.params && state.params !== before.params) surface.setSize(state.params)
  if (state.autoRefine !== before.autoRefine) preferences.setState({ autoRefine: state.autoRefine })
  if (state.background !== before.background) preferences.setState({ background: state.background })
}
