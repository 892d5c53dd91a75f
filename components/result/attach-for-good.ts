import type { SketchClient } from '../../lib/client/types.ts'

/**
 * Shows the pictures of `client` on a canvas, and the last one again after the browser lost what was there, as it does
 * when its graphics process ends. Returns the end of it.
 */
export function attachForGood(client: Pick<SketchClient, 'attach'>, canvas: HTMLCanvasElement): () => void {
  let detach = client.attach(canvas)
  const onRestored = () => {
    detach()
    detach = client.attach(canvas)
  }
  canvas.addEventListener('contextrestored', onRestored)
  return () => {
    canvas.removeEventListener('contextrestored', onRestored)
    detach()
  }
}
