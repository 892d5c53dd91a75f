// White paper with the lowest layers of a drawing already on it, so that a snapshot lays down what came above them. Two
// sheets: one with all layers but those under the pen, and one that ends where the drawing last changed below it. A shape
// in the depths that is dragged, or strokes that are taken back one by one, change the same place again and again.
// However far a sheet is taken on, the same layers were laid down on white in the same order: its pixels are the same.
import type { Size } from '../../../lib/std/size.ts'
import type { Layer, LayerItem } from '../layers.ts'
import { freeCanvas } from '../raster-cache.ts'
import { canvasOf, contextOf } from './canvases.ts'

/** Lays a layer down. True: its pixels are not those of its key. */
export type Lay<T extends LayerItem> = (
  context: CanvasRenderingContext2D,
  layer: Layer<T>,
) => Promise<boolean>

/** Layers by which the second sheet ends lower than the last change: the next one may be a little lower still. */
const SPARE = 4

export class PaperSheets<T extends LayerItem> {
  readonly #size: Size
  readonly #base: Sheet<T>
  #under: Sheet<T> | undefined

  constructor(size: Size) {
    this.#size = size
    this.#base = new Sheet(size)
  }

  /** What was settled last. */
  get canvas(): HTMLCanvasElement {
    return this.#base.canvas
  }

  /** Makes the canvas white paper with `layers` on it. True: one of them is not what its key says. */
  async settle(layers: readonly Layer<T>[], lay: Lay<T>): Promise<boolean> {
    const keys = layers.map(({ key }) => key)
    if (!this.#base.isPartOf(keys)) {
      const depth = this.#base.shared(keys) - SPARE
      const under = await this.#below(layers.slice(0, Math.max(0, depth)), keys, lay)
      if (under) this.#base.become(under)
      else this.#base.whiten()
    }
    return this.#base.lay(layers, lay)
  }

  /** A sheet with `layers` on it, or a few more of those of `keys`; `undefined` where white paper is as good. */
  async #below(
    layers: readonly Layer<T>[],
    keys: readonly string[],
    lay: Lay<T>,
  ): Promise<Sheet<T> | undefined> {
    if (this.#under?.isPartOf(keys) !== true) {
      if (layers.length === 0) return undefined
      this.#under ??= new Sheet(this.#size)
      this.#under.whiten()
    }
    if (this.#under.depth < layers.length) await this.#under.lay(layers, lay)
    return this.#under
  }

  dispose(): void {
    freeCanvas(this.#base.canvas)
    if (this.#under) freeCanvas(this.#under.canvas)
  }
}

class Sheet<T extends LayerItem> {
  readonly canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  /** Of what lies on it, lowest first. */
  #keys: readonly string[] = []
  /** It is of no drawing: something changed, or failed, while it was laid down. */
  #torn = false

  constructor(size: Size) {
    this.canvas = canvasOf(size)
    this.#context = contextOf(this.canvas)
    this.whiten()
  }

  get depth(): number {
    return this.#keys.length
  }

  /** How many of `keys`, from the lowest on, lie on it below anything else. */
  shared(keys: readonly string[]): number {
    if (this.#torn) return 0
    const other = this.#keys.findIndex((key, at) => key !== keys[at])
    return other < 0 ? this.#keys.length : other
  }

  /** Nothing else lies on it. */
  isPartOf(keys: readonly string[]): boolean {
    return !this.#torn && this.shared(keys) === this.#keys.length
  }

  whiten(): void {
    const { width, height } = this.canvas
    this.#context.fillStyle = '#ffffff'
    this.#context.fillRect(0, 0, width, height)
    this.#keys = []
    this.#torn = false
  }

  become(other: Sheet<T>): void {
    this.#context.globalCompositeOperation = 'copy'
    this.#context.drawImage(other.canvas, 0, 0)
    this.#context.globalCompositeOperation = 'source-over'
    this.#keys = other.#keys
    this.#torn = other.#torn
  }

  /** Those of `layers`, from the lowest on, that do not lie on it yet. */
  async lay(layers: readonly Layer<T>[], lay: Lay<T>): Promise<boolean> {
    let torn = this.#torn
    this.#torn = true
    for (const layer of layers.slice(this.depth)) torn = (await lay(this.#context, layer)) || torn
    this.#keys = layers.map(({ key }) => key)
    this.#torn = torn
    return torn
  }
}
