// tldraw keeps every pixel of a photo and turns away a file of more than 10 MB. Shrunk first, hardly any is.
import { MediaHelpers } from 'tldraw'
import { freeCanvas } from '../raster-cache.ts'
import { photoPixels } from '../photo-pixels.ts'

/** The same file where there is nothing to shrink, or it moves, or is no picture: tldraw says what is wrong with it. */
export async function shrinkPhoto(file: File): Promise<File> {
  if (!MediaHelpers.isStaticImageType(file.type) || (await isAnimated(file))) return file
  const pixels = await photoPixels(file)
  if (!pixels) return file
  const { canvas, isSmaller } = pixels
  const blob = isSmaller ? await encoded(canvas, file.type) : null
  freeCanvas(canvas)
  return blob ? new File([blob], file.name, { type: blob.type }) : file
}

/** A browser that cannot write the type writes PNG. */
function encoded(canvas: HTMLCanvasElement, type: string): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, 0.92))
}

/** A file that is cut off is left to tldraw. */
function isAnimated(file: File): Promise<boolean> {
  return MediaHelpers.isAnimated(file).catch(() => true)
}
