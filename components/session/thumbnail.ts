import type { PaintedFrame } from '../../lib/client/types.ts'
import { AppError } from '../../lib/std/errors.ts'

/** Pixels of each of the two squares: sharp on a dense screen, and a few kilobytes. */
const SIDE = 96

/** Data URI of a JPEG of 192 x 96 pixels: a drawing on the left, what was painted of it on the right. */
export async function thumbnailOf({ snapshot, blob }: PaintedFrame): Promise<string> {
  const drawing = new Blob([new Uint8Array(snapshot.bytes)], { type: `image/${snapshot.codec}` })
  const bitmaps = await Promise.all([drawing, blob].map((picture) => createImageBitmap(picture)))
  const canvas = document.createElement('canvas')
  canvas.width = 2 * SIDE
  canvas.height = SIDE
  const context = canvas.getContext('2d')
  if (!context) throw new AppError('internal', 'This browser gave no 2D canvas; close other tabs')
  context.imageSmoothingQuality = 'high'
  bitmaps.forEach((bitmap, at) => {
    drawSquare(context, bitmap, at * SIDE)
    bitmap.close()
  })
  return canvas.toDataURL('image/jpeg', 0.8)
}

/** The middle of a picture, as much of it as a square takes. */
function drawSquare(context: CanvasRenderingContext2D, bitmap: ImageBitmap, left: number): void {
  const { width, height } = bitmap
  const side = Math.min(width, height)
  const [x, y] = [(width - side) / 2, (height - side) / 2]
  context.drawImage(bitmap, x, y, side, side, left, 0, SIDE, SIDE)
}
