import { fromDataUri } from '../../lib/client/data-uri.ts'
import { AppError } from '../../lib/std/errors.ts'

const QUALITY = 0.92

/**
 * JPEG, at once. `toBlob` would leave it to the browser's idle time, of which there is little while someone draws: it
 * was seen to take a hundred times as long as the encoding.
 */
export function encodeCanvas(canvas: HTMLCanvasElement): Uint8Array {
  const uri = canvas.toDataURL('image/jpeg', QUALITY)
  if (!uri.startsWith('data:image/jpeg;base64,'))
    throw new AppError('internal', 'This browser could not encode the drawing; reload the page')
  return fromDataUri(uri)
}
