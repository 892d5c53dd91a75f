// The thumbnail of the open drawing: what was painted last, beside the drawing that it was painted of. Both come with
// the picture, so that nothing is drawn for it; a list without it is still a list, so that whatever fails is let go.
import type { PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { recentDrawings } from './saved.ts'
import { saveThumbnail } from './thumbnail-database.ts'
import { thumbnailOf } from './thumbnail.ts'

/** At most one in this time: pictures come ten times a second. */
const EVERY_MS = 4_000
/** The first one is not long in coming: a page may be left at once. */
const SOON_MS = 800

interface Kept {
  readonly id: string
  readonly client: Pick<SketchClient, 'onFrame'>
  /** Whether what is painted now is how the drawing looks. */
  readonly isItsLook: () => boolean
  /** Makes the data URI of a picture; another one in tests, where there is no canvas. */
  readonly make?: (frame: PaintedFrame) => Promise<string>
  readonly save?: (id: string, uri: string) => Promise<void>
}

/** Keeps the last picture of a drawing that the list offers, a moment later and at the end. */
export class KeptThumbnail {
  readonly #kept: Required<Kept>
  readonly #stops: readonly (() => void)[]
  #frame: PaintedFrame | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastMs = -Infinity

  constructor({ make = thumbnailOf, save = saveThumbnail, ...kept }: Kept) {
    const flush = () => this.#flush()
    this.#kept = { ...kept, make, save }
    window.addEventListener('pagehide', flush)
    this.#stops = [
      kept.client.onFrame((frame) => this.#soon(frame)),
      () => window.removeEventListener('pagehide', flush),
    ]
  }

  stop(): void {
    this.#stops.forEach((stop) => stop())
    this.#flush()
  }

  #soon(frame: PaintedFrame): void {
    if (!this.#kept.isItsLook()) return
    this.#frame = frame
    const waitMs = Math.max(SOON_MS, this.#lastMs + EVERY_MS - performance.now())
    this.#timer ??= setTimeout(() => this.#flush(), waitMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { id, make, save } = this.#kept
    const frame = this.#frame
    this.#frame = undefined
    if (!frame || recentDrawings().every((drawing) => drawing.id !== id)) return
    this.#lastMs = performance.now()
    make(frame)
      .then((uri) => save(id, uri))
      .catch(() => undefined)
  }
}
