// The drawing as the rest of the page knows it, whichever canvas it is drawn on. Both are held to it in a browser, which
// tldraw needs: what goes on the page, comes off it and is held by e2e/files.spec.ts, what is kept by e2e/storage.spec.ts.
import type { StoreApi } from 'zustand/vanilla'
import type { TakeSnapshot } from '../../lib/client/types.ts'
import type { Size } from '../../lib/std/size.ts'
import type { DrawingContent } from './drawing-content.ts'

export type { DrawingContent } from './drawing-content.ts'

export interface SurfaceState {
  /** There is a page to draw on. */
  readonly ready: boolean
  /** There is a page, and nothing on it. */
  readonly empty: boolean
  readonly size: Size
  /** The pen (or eraser) is down. */
  readonly busy: boolean
  /** False while this browser refuses to keep what is drawn. */
  readonly kept: boolean
  /** The full editor keeps shapes of this drawing, and this canvas cannot show them. */
  readonly unshown: boolean
}

export interface Change {
  /** Made on this page: not in another tab that shows the drawing, and no photo that came at last. */
  readonly own: boolean
}

export interface SurfaceOptions {
  readonly size: Size
  /** What a page without any shape starts with; an existing drawing is never touched. */
  readonly start: 'blank' | 'example' | DrawingContent
}

/** What every canvas can do, whichever draws on it. */
export interface DrawingSurface {
  readonly store: Pick<StoreApi<SurfaceState>, 'getState' | 'getInitialState' | 'subscribe'>
  /** Something on the page changed; told while the pen draws too, a frame later at most. The size is none of it. */
  onChange(listener: (change: Change) => void): () => void
  /**
   * Equal for equal drawings. Nothing is hashed while nothing changes; after that, what is new, and the list of all hashes.
   */
  scene(): number
  readonly takeSnapshot: TakeSnapshot
  /** The size that will be asked for; only its aspect matters here. */
  setSize(size: Size): void
  /** Everything on the page, what is under the pen with it, once there is a page. */
  content(): Promise<DrawingContent>
  /**
   * The drawing of this moment, without a copy of it: gives its content whenever that is asked for. Cheap. Before there is a
   * page, that is the page as it is when somebody asks and it has come.
   */
  hold(): () => Promise<DrawingContent>
  /** Throws AppError for a drawing that this canvas cannot show, as far as can be told before it is put on a page. */
  check(content: DrawingContent): void
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

/** What keeps a canvas from its work; `code` for programs, `message` for people. */
export interface CanvasTrouble {
  readonly code: string
  readonly message: string
}
