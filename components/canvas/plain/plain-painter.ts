import { getStroke } from 'perfect-freehand'
import { AppError } from '../../../lib/std/errors.ts'
import type { Size } from '../../../lib/std/size.ts'
import { paperFor } from '../paper.ts'
import { cssOf } from '../own-colour.ts'
import { freeCanvas } from '../raster-cache.ts'
import type { DecodedPhotos } from './decoded-photos.ts'
import { PLAIN_WIDTHS, type Item, type Stroke } from './plain-drawing.ts'

const outlines = new WeakMap<Stroke, Path2D>()
const fills = new WeakMap<Stroke, Path2D>()

/** Strokes are outlined once in their life: they never change, and a page of hundreds is painted at every frame. */
function outlineOf(stroke: Stroke): Path2D {
  const known = outlines.get(stroke)
  if (known) return known
  const hasPressure = stroke.points.some(([, , pressure]) => pressure !== 0.5)
  const points = getStroke(stroke.points, {
    size: PLAIN_WIDTHS[stroke.width],
    thinning: hasPressure ? 0.55 : 0.12,
    smoothing: 0.6,
    streamline: 0.35,
    simulatePressure: false,
  })
  const path = new Path2D()
  points.forEach(([x = 0, y = 0], at) => {
    const [nextX = x, nextY = y] = points[(at + 1) % points.length] ?? []
    if (at === 0) path.moveTo((x + nextX) / 2, (y + nextY) / 2)
    else path.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2)
  })
  path.closePath()
  outlines.set(stroke, path)
  return path
}

function fillOf(stroke: Stroke): Path2D {
  const known = fills.get(stroke)
  if (known) return known
  const path = new Path2D()
  for (const [x, y] of stroke.points) path.lineTo(x, y)
  path.closePath()
  fills.set(stroke, path)
  return path
}

/** Which items a painted canvas shows, and at which scale. */
interface Below {
  readonly items: readonly Item[]
  readonly canvas: HTMLCanvasElement
  /** `undefined`: every photo among them is painted. Else `DecodedPhotos.decoded` of then: some were not decoded. */
  readonly lacksSince: number | undefined
}

interface PainterOptions {
  /** The pixels are read back for every snapshot: painted by the processor. On the screen they stay where it shows them. */
  readonly readsBack?: boolean
}

/**
 * Paints items on white paper that fills the canvas, and remembers everything below the topmost, which is the one under
 * the pen: while that grows, nothing else is painted anew. The same operations in the same order, cached or not, so
 * that equal drawings are equal pixels.
 */
export class PlainPainter {
  readonly #photos: DecodedPhotos
  readonly #readsBack: boolean
  #below: Below | undefined

  constructor(photos: DecodedPhotos, { readsBack = false }: PainterOptions = {}) {
    this.#photos = photos
    this.#readsBack = readsBack
  }

  /** Photos that are not decoded yet are left out. */
  paint(canvas: HTMLCanvasElement, items: readonly Item[], size: Size): void {
    const below = this.#paintBelow(canvas, items.slice(0, -1), size)
    const context = this.#contextOf(canvas)
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.drawImage(below, 0, 0)
    this.#paintOn(canvas, items.slice(-1), size)
  }

  /** Gives back what it remembers, which the graphics processor may have lost as well. */
  forget(): void {
    if (this.#below) freeCanvas(this.#below.canvas)
    this.#below = undefined
  }

  #paintBelow({ width, height }: Size, items: readonly Item[], size: Size): HTMLCanvasElement {
    const known = this.#below
    if (known && (known.canvas.width !== width || known.canvas.height !== height)) this.forget()
    const goesOn = this.#goesOn(items)
    const canvas = this.#below?.canvas ?? this.#canvasOf({ width, height })
    if (!goesOn) this.#whiten(canvas)
    this.#paintOn(canvas, goesOn ? items.slice(this.#below?.items.length) : items, size)
    const lacksSince = this.#photos.hasAll(items) ? undefined : this.#photos.decoded
    this.#below = { items, canvas, lacksSince }
    return canvas
  }

  /** Whether what is remembered is the lower part of `items`, as it would be painted now. */
  #goesOn(items: readonly Item[]): boolean {
    const known = this.#below
    if (!known?.items.every((item, at) => item === items[at])) return false
    return known.lacksSince === undefined || known.lacksSince === this.#photos.decoded
  }

  #paintOn(canvas: HTMLCanvasElement, items: readonly Item[], size: Size): void {
    const context = this.#contextOf(canvas)
    const paper = paperFor(size)
    const scale = canvas.width / paper.w
    context.setTransform(scale, 0, 0, scale, -paper.x * scale, -paper.y * scale)
    for (const item of items) {
      if (item.kind === 'stroke') paintStroke(context, item)
      else {
        const bitmap = this.#photos.bitmapOf(item)
        if (bitmap) context.drawImage(bitmap, item.x, item.y, item.w, item.h)
      }
    }
  }

  #canvasOf({ width, height }: Size): HTMLCanvasElement {
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    canvas.addEventListener('contextlost', () => {
      if (this.#below?.canvas === canvas) this.forget()
    })
    return canvas
  }

  #whiten(canvas: HTMLCanvasElement): void {
    const context = this.#contextOf(canvas)
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.fillStyle = '#ffffff'
    context.fillRect(0, 0, canvas.width, canvas.height)
  }

  #contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const context = canvas.getContext('2d', { willReadFrequently: this.#readsBack })
    if (context) return context
    throw new AppError('internal', 'This browser gave no 2D canvas; close other tabs or reload the page')
  }
}

function paintStroke(context: CanvasRenderingContext2D, stroke: Stroke): void {
  context.fillStyle = cssOf(stroke.colour)
  if (stroke.filled) context.fill(fillOf(stroke))
  context.fill(outlineOf(stroke))
}
