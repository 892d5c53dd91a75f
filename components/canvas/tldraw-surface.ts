// The drawing on tldraw's page, without tldraw: it exists before the editor is loaded (the connection may ask for a
// snapshot first) and hands everything on to it once it is there.
import type { Editor } from 'tldraw'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Snapshot, TakeSnapshot } from '../../lib/client/types.ts'
import type { Size } from '../../lib/std/size.ts'
import type {
  Change,
  DrawingContent,
  DrawingSurface,
  SurfaceOptions,
  SurfaceState,
} from './drawing-surface.ts'

/** What an editor does for the surface (tldraw/attach-editor.ts). */
export interface EditorHands extends Pick<
  DrawingSurface,
  | 'scene'
  | 'takeSnapshot'
  | 'content'
  | 'hold'
  | 'check'
  | 'replace'
  | 'usePicture'
  | 'addPhotos'
  | 'toggleFill'
  | 'stepWidth'
  | 'clear'
> {
  readonly editor: Editor
  /** The aspect changed. */
  fit(size: Size): void
}

export interface TldrawState extends SurfaceState {
  readonly hands: EditorHands | undefined
}

export class TldrawSurface implements DrawingSurface {
  readonly store: StoreApi<TldrawState>
  /** Another one once storage was looked at: what the plain canvas keeps of a drawing that the editor has nothing of. */
  start: SurfaceOptions['start']
  readonly #listeners = new Set<(change: Change) => void>()

  constructor({ size, start }: SurfaceOptions) {
    this.start = start
    this.store = createStore<TldrawState>()(() => ({
      hands: undefined,
      ready: false,
      empty: false,
      size,
      busy: false,
      kept: true,
      unshown: false,
    }))
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The editor says that its page changed. */
  changed(change: Change): void {
    this.#listeners.forEach((tell) => tell(change))
  }

  /** Without an editor there is no drawing yet. */
  scene(): number {
    return this.store.getState().hands?.scene() ?? 0
  }

  /** Resolves once an editor is there. */
  async #hands(): Promise<EditorHands> {
    const { hands } = this.store.getState()
    if (hands) return hands
    return new Promise((resolve) => {
      const stop = this.store.subscribe(({ hands: came }) => {
        if (!came) return
        stop()
        resolve(came)
      })
    })
  }

  readonly takeSnapshot: TakeSnapshot = async (size): Promise<Snapshot> =>
    (await this.#hands()).takeSnapshot(size)

  setSize(size: Size): void {
    const { hands, size: before } = this.store.getState()
    if (size.width * before.height === size.height * before.width) return
    this.store.setState({ size })
    hands?.fit(size)
  }

  async content(): Promise<DrawingContent> {
    return (await this.#hands()).content()
  }

  hold(): () => Promise<DrawingContent> {
    return this.store.getState().hands?.hold() ?? (() => this.content())
  }

  check(content: DrawingContent): void {
    this.store.getState().hands?.check(content)
  }

  async replace(content: DrawingContent): Promise<void> {
    await (await this.#hands()).replace(content)
  }

  async usePicture(picture: Blob): Promise<void> {
    await (await this.#hands()).usePicture(picture)
  }

  async addPhotos(files: File[]): Promise<void> {
    await (await this.#hands()).addPhotos(files)
  }

  toggleFill(): void {
    this.store.getState().hands?.toggleFill()
  }

  stepWidth(by: 1 | -1): void {
    this.store.getState().hands?.stepWidth(by)
  }

  clear(): void {
    this.store.getState().hands?.clear()
  }
}
