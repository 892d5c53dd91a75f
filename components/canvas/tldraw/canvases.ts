// Canvases that nobody sees.
import { AppError } from '../../../lib/std/errors.ts'
import type { Size } from '../../../lib/std/size.ts'

export function canvasOf({ width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas
}

/** Painted by the processor: the pixels are read back for every snapshot. */
export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context) return context
  throw new AppError(
    'internal',
    'This browser gave no 2D canvas; close other tabs or turn hardware acceleration on',
  )
}
