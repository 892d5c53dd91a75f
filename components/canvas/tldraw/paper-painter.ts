// Paints the shapes of a page onto canvases, layer by layer, and keeps the layers: adding a stroke to a drawing of
// hundreds of shapes paints that stroke.
import { Box, type Editor, type TLShape, type TLShapeId } from 'tldraw'
import { AppError } from '../../../lib/std/errors.ts'
import { planLayers, type Layer, type LayerItem } from '../layers.ts'
import type { Size } from '../paper.ts'
import { paintInk, type Ink } from './ink.ts'

/** Page units by which ink may stick out of a shape's bounds: half of the widest pen, and an arrow's head. */
export const INK = 32

export interface PageShape extends LayerItem {
  readonly id: TLShapeId
  readonly shape: TLShape
  /** What to paint; `undefined`: it is exported. */
  readonly ink: Ink | undefined
  /** Page units. */
  readonly bounds: Box
}

/** A painted layer: the part of the paper that its ink may touch, in pixels of the paper. */
interface Raster {
  readonly canvas: HTMLCanvasElement
  readonly x: number
  readonly y: number
}

export interface Scene {
  readonly editor: Editor
  readonly shapes: readonly PageShape[]
  /** Page units. */
  readonly paper: Box
  /** Whether the shape is still what its hash says; painting takes a moment, in which the pen goes on. */
  holds(shape: PageShape): boolean
}

export interface Painted {
  readonly canvas: HTMLCanvasElement
  /** Something changed while it was painted: the pixels are of a little later than the hashes. */
  readonly torn: boolean
}

/** Keeps the layers of the last scene at one size. */
export class PaperPainter {
  readonly #size: Size
  #rasters = new Map<string, Raster>()
  /** White paper with all layers but the last. */
  #base: { readonly keys: readonly string[]; readonly canvas: HTMLCanvasElement } | undefined

  constructor(size: Size) {
    this.#size = size
  }

  /** The scene on white paper, on a canvas that is the caller's. */
  async paint(scene: Scene): Promise<Painted> {
    const layers = planLayers(scene.shapes)
    const before = this.#rasters
    this.#rasters = new Map()
    const torn: string[] = []
    for (const layer of layers) {
      const raster = before.get(layer.key) ?? (await this.#raster(scene, layer))
      if (raster) this.#rasters.set(layer.key, raster)
      const isNewExport = !before.has(layer.key) && isExported(layer)
      if (isNewExport && !layer.items.every((item) => scene.holds(item))) torn.push(layer.key)
    }
    const keys = layers.map(({ key }) => key)
    const below = this.#below(keys.slice(0, -1))
    const canvas = whitePaper(this.#size)
    const context = contextOf(canvas)
    context.drawImage(below, 0, 0)
    this.#lay(context, keys.slice(-1))
    this.#forget(torn)
    return { canvas, torn: torn.length > 0 }
  }

  /** A layer whose pixels are not those of its key must not be found under it again. */
  #forget(torn: readonly string[]): void {
    for (const key of torn) this.#rasters.delete(key)
    if (this.#base?.keys.some((key) => torn.includes(key))) this.#base = undefined
  }

  /** What lies under the last layer; taken on from the last time where that is a part of it. */
  #below(keys: readonly string[]): HTMLCanvasElement {
    const known = this.#base
    const goesOn = known !== undefined && known.keys.every((key, index) => key === keys[index])
    const canvas = goesOn ? known.canvas : whitePaper(this.#size)
    this.#lay(contextOf(canvas), goesOn ? keys.slice(known.keys.length) : keys)
    this.#base = { keys, canvas }
    return canvas
  }

  #lay(context: CanvasRenderingContext2D, keys: readonly string[]): void {
    for (const key of keys) {
      const raster = this.#rasters.get(key)
      if (raster) context.drawImage(raster.canvas, raster.x, raster.y)
    }
  }

  async #raster({ editor, paper }: Scene, layer: Layer<PageShape>): Promise<Raster | undefined> {
    const scale = this.#size.width / paper.w
    const ink = Box.Common(layer.items.map(({ bounds }) => bounds)).expandBy(INK)
    const x = Math.max(0, Math.floor((ink.minX - paper.minX) * scale))
    const y = Math.max(0, Math.floor((ink.minY - paper.minY) * scale))
    const width = Math.min(this.#size.width, Math.ceil((ink.maxX - paper.minX) * scale)) - x
    const height = Math.min(this.#size.height, Math.ceil((ink.maxY - paper.minY) * scale)) - y
    if (width <= 0 || height <= 0) return undefined
    const canvas = canvasOf({ width, height })
    const context = contextOf(canvas)
    const bounds = new Box(paper.minX + x / scale, paper.minY + y / scale, width / scale, height / scale)
    if (isExported(layer)) await drawExport(context, { editor, layer, bounds })
    else drawInks(context, { editor, layer, bounds })
    return { canvas, x, y }
  }
}

function isExported({ items }: Layer<PageShape>): boolean {
  return items.some(({ exported }) => exported)
}

interface Part {
  readonly editor: Editor
  readonly layer: Layer<PageShape>
  /** Page units; fills the canvas. */
  readonly bounds: Box
}

async function drawExport(context: CanvasRenderingContext2D, { editor, layer, bounds }: Part): Promise<void> {
  const shapes = layer.items.map(({ shape }) => shape)
  const options = { bounds, padding: 0, background: false, darkMode: false, pixelRatio: 1 }
  const result = await editor.getSvgString(shapes, options)
  if (!result) return
  const { width, height } = context.canvas
  context.imageSmoothingQuality = 'high'
  context.drawImage(await imageOf(result.svg), 0, 0, width, height)
}

/** What lies on the page itself is where its record says, so that this paints what was hashed. */
function drawInks(context: CanvasRenderingContext2D, { layer, bounds }: Part): void {
  const scale = context.canvas.width / bounds.w
  for (const { shape, ink } of layer.items) {
    if (!ink) continue
    context.setTransform(scale, 0, 0, scale, -bounds.minX * scale, -bounds.minY * scale)
    context.translate(shape.x, shape.y)
    context.rotate(shape.rotation)
    paintInk(context, ink)
  }
}

async function imageOf(svg: string): Promise<HTMLImageElement> {
  const image = new Image()
  // A data URL, because a canvas that has drawn a blob URL with text in it can no longer be read.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  return image
}

function canvasOf({ width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas
}

function whitePaper(size: Size): HTMLCanvasElement {
  const canvas = canvasOf(size)
  const context = contextOf(canvas)
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, size.width, size.height)
  return canvas
}

/** Painted by the processor: the pixels are read back for every snapshot. */
function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context) return context
  throw new AppError(
    'internal',
    'This browser gave no 2D canvas; close other tabs or turn hardware acceleration on',
  )
}
