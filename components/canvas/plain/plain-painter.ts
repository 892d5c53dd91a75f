import { getStroke } from 'perfect-freehand'
import { AppError } from '../../../lib/std/errors.ts'
import { paperFor, type Size } from '../paper.ts'
import { COLOURS } from '../pen.ts'
import { PLAIN_WIDTHS, type Item, type Photo, type Stroke } from './plain-drawing.ts'

const outlines = new WeakMap<Stroke, Path2D>()
const fills = new WeakMap<Stroke, Path2D>()
const images = new Map<string, Promise<ImageBitmap>>()
const decoded = new Map<string, ImageBitmap>()

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

/** Decodes the photos among `items`, so that painting can be done in one go. */
export async function decodePhotos(items: readonly Item[]): Promise<void> {
  const photos = items.filter((item): item is Photo => item.kind === 'photo')
  await Promise.all(
    photos.map(async ({ src }) => {
      const decoding =
        images.get(src) ?? fetch(src).then(async (response) => createImageBitmap(await response.blob()))
      images.set(src, decoding)
      decoded.set(src, await decoding)
    }),
  )
}

/** Paints items on white paper that fills the canvas; photos that are not decoded yet are left out. */
export function paintItems(canvas: HTMLCanvasElement, items: readonly Item[], size: Size): void {
  const context = canvas.getContext('2d')
  if (!context)
    throw new AppError('internal', 'This browser gave no 2D canvas; close other tabs or reload the page')
  const paper = paperFor(size)
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  const scale = canvas.width / paper.w
  context.setTransform(scale, 0, 0, scale, -paper.x * scale, -paper.y * scale)
  for (const item of items) {
    if (item.kind === 'stroke') paintStroke(context, item)
    else {
      const bitmap = decoded.get(item.src)
      if (bitmap) context.drawImage(bitmap, item.x, item.y, item.w, item.h)
    }
  }
}

function paintStroke(context: CanvasRenderingContext2D, stroke: Stroke): void {
  context.fillStyle = COLOURS.find(({ id }) => id === stroke.colour)?.css ?? '#1d1d1d'
  if (stroke.filled) context.fill(fillOf(stroke))
  context.fill(outlineOf(stroke))
}
