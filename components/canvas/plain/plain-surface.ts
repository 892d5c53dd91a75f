// The drawing surface where tldraw may not be shown: pen, eraser, colours, widths, photos, undo and redo.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Snapshot, TakeSnapshot } from '../../../lib/client/types.ts'
import { AppError } from '../../../lib/std/errors.ts'
import { forgetUnsaved, leaveUnsaved, onLeaving, readUnsaved } from '../../session/unsaved.ts'
import type { DrawingContent } from '../drawing-content.ts'
import type { DrawingSurface, SurfaceOptions, SurfaceState } from '../drawing-surface.ts'
import { EXAMPLE } from '../example-scene.ts'
import { paperFor, type Size } from '../paper.ts'
import { widthBeside } from '../palette.ts'
import {
  erase,
  isClosed,
  PLAIN_WIDTHS,
  PlainContentSchema,
  redo,
  startHistory,
  step,
  undo,
  type History,
  type Item,
  type PlainContent,
  type PlainPoint,
  type PlainWidth,
  type Stroke,
} from './plain-drawing.ts'
import { decodePhotos } from './plain-painter.ts'
import { coverPhoto, fittedPhoto } from './plain-photo.ts'
import { createPlainSnapshotter } from './plain-snapshot.ts'
import { loadPlain, savePlain } from './plain-storage.ts'

export interface PlainState extends SurfaceState {
  readonly history: History
  readonly tool: 'draw' | 'eraser'
  readonly colour: string
  readonly width: PlainWidth
  readonly filled: boolean
}

const ERASER_RADIUS = 6

export class PlainSurface implements DrawingSurface {
  readonly store: StoreApi<PlainState>
  readonly #start: SurfaceOptions['start']
  readonly #listeners = new Set<() => void>()
  readonly #snapshot = createPlainSnapshotter()
  #stroke: Stroke | undefined
  #erasing: readonly Item[] | undefined
  #key: string | undefined
  /** Writes to IndexedDB that are under way. */
  #saving = 0

  constructor({ size, start }: SurfaceOptions) {
    this.#start = start
    this.store = createStore<PlainState>()(() => ({
      ready: false,
      empty: false,
      size,
      busy: false,
      kept: true,
      history: startHistory([]),
      tool: 'draw',
      colour: 'black',
      width: 'm',
      filled: true,
    }))
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Brings back what was kept under `key` and keeps it from now on. A browser that refuses storage starts blank. */
  async open(key: string): Promise<void> {
    const kept = readUnsaved(key, PlainContentSchema) ?? (await loadPlain(key).catch(() => undefined))
    const items = kept?.items.length ? kept.items : this.#firstItems()
    await decodePhotos(items)
    forgetUnsaved(key)
    this.#key = key
    this.store.setState({ history: startHistory(items), ready: true })
    this.#tell()
  }

  #firstItems(): readonly Item[] {
    if (this.#start === 'blank') return []
    if (this.#start === 'example') return EXAMPLE
    return plainItems(this.#start)
  }

  /** Everything on the paper, with the stroke under the pen. */
  get items(): readonly Item[] {
    const items = this.#erasing ?? this.store.getState().history.items
    return this.#stroke ? [...items, this.#stroke] : items
  }

  penDown(point: PlainPoint): void {
    const { tool, colour, width, history } = this.store.getState()
    this.store.setState({ busy: true })
    if (tool === 'eraser') this.#erasing = history.items
    else this.#stroke = { kind: 'stroke', colour, width, filled: false, points: [point] }
    this.penMove([point])
  }

  penMove(points: readonly PlainPoint[]): void {
    if (this.#erasing) {
      const radius = ERASER_RADIUS + PLAIN_WIDTHS[this.store.getState().width] / 2
      for (const [x, y] of points) this.#erasing = erase(this.#erasing, [x, y], radius)
    } else if (this.#stroke) {
      this.#stroke = { ...this.#stroke, points: [...this.#stroke.points, ...points] }
    } else return
    this.#tell()
  }

  penUp(): void {
    const { filled } = this.store.getState()
    const stroke = this.#stroke && { ...this.#stroke, filled: filled && isClosed(this.#stroke.points) }
    const items = this.#erasing ?? this.store.getState().history.items
    this.#stroke = undefined
    this.#erasing = undefined
    this.store.setState({ busy: false })
    this.#step(stroke ? [...items, stroke] : items)
  }

  /** The system took the pointer away, for a gesture say: what was begun is not kept. */
  penCancel(): void {
    this.#stroke = undefined
    this.#erasing = undefined
    this.store.setState({ busy: false })
    this.#tell()
  }

  undo(): void {
    this.#travel(undo)
  }

  redo(): void {
    this.#travel(redo)
  }

  #travel(go: (history: History) => History): void {
    this.store.setState(({ history }) => ({ history: go(history) }))
    this.#keep()
  }

  #step(items: readonly Item[]): void {
    this.store.setState(({ history }) => ({ history: step(history, items) }))
    this.#keep()
  }

  #keep(): void {
    if (this.#key !== undefined) void this.#save(this.#key)
    this.#tell()
  }

  async #save(key: string): Promise<void> {
    this.#saving += 1
    try {
      await savePlain(key, this.#kept())
      this.store.setState({ kept: true })
    } catch {
      this.store.setState({ kept: false })
    }
    this.#saving -= 1
  }

  #kept(): PlainContent {
    return { plain: 1, items: [...this.store.getState().history.items] }
  }

  /** Leaves what IndexedDB may not have yet for the next page that opens this drawing; returns the stop. */
  keepUnsaved(key: string): () => void {
    return onLeaving(key, () => {
      if (this.#saving > 0 || !this.store.getState().kept) leaveUnsaved(key, this.#kept())
    })
  }

  #tell(): void {
    const { ready, empty: before } = this.store.getState()
    const empty = ready && this.items.length === 0
    if (empty !== before) this.store.setState({ empty })
    this.#listeners.forEach((tell) => tell())
  }

  async #ready(): Promise<void> {
    if (this.store.getState().ready) return
    await new Promise<void>((resolve) => {
      const stop = this.store.subscribe(({ ready }) => {
        if (!ready) return
        stop()
        resolve()
      })
    })
  }

  readonly takeSnapshot: TakeSnapshot = async (size): Promise<Snapshot> => {
    await this.#ready()
    return this.#snapshot(this.items, size)
  }

  setSize(size: Size): void {
    const { size: before } = this.store.getState()
    if (size.width * before.height === size.height * before.width) return
    this.store.setState({ size })
    this.#tell()
  }

  async content(): Promise<DrawingContent> {
    await this.#ready()
    return this.#kept()
  }

  async replace(content: DrawingContent): Promise<void> {
    const items = plainItems(content)
    await this.#ready()
    await decodePhotos(items)
    this.#step(items)
  }

  async usePicture(picture: Blob): Promise<void> {
    await this.#ready()
    const photo = await coverPhoto(picture, paperFor(this.store.getState().size))
    await decodePhotos([photo])
    this.#step([photo])
  }

  async addPhotos(files: File[]): Promise<void> {
    await this.#ready()
    const paper = paperFor(this.store.getState().size)
    const photos = await Promise.all(files.map((file) => fittedPhoto(file, paper)))
    await decodePhotos(photos)
    this.#step([...this.store.getState().history.items, ...photos])
  }

  toggleFill(): void {
    this.store.setState(({ filled }) => ({ filled: !filled }))
  }

  stepWidth(by: 1 | -1): void {
    const next = widthBeside(this.store.getState().width, by)
    if (next) this.store.setState({ width: next })
  }

  clear(): void {
    this.#step([])
  }
}

/** Throws AppError `unsupported_drawing` for a drawing of the full editor, whose records only that can read. */
function plainItems(content: DrawingContent): readonly Item[] {
  if ('plain' in content) return content.items
  throw new AppError(
    'unsupported_drawing',
    'This drawing was made in the full editor, which this page may not show without a tldraw key. Open it where that editor runs, or set NEXT_PUBLIC_TLDRAW_LICENSE_KEY and build again',
  )
}
