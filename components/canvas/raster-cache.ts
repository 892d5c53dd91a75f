// Painted layers, as many as a budget of pixels takes: a drawing may have any number of them, and each may be as large
// as the paper. One that is given up can be painted again, and is then the same.

/** A painted layer: the part of the paper that its ink may touch, in pixels of the paper. */
export interface Raster {
  readonly canvas: HTMLCanvasElement
  readonly x: number
  readonly y: number
}

interface Kept {
  readonly raster: Raster
  /** Painted by an export of the editor: given up last. */
  readonly exported: boolean
}

/** The open layer and the one under the pen, which are laid down for every snapshot. */
export const LIVE_LAYERS = 2

export class RasterCache {
  readonly #budgetPx: number
  readonly #kept = new Map<string, Kept>()
  #keys: readonly string[] = []
  #px = 0

  constructor(budgetPx: number) {
    this.#budgetPx = budgetPx
  }

  /** The layers that the drawing has now, lowest first. What else there was is given back. */
  plan(keys: readonly string[]): void {
    this.#keys = keys
    const wanted = new Set(keys)
    for (const key of [...this.#kept.keys()]) if (!wanted.has(key)) this.#drop(key)
  }

  get(key: string): Raster | undefined {
    return this.#kept.get(key)?.raster
  }

  /** Keeps a raster that has been laid down: over the budget it may be the one to go. */
  put(key: string, kept: Kept): void {
    this.#drop(key)
    this.#kept.set(key, kept)
    this.#px += pixelsOf(kept.raster)
    this.#trim()
  }

  /** Lowest first: those lie under what changes, and are asked for when something below them does. */
  #trim(): void {
    const passed = this.#keys.slice(0, -LIVE_LAYERS)
    for (const exported of [false, true])
      for (const key of passed) {
        if (this.#px <= this.#budgetPx) return
        if (this.#kept.get(key)?.exported === exported) this.#drop(key)
      }
  }

  clear(): void {
    this.plan([])
  }

  #drop(key: string): void {
    const known = this.#kept.get(key)
    if (!known) return
    this.#px -= pixelsOf(known.raster)
    this.#kept.delete(key)
    freeCanvas(known.raster.canvas)
  }
}

function pixelsOf({ canvas }: Raster): number {
  return canvas.width * canvas.height
}

/** Gives its memory back now: the browser would wait for a collection that knows nothing of the pixels. */
export function freeCanvas(canvas: HTMLCanvasElement): void {
  canvas.width = 0
}
