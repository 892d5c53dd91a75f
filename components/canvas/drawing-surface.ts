// The drawing as the rest of the page knows it: no tldraw types leave this folder through it. It exists before the
// editor does (the connection may ask for a snapshot first) and outlives none of it.
import { react, type Editor } from 'tldraw'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Snapshot, TakeSnapshot } from '../../lib/client/types.ts'
import { lockCamera } from './camera.ts'
import {
  clearPage,
  pictureAsDrawing,
  readContent,
  putContent,
  type DrawingContent,
} from './drawing-content.ts'
import { drawExample } from './example-drawing.ts'
import { paperFor, type Size } from './paper.ts'
import { chooseFill, chooseWidth, readPen, WIDTHS } from './pen.ts'
import { createSnapshotter } from './snapshot.ts'

export type { DrawingContent } from './drawing-content.ts'

export interface SurfaceState {
  /** There is a page to draw on. */
  readonly ready: boolean
  readonly size: Size
  /** The pen (or eraser) is down. */
  readonly busy: boolean
}

export interface SurfaceOptions {
  readonly size: Size
  /** What a page without any shape starts with; an existing drawing is never touched. */
  readonly start: 'blank' | 'example' | DrawingContent
}

/** What every canvas can do, whichever draws on it. */
export interface DrawingSurface {
  readonly store: Pick<StoreApi<SurfaceState>, 'getState' | 'getInitialState' | 'subscribe'>
  /** Something on the page changed; called for every pointer event that draws. */
  onChange(listener: () => void): () => void
  readonly takeSnapshot: TakeSnapshot
  /** The size that will be asked for; only its aspect matters here. */
  setSize(size: Size): void
  content(): Promise<DrawingContent>
  /** Replaces the page as one step of undo. Throws AppError for a drawing that this canvas cannot show. */
  replace(content: DrawingContent): Promise<void>
  /** Makes a picture the drawing, as one step of undo. */
  usePicture(picture: Blob): Promise<void>
  /** Puts image files onto the page, as a drop of them would. */
  addPhotos(files: File[]): Promise<void>
  toggleFill(): void
  /** One width finer or broader. */
  stepWidth(by: 1 | -1): void
  clear(): void
}

export interface TldrawState extends SurfaceState {
  readonly editor: Editor | undefined
}

export class TldrawSurface implements DrawingSurface {
  readonly store: StoreApi<TldrawState>
  readonly #start: SurfaceOptions['start']
  readonly #listeners = new Set<() => void>()
  readonly #snapshot = createSnapshotter()
  #unlock: () => void = () => undefined

  constructor({ size, start }: SurfaceOptions) {
    this.#start = start
    this.store = createStore<TldrawState>()(() => ({ editor: undefined, ready: false, size, busy: false }))
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes an editor over; returns the release. */
  attach(editor: Editor): () => void {
    editor.setCurrentTool('draw')
    this.#unlock = lockCamera(editor, paperFor(this.store.getState().size))
    this.#begin(editor)
    const stopListening = editor.store.listen(() => this.#listeners.forEach((tell) => tell()), {
      scope: 'document',
      source: 'all',
    })
    const stopWatching = react('pen is down', () => {
      this.store.setState({
        busy: editor.isInAny(
          'draw.drawing',
          'eraser.erasing',
          'select.translating',
          'select.resizing',
          'select.dragging_handle',
          'geo.pointing',
        ),
      })
    })
    this.store.setState({ editor, ready: true })
    return () => {
      stopWatching()
      stopListening()
      this.#unlock()
      this.store.setState({ editor: undefined, ready: false, busy: false })
    }
  }

  #begin(editor: Editor): void {
    const start = this.#start
    if (start === 'blank' || editor.getCurrentPageShapeIds().size > 0) return
    if (start === 'example') drawExample(editor)
    else putContent(editor, start)
  }

  /** Resolves once an editor is there. */
  async #editor(): Promise<Editor> {
    const { editor } = this.store.getState()
    if (editor) return editor
    return new Promise((resolve) => {
      const stop = this.store.subscribe(({ editor: came }) => {
        if (!came) return
        stop()
        resolve(came)
      })
    })
  }

  readonly takeSnapshot: TakeSnapshot = async (size): Promise<Snapshot> =>
    this.#snapshot(await this.#editor(), size)

  setSize(size: Size): void {
    const { editor, size: before } = this.store.getState()
    if (size.width * before.height === size.height * before.width) return
    this.store.setState({ size })
    if (!editor) return
    this.#unlock()
    this.#unlock = lockCamera(editor, paperFor(size))
  }

  async content(): Promise<DrawingContent> {
    return readContent(await this.#editor())
  }

  async replace(content: DrawingContent): Promise<void> {
    putContent(await this.#editor(), content)
  }

  async usePicture(picture: Blob): Promise<void> {
    await pictureAsDrawing(await this.#editor(), picture, paperFor(this.store.getState().size))
  }

  async addPhotos(files: File[]): Promise<void> {
    const editor = await this.#editor()
    await editor.putExternalContent({ type: 'files', files })
  }

  toggleFill(): void {
    const { editor } = this.store.getState()
    if (editor) chooseFill(editor, !readPen(editor).filled)
  }

  stepWidth(by: 1 | -1): void {
    const { editor } = this.store.getState()
    if (!editor) return
    const at = WIDTHS.findIndex(({ id }) => id === readPen(editor).width)
    const next = WIDTHS[at + by]
    if (next) chooseWidth(editor, next.id)
  }

  clear(): void {
    const { editor } = this.store.getState()
    if (editor) clearPage(editor)
  }
}
