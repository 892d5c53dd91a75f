// The paper as bytes, exactly as large as asked: what lies outside is clipped, the background is white whatever the
// theme, a scene that has not changed since the last call is not drawn again, and of one that has only what changed.
import { Box, type Editor } from 'tldraw'
import type { Snapshot } from '../../../lib/client/types.ts'
import type { Size } from '../../../lib/std/size.ts'
import { encodeCanvas } from '../encode-canvas.ts'
import { paperFor } from '../paper.ts'
import { freeCanvas } from '../raster-cache.ts'
import { nameScene } from '../scene-hash.ts'
import { isAsHashed, pageShapes } from './page-shapes.ts'
import { PaperPainter, type PageShape } from './paper-painter.ts'

/** Sizes whose layers are kept: the live one and that of the refinement. */
const SIZES_KEPT = 2

interface Kept {
  readonly painter: PaperPainter
  last: Snapshot | undefined
}

/** Remembers its last results. */
export class Snapshotter {
  readonly #editor: Editor
  /** By size, the one that was asked for last at the end. */
  readonly #kept = new Map<string, Kept>()
  #torns = 0

  constructor(editor: Editor) {
    this.#editor = editor
  }

  /** Throws AppError `internal` when the browser cannot draw. */
  async take(size: Size): Promise<Snapshot> {
    const start = performance.now()
    const editor = this.#editor
    const paper = Box.From(paperFor(size))
    const shapes = pageShapes(editor, paper)
    const hashes = shapes.map((shape) => shape.hash)
    const hash = nameScene(hashes, size)
    const kept = this.#at(size)
    if (kept.last?.hash === hash) return kept.last
    const holds = (shape: PageShape) => isAsHashed(editor, shape)
    const { canvas, torn } = await kept.painter.paint({ editor, paper, shapes, holds })
    const paintedMs = performance.now()
    const bytes = encodeCanvas(canvas)
    freeCanvas(canvas)
    const doneMs = performance.now()
    const snapshot: Snapshot = {
      bytes,
      codec: 'jpeg',
      ...size,
      // What is neither the one drawing nor the other is equal to nothing.
      hash: torn ? `${hash}~${++this.#torns}` : hash,
      snapshotMs: doneMs - start,
      encodeMs: doneMs - paintedMs,
    }
    kept.last = snapshot
    return snapshot
  }

  #at(size: Size): Kept {
    const name = `${size.width}x${size.height}`
    const kept = this.#kept.get(name) ?? { painter: new PaperPainter(size), last: undefined }
    this.#kept.delete(name)
    this.#kept.set(name, kept)
    for (const old of [...this.#kept.keys()].slice(0, -SIZES_KEPT)) this.#forget(old)
    return kept
  }

  #forget(name: string): void {
    this.#kept.get(name)?.painter.dispose()
    this.#kept.delete(name)
  }

  /** Gives the memory of its canvases back. */
  dispose(): void {
    for (const name of [...this.#kept.keys()]) this.#forget(name)
  }
}
