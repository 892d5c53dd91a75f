// The drawing surface where tldraw may not be shown: pen, eraser, colours, widths, photos, undo and redo.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Snapshot, TakeSnapshot } from '../../../lib/client/types.ts'
import { messageOf } from '../../../lib/std/errors.ts'
import type { Size } from '../../../lib/std/size.ts'
import type { DrawingContent } from '../drawing-content.ts'
import type { Change, DrawingSurface, SurfaceOptions, SurfaceState } from '../drawing-surface.ts'
import { EXAMPLE } from '../example-scene.ts'
import { keepPen, keptPen, samePen } from '../kept-pen.ts'
import { keepsShapes } from '../kept-shapes.ts'
import { paperFor } from '../paper.ts'
import { widthBeside } from '../palette.ts'
import { ListHash } from '../scene-hash.ts'
import { DecodedPhotos } from './decoded-photos.ts'
import { Eraser } from './eraser.ts'
import { PenLine } from './pen-line.ts'
import {
  PLAIN_WIDTHS,
  redo,
  startHistory,
  step,
  undo,
  without,
  type History,
  type Item,
  type PlainPoint,
  type PlainWidth,
} from './plain-drawing.ts'
import { plainItems } from './plain-items.ts'
import { PlainKeeping } from './plain-keeping.ts'
import { coverPhoto, fittedPhoto, notPictures } from './plain-photo.ts'
import { createPlainSnapshotter } from './plain-snapshot.ts'
import type { Touch } from './pointers.ts'

export interface PlainState extends SurfaceState {
  readonly history: History
  readonly tool: 'draw' | 'eraser'
  /** A pen has drawn here: fingers do not, until somebody says that they shall. */
  readonly penOnly: boolean
  readonly colour: string
  readonly width: PlainWidth
  readonly filled: boolean
}

const ERASER_RADIUS = 6

const OWN: Change = { own: true }
const OTHERS: Change = { own: false }

export class PlainSurface implements DrawingSurface {
  readonly store: StoreApi<PlainState>
  /** Those of its history, for whoever paints it. */
  readonly photos = new DecodedPhotos()
  readonly #start: SurfaceOptions['start']
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #snapshot = createPlainSnapshotter(this.photos)
  readonly #scene = new ListHash()
  #line: PenLine | undefined
  #eraser: Eraser | undefined
  #keeping: PlainKeeping | undefined

  constructor({ size, start }: SurfaceOptions) {
    this.#start = start
    this.store = createStore<PlainState>()(() => ({
      ready: false,
      empty: false,
      size,
      busy: false,
      kept: true,
      unshown: false,
      history: startHistory([]),
      tool: 'draw',
      penOnly: false,
      ...keptPen(),
    }))
    this.store.subscribe((state, before) => {
      if (!samePen(state, before)) keepPen(state)
      if (state.history !== before.history) this.photos.follow(before.history, state.history)
    })
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  scene(): number {
    return this.#scene.of(this.items)
  }

  get isPenOnly(): boolean {
    return this.store.getState().penOnly
  }

  /** Brings back what was kept under `key` and keeps it from now on; returns the stop. */
  open(key: string, onProblem: (message: string) => void): () => void {
    const keeping = new PlainKeeping(key, {
      items: () => this.store.getState().history.items,
      onKept: (kept) => this.store.setState({ kept }),
      onHeard: () => this.#adoptTold(),
    })
    void this.#begin(keeping, keepsShapes(key), onProblem)
    return () => {
      keeping.close()
      this.photos.releaseAll()
    }
  }

  async #begin(
    keeping: PlainKeeping,
    isUnshown: Promise<boolean>,
    onProblem: (message: string) => void,
  ): Promise<void> {
    const found = await keeping.load()
    const items = found.length > 0 ? found : this.#firstItems(onProblem)
    await this.photos.decode(items)
    const unshown = await isUnshown
    if (!keeping.isOpen) return
    this.#keeping = keeping
    const empty = items.length === 0
    this.store.setState({ history: startHistory(items), ready: true, empty, unshown })
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

  /** What another tab drew is a step here too, once the pen is up: undo brings back what was here before. */
  #adoptTold(): void {
    const { ready, busy, history } = this.store.getState()
    const keeping = this.#keeping
    if (!ready || busy || !keeping) return
    const items = keeping.merge(history.items)
    const next = step(history, items)
    if (next !== history) {
      this.store.setState({ history: next })
      keeping.keepTold()
      this.#tell(OTHERS)
      void this.photos.decode(items).then(() => this.#tell(OTHERS))
    }
    keeping.answer()
  }

  /** Everything on the paper, with the stroke under the pen. */
  get items(): readonly Item[] {
    const items = this.#eraser?.left ?? this.#now
    return this.#line ? [...items, ...this.#line.strokes] : items
  }

  penDown(point: PlainPoint, touch: Touch = 'hand'): void {
    const { tool, colour, width, history } = this.store.getState()
    this.store.setState({ busy: true, ...(touch === 'hand' ? {} : { penOnly: true }) })
    if (tool === 'eraser' || touch === 'eraser')
      this.#eraser = new Eraser(history.items, point, ERASER_RADIUS + PLAIN_WIDTHS[width] / 2)
    else this.#line = new PenLine({ colour, width }, point)
    this.penMove([point])
  }

  penMove(points: readonly PlainPoint[]): void {
    if (this.#line) this.#line.move(points)
    else if (!this.#eraser?.move(points)) return
    this.#tell(OWN)
  }

  penUp(): void {
    const drawn = this.#line?.lifted(this.store.getState().filled)
    const erased = this.#eraser?.taken ?? []
    this.#rest()
    this.#step(drawn ? [...this.#now, ...drawn] : without(this.#now, erased))
  }

  /** The system took the pointer away, for a gesture say: what was begun is not kept. */
  penCancel(): void {
    this.#rest()
    this.#tell(OWN)
  }

  #rest(): void {
    this.#line = undefined
    this.#eraser = undefined
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
    if (this.#now !== before) this.#keeping?.keep(before)
    this.#tell(OWN)
  }

  get #now(): readonly Item[] {
    return this.store.getState().history.items
  }

  #tell(change: Change): void {
    const { ready, empty: before } = this.store.getState()
    const empty = ready && this.items.length === 0
    if (empty !== before) this.store.setState({ empty })
    this.#listeners.forEach((tell) => tell(change))
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
  }

  async content(): Promise<DrawingContent> {
    await this.#ready()
    return { plain: 1, items: [...this.items] }
  }

  hold(): () => Promise<DrawingContent> {
    if (!this.store.getState().ready) return () => this.content()
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
