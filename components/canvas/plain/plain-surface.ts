// The drawing surface where tldraw may not be shown: pen, eraser, colours, widths, photos, undo and redo.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Snapshot, TakeSnapshot } from '../../../lib/client/types.ts'
import { AppError, messageOf } from '../../../lib/std/errors.ts'
import type { DrawingContent } from '../drawing-content.ts'
import type { DrawingSurface, SurfaceOptions, SurfaceState } from '../drawing-surface.ts'
import { EXAMPLE } from '../example-scene.ts'
import { keepPen, keptPen, samePen } from '../kept-pen.ts'
import { paperFor, type Size } from '../paper.ts'
import { widthBeside } from '../palette.ts'
import { DecodedPhotos } from './decoded-photos.ts'
import {
  erase,
  isClosed,
  PLAIN_WIDTHS,
  redo,
  startHistory,
  step,
  undo,
  type History,
  type Item,
  type PlainPoint,
  type PlainWidth,
  type Stroke,
} from './plain-drawing.ts'
import { PlainKeeping } from './plain-keeping.ts'
import { mergeItems, type Told } from './plain-merge.ts'
import { coverPhoto, fittedPhoto, notPictures } from './plain-photo.ts'
import { createPlainSnapshotter } from './plain-snapshot.ts'

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
  /** Those of its history, for whoever paints it. */
  readonly photos = new DecodedPhotos()
  readonly #start: SurfaceOptions['start']
  readonly #listeners = new Set<() => void>()
  readonly #snapshot = createPlainSnapshotter(this.photos)
  #stroke: Stroke | undefined
  #erasing: readonly Item[] | undefined
  #keeping: PlainKeeping | undefined
  /** What other tabs drew while the pen was down here. */
  #told: readonly Told[] = []

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
      ...keptPen(),
    }))
    this.store.subscribe((state, before) => {
      if (!samePen(state, before)) keepPen(state)
      if (state.history !== before.history) this.photos.follow(before.history, state.history)
    })
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Brings back what was kept under `key` and keeps it from now on; returns the stop. */
  open(key: string, onProblem: (message: string) => void): () => void {
    const keeping = new PlainKeeping(key, {
      items: () => this.store.getState().history.items,
      onKept: (kept) => this.store.setState({ kept }),
      onTold: (told) => this.#hear(told),
    })
    void this.#begin(keeping, onProblem)
    return () => {
      keeping.close()
      this.photos.releaseAll()
    }
  }

  async #begin(keeping: PlainKeeping, onProblem: (message: string) => void): Promise<void> {
    const found = await keeping.load()
    const items = found.length > 0 ? found : this.#firstItems(onProblem)
    await this.photos.decode(items)
    if (!keeping.isOpen) return
    this.#keeping = keeping
    this.store.setState({ history: startHistory(items), ready: true, empty: items.length === 0 })
    keeping.start()
    this.#adoptTold()
  }

  /** A drawing that this canvas cannot show is told, and the page is blank. */
  #firstItems(onProblem: (message: string) => void): readonly Item[] {
    if (this.#start === 'blank') return []
    if (this.#start === 'example') return EXAMPLE
    try {
      return plainItems(this.#start)
    } catch (error) {
      onProblem(messageOf(error))
      return []
    }
  }

  #hear(told: Told): void {
    this.#told = [...this.#told, told]
    this.#adoptTold()
  }

  /** What another tab drew is a step here too, once the pen is up: undo brings back what was here before. */
  #adoptTold(): void {
    const { ready, busy, history } = this.store.getState()
    if (!ready || busy || this.#told.length === 0) return
    const items = this.#told.reduce<readonly Item[]>(mergeItems, history.items)
    this.#told = []
    const next = step(history, items)
    if (next === history) return
    this.store.setState({ history: next })
    this.#keeping?.keepTold()
    this.#tell()
    void this.photos.decode(items).then(() => this.#tell())
  }

  /** Everything on the paper, with the stroke under the pen. */
  get items(): readonly Item[] {
    const items = this.#erasing ?? this.#now
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
    const erased = this.#erasing && without(this.#now, this.#erasing)
    this.#rest()
    this.#step(stroke ? [...this.#now, stroke] : without(this.#now, erased ?? []))
  }

  /** The system took the pointer away, for a gesture say: what was begun is not kept. */
  penCancel(): void {
    this.#rest()
    this.#tell()
  }

  #rest(): void {
    this.#stroke = undefined
    this.#erasing = undefined
    this.store.setState({ busy: false })
    this.#adoptTold()
  }

  undo(): void {
    this.#travel(undo)
  }

  redo(): void {
    this.#travel(redo)
  }

  #step(items: readonly Item[]): void {
    this.#travel((history) => step(history, items))
  }

  #travel(go: (history: History) => History): void {
    const before = this.#now
    this.store.setState(({ history }) => ({ history: go(history) }))
    if (this.#now !== before) this.#keeping?.keep(without(before, this.#now))
    this.#tell()
  }

  get #now(): readonly Item[] {
    return this.store.getState().history.items
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
    return { plain: 1, items: [...this.#now] }
  }

  hold(): () => Promise<DrawingContent> {
    const { items } = this
    return async () => ({ plain: 1, items: [...items] })
  }

  check(content: DrawingContent): void {
    plainItems(content)
  }

  async replace(content: DrawingContent): Promise<void> {
    const items = plainItems(content)
    await this.#ready()
    await this.photos.decode(items)
    this.#step(items)
  }

  async usePicture(picture: Blob): Promise<void> {
    await this.#ready()
    const photo = await coverPhoto(picture, paperFor(this.store.getState().size))
    await this.photos.decode([photo])
    this.#step([photo])
  }

  async addPhotos(files: File[]): Promise<void> {
    await this.#ready()
    const paper = paperFor(this.store.getState().size)
    const tried = await Promise.allSettled(files.map((file) => fittedPhoto(file, paper)))
    const photos = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    await this.photos.decode(photos)
    this.#step([...this.#now, ...photos])
    const refused = files.filter((_, at) => tried[at]?.status === 'rejected')
    if (refused.length > 0) throw notPictures(refused)
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

function without(items: readonly Item[], others: readonly Item[]): readonly Item[] {
  const left = new Set(others)
  return items.filter((item) => !left.has(item))
}

/** Throws AppError `unsupported_drawing` for a drawing of the full editor, whose records only that can read. */
function plainItems(content: DrawingContent): readonly Item[] {
  if ('plain' in content) return content.items
  throw new AppError(
    'unsupported_drawing',
    'This drawing was made in the full editor, which this page may not show without a tldraw key. Open it where that editor runs, or set NEXT_PUBLIC_TLDRAW_LICENSE_KEY and build again',
  )
}
