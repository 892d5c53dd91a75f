// Paints the shapes of a page onto canvases, layer by layer, and keeps the layers: adding a stroke to a drawing of
// hundreds of shapes paints that stroke.
import { Box, type Editor, type TLShape, type TLShapeId } from 'tldraw'
import type { Size } from '../../../lib/std/size.ts'
import { Breaths } from '../breaths.ts'
import { planLayers, type Layer, type LayerItem } from '../layers.ts'
import { freeCanvas, LIVE_LAYERS, RasterCache, type Raster } from '../raster-cache.ts'
import { canvasOf, contextOf } from './canvases.ts'
import { fontsOf } from './fonts.ts'
import { paintInk, type Ink } from './ink.ts'
import { PaperSheets, type Lay } from './paper-sheets.ts'

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

/** Pixels of layers that are kept, 4 bytes each: some hundred strokes from edge to edge of a paper of 1024 x 1024. */
const KEPT_PX = 8 * 1024 * 1024

/** Keeps the layers of the last scene at one size. */
export class PaperPainter {
  readonly #size: Size
  readonly #rasters: RasterCache
  /** With all layers but those that every stroke changes; whoever paints has them for as long as that takes. */
  #sheets: PaperSheets<PageShape> | undefined
  /** Scenes that are being painted. */
  #painting = 0
  #isOver = false

  constructor(size: Size, keptPx = KEPT_PX) {
    this.#size = size
    this.#rasters = new RasterCache(keptPx)
  }

  /** The scene on white paper, on a canvas that is the caller's. */
  async paint(scene: Scene): Promise<Painted> {
    this.#painting += 1
    try {
      return await this.#paint(scene)
    } finally {
      this.#painting -= 1
      if (this.#isOver) this.dispose()
    }
  }

  async #paint(scene: Scene): Promise<Painted> {
    const layers = planLayers(scene.shapes)
    this.#rasters.plan(layers.map(({ key }) => key))
    const breaths = new Breaths()
    const lay: Lay<PageShape> = async (context, layer) => {
      await breaths.take()
      return this.#lay(context, scene, layer)
    }
    const { canvas, torn: settled } = await this.#settled(layers.slice(0, -LIVE_LAYERS), lay)
    let torn = settled
    for (const layer of layers.slice(-LIVE_LAYERS)) torn = (await lay(contextOf(canvas), layer)) || torn
    return { canvas, torn }
  }

  async #settled(layers: readonly Layer<PageShape>[], lay: Lay<PageShape>): Promise<Painted> {
    const sheets = this.#sheets ?? new PaperSheets<PageShape>(this.#size)
    this.#sheets = undefined
    try {
      const torn = await sheets.settle(layers, lay)
      const canvas = canvasOf(this.#size)
      contextOf(canvas).drawImage(sheets.canvas, 0, 0)
      return { canvas, torn }
    } finally {
      this.#giveBack(sheets)
    }
  }

  /** Another may have painted meanwhile, on sheets of its own. */
  #giveBack(sheets: PaperSheets<PageShape>): void {
    this.#sheets?.dispose()
    this.#sheets = sheets
  }

  /** True when its pixels are not those of its key: they must not be found under it again. */
  async #lay(context: CanvasRenderingContext2D, scene: Scene, layer: Layer<PageShape>): Promise<boolean> {
    const known = this.#rasters.get(layer.key)
    const raster = known ?? (await this.#raster(scene, layer))
    if (!raster) return false
    context.drawImage(raster.canvas, raster.x, raster.y)
    if (known) return false
    const exported = isExported(layer)
    const torn = exported && !layer.items.every((item) => scene.holds(item))
    if (torn) freeCanvas(raster.canvas)
    else this.#rasters.put(layer.key, { raster, exported })
    return torn
  }

  /** It is not painted with any more, but for what is being painted; what that makes is not kept. */
  dispose(): void {
    this.#isOver = true
    if (this.#painting > 0) return
    this.#rasters.clear()
    this.#sheets?.dispose()
    this.#sheets = undefined
  }

  async #raster({ editor, paper }: Scene, layer: Layer<PageShape>): Promise<Raster | undefined> {
    const scale = this.#size.width / paper.w
    const ink = Box.Common(await boundsOf(editor, layer)).expandBy(INK)
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

/** Words are measured in their own font. */
async function boundsOf(editor: Editor, layer: Layer<PageShape>): Promise<Box[]> {
  if (!isExported(layer)) return layer.items.map(({ bounds }) => bounds)
  await fontsOf(
    editor,
    layer.items.map(({ id }) => id),
  )
  return layer.items.map(({ id, bounds }) => editor.getShapePageBounds(id) ?? bounds)
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
