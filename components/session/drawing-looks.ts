// Which drawing a picture is of. Every snapshot is a look at the drawing: looks between which nothing changed, or that
// found the very scene of an earlier one, are of one version.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Snapshot, TakeSnapshot } from '../../lib/client/types.ts'
import type { DrawingContent, DrawingSurface } from '../canvas/drawing-surface.ts'

export interface Look {
  readonly version: number
  /** The drawing as it was then. */
  readonly content: () => Promise<DrawingContent>
}

export class DrawingLooks {
  /** The version that the drawing is of now; `undefined`: it has changed since it was looked at. */
  readonly store: StoreApi<{ readonly version: number | undefined }>
  readonly #surface: DrawingSurface
  /** A surface gives the snapshot it has of a scene that it knows, so the same object is the same drawing. */
  readonly #looks = new WeakMap<Snapshot, Look>()
  #newest = 0
  #changedInPassing = false

  constructor(surface: DrawingSurface) {
    this.#surface = surface
    this.store = createStore(() => ({ version: undefined }))
  }

  /** To be called for every change of the drawing; cheap. */
  changed(): void {
    this.#changedInPassing = true
    if (this.store.getState().version !== undefined) this.store.setState({ version: undefined })
  }

  /** `undefined` for a snapshot that was not taken here. */
  at(snapshot: Snapshot): Look | undefined {
    return this.#looks.get(snapshot)
  }

  /** The surface's own, looked at. */
  readonly takeSnapshot: TakeSnapshot = async (size) => {
    await isReady(this.#surface)
    const { version: before } = this.store.getState()
    this.#changedInPassing = false
    const content = this.#surface.hold()
    const snapshot = await this.#surface.takeSnapshot(size)
    const look = this.#looks.get(snapshot) ?? { version: before ?? ++this.#newest, content }
    this.#looks.set(snapshot, look)
    if (!this.#changedInPassing) this.store.setState({ version: look.version })
    return snapshot
  }
}

async function isReady({ store }: DrawingSurface): Promise<void> {
  if (store.getState().ready) return
  await new Promise<void>((resolve) => {
    const stop = store.subscribe(({ ready }) => {
      if (!ready) return
      stop()
      resolve()
    })
  })
}
