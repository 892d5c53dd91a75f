// Browsers that guard against fingerprinting (Tor, LibreWolf, Firefox with resistFingerprinting) give noise in place of what
// a canvas holds, and no error: the server would paint the noise, and saved files would be of it.
import { AppError } from '../../lib/std/errors.ts'
import { encodeCanvas } from './encode-canvas.ts'

export const CANVAS_HIDDEN = {
  code: 'canvas_hidden',
  message:
    'This browser hides what canvases hold (fingerprinting protection), so pictures of the drawing cannot be made. Allow canvas access for this site (in Firefox: the icon in the address bar), then reload the page',
} as const

const SIDE = 16
const HALVES = [
  [200, 40, 40],
  [40, 40, 200],
] as const
/** JPEG is not exact, and gentler guards change pixels by little; noise is further away. */
const TOLERANCE = 40

/** Whether a picture made of a canvas, as snapshots are, shows what was drawn there. */
export async function showsCanvases(): Promise<boolean> {
  try {
    const drawn = smallCanvas()
    for (const [at, colour] of HALVES.entries()) {
      drawn.fillStyle = `rgb(${colour.join(' ')})`
      drawn.fillRect((at * SIDE) / 2, 0, SIDE / 2, SIDE)
    }
    const bytes = new Uint8Array(encodeCanvas(drawn.canvas))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }))
    const shown = smallCanvas()
    shown.drawImage(bitmap, 0, 0)
    bitmap.close()
    return HALVES.every((colour, at) => {
      const [x, y] = [(at + 0.5) * (SIDE / 2), SIDE / 2]
      const { data } = shown.getImageData(x, y, 1, 1)
      return colour.every((value, channel) => Math.abs(value - (data[channel] ?? 0)) < TOLERANCE)
    })
  } catch {
    // Whoever needs a canvas says that there is none.
    return true
  }
}

/** Throws AppError `canvas_hidden` where it does not. */
export async function needCanvases(): Promise<void> {
  if (!(await showsCanvases())) throw new AppError(CANVAS_HIDDEN.code, CANVAS_HIDDEN.message)
}

function smallCanvas(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIDE
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no 2D canvas')
  return context
}
