import { AppError } from '../../../lib/std/errors.ts'
import type { Size } from '../../../lib/std/size.ts'
import type { Box } from '../paper.ts'
import { photoPixels } from '../photo-pixels.ts'
import type { Photo } from './plain-drawing.ts'

/** AppError that names the files. */
export function notPictures(files: readonly File[]): AppError {
  return unreadable(files.map(({ name }) => name).join(', '))
}

function unreadable(what: string): AppError {
  const message = `${what}: no picture that this browser can read. Use JPEG, PNG or WebP`
  return new AppError('unsupported_image', message)
}

/** A photo over the whole paper. */
export async function coverPhoto(picture: Blob, paper: Box): Promise<Photo> {
  const { src } = await dataUri(picture)
  return { kind: 'photo', src, ...paper }
}

/** A photo as large as fits on the paper, in the middle of it. */
export async function fittedPhoto(picture: Blob, paper: Box): Promise<Photo> {
  const { src, width, height } = await dataUri(picture)
  const scale = Math.min(paper.w / width, paper.h / height)
  const w = width * scale
  const h = height * scale
  return { kind: 'photo', src, x: paper.x + (paper.w - w) / 2, y: paper.y + (paper.h - h) / 2, w, h }
}

async function dataUri(picture: Blob): Promise<Size & { readonly src: string }> {
  const pixels = await photoPixels(picture)
  if (!pixels) throw unreadable('The picture')
  const { canvas } = pixels
  return { src: uriOf(canvas), width: canvas.width, height: canvas.height }
}

/** Safari writes PNG where WebP is asked for, ten times as large for a photo: only what can be seen through needs it. */
export function uriOf(canvas: HTMLCanvasElement): string {
  const webp = canvas.toDataURL('image/webp', 0.92)
  if (webp.startsWith('data:image/webp') || isSeenThrough(canvas)) return webp
  return canvas.toDataURL('image/jpeg', 0.92)
}

function isSeenThrough(canvas: HTMLCanvasElement): boolean {
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
  for (let alpha = 3; alpha < pixels.length; alpha += 4) if (pixels[alpha] !== 255) return true
  return false
}
