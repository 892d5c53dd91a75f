// The plain paper as bytes, exactly as large as asked.
import type { Snapshot } from '../../../lib/client/types.ts'
import type { Size } from '../../../lib/std/size.ts'
import { encodeCanvas } from '../encode-canvas.ts'
import { freeCanvas } from '../raster-cache.ts'
import { hashScene } from '../scene-hash.ts'
import type { DecodedPhotos } from './decoded-photos.ts'
import type { Item } from './plain-drawing.ts'
import { PlainPainter } from './plain-painter.ts'

/** Sizes whose last snapshot is kept: the live one and that of the refinement. */
const SIZES_KEPT = 2

interface Kept {
  readonly canvas: HTMLCanvasElement
  readonly painter: PlainPainter
  /** `undefined`: a photo was missing, so that its pixels are not those of its hash. */
  readonly last: Snapshot | undefined
}

/** A scene that has not changed since the last call is not painted again, and of one that has only what changed. */
export function createPlainSnapshotter(
  photos: DecodedPhotos,
): (items: readonly Item[], size: Size) => Promise<Snapshot> {
  const kept = new Map<string, Kept>()
  return async (items, size) => {
    const startMs = performance.now()
    const name = `${size.width}x${size.height}`
    const hash = hashScene(items, size)
    const last = kept.get(name)?.last
    if (last?.hash === hash) return last
    await photos.decode(items)
    const { canvas, painter } = kept.get(name) ?? {
      canvas: canvasOf(size),
      painter: new PlainPainter(photos, { readsBack: true }),
    }
    painter.paint(canvas, items, size)
    const paintedMs = performance.now()
    const bytes = encodeCanvas(canvas)
    const doneMs = performance.now()
    const times = { snapshotMs: doneMs - startMs, encodeMs: doneMs - paintedMs }
    const snapshot: Snapshot = { bytes, codec: 'jpeg', ...size, hash, ...times }
    kept.delete(name)
    kept.set(name, { canvas, painter, last: photos.hasAll(items) ? snapshot : undefined })
    for (const [old, given] of [...kept].slice(0, -SIZES_KEPT)) {
      kept.delete(old)
      given.painter.forget()
      freeCanvas(given.canvas)
    }
    return snapshot
  }
}

function canvasOf({ width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas
}
