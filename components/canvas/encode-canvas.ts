import { jpegOf } from '../../lib/client/connect-canvas.ts'
import { fromDataUri } from '../../lib/client/data-uri.ts'

export function encodeCanvas(canvas: HTMLCanvasElement): Uint8Array {
  return fromDataUri(jpegOf(canvas))
}
