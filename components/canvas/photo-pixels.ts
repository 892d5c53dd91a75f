// What of a photo is kept: drawings are painted on a thousand pixels, and a camera's photo has forty times as many.

/** Pixels of the longer side; a photo is drawn on at most twice as many. */
const LONGEST = 1536

export interface PhotoPixels {
  readonly canvas: HTMLCanvasElement
  /** It had more. */
  readonly isSmaller: boolean
}

/** `undefined` for what this browser cannot read as a picture. */
export async function photoPixels(picture: Blob): Promise<PhotoPixels | undefined> {
  const bitmap = await createImageBitmap(picture).catch(() => undefined)
  if (!bitmap) return undefined
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  const context = canvas.getContext('2d')
  if (context) context.imageSmoothingQuality = 'high'
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return { canvas, isSmaller: scale < 1 }
}
