import type { BoxModel } from 'tldraw'
import { AppError } from '../../../lib/std/errors.ts'
import type { Photo } from './plain-drawing.ts'

/** Larger photos are made smaller: they are drawn on at most twice as many pixels. */
const LONGEST = 1536

/** AppError that names the files. */
export function notPictures(files: readonly File[]): AppError {
  return unreadable(files.map(({ name }) => name).join(', '))
}

function unreadable(what: string): AppError {
  const message = `${what}: no picture that this browser can read. Use JPEG, PNG or WebP`
  return new AppError('unsupported_image', message)
}

/** A photo over the whole paper. */
export async function coverPhoto(picture: Blob, paper: BoxModel): Promise<Photo> {
  const { src } = await dataUri(picture)
  return { kind: 'photo', src, ...paper }
}

/** A photo as large as fits on the paper, in the middle of it. */
export async function fittedPhoto(picture: Blob, paper: BoxModel): Promise<Photo> {
  const { src, width, height } = await dataUri(picture)
  const scale = Math.min(paper.w / width, paper.h / height)
  const w = width * scale
  const h = height * scale
  return { kind: 'photo', src, x: paper.x + (paper.w - w) / 2, y: paper.y + (paper.h - h) / 2, w, h }
}

async function dataUri(picture: Blob): Promise<{ src: string; width: number; height: number }> {
  const bitmap = await createImageBitmap(picture).catch(() => undefined)
  if (!bitmap) throw unreadable('The picture')
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return { src: canvas.toDataURL('image/webp', 0.92), width: canvas.width, height: canvas.height }
}
