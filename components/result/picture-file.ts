// The picture as a file that every other tool can read: PNG, with the settings in the `parameters` text chunk.
import type { PaintedFrame } from '../../lib/client/types.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import { withParameters } from '../../lib/protocol/png-parameters.ts'
import { AppError } from '../../lib/std/errors.ts'
import { needCanvases } from '../canvas/canvas-access.ts'
import type { Pin } from '../session/pin-database.ts'

/** A picture with all that its file says of it. */
export interface FilePicture {
  readonly blob: Blob
  readonly width: number
  readonly height: number
  /** What it was made with, its own size, steps and seed among them. */
  readonly params: DrawParams
  readonly model: Pick<ModelInfo, 'name' | 'sampler'>
}

export function paintedPicture({ blob, width, height, params, meta, model }: PaintedFrame): FilePicture {
  const { steps, seed } = meta
  return { blob, width, height, params: { ...params, steps, seed, width, height }, model }
}

/** Pins of an earlier version do not say what a refined picture was made with; it is told as what it refines. */
export function pinnedPicture({ picture, width, height, params, made, model, sampler }: Pin): FilePicture {
  return {
    blob: picture,
    width,
    height,
    params: { ...params, ...made, width, height },
    model: { name: model ?? 'unknown', sampler },
  }
}

export function fileName({ params, width, height }: FilePicture): string {
  return `sketchwire-${params.seed}-${width}x${height}.png`
}

export function framePng(frame: PaintedFrame): Promise<Blob> {
  return picturePng(paintedPicture(frame))
}

/** Throws as `pictureOfType`. */
export async function picturePng({ blob, params, model }: FilePicture): Promise<Blob> {
  const encoded = await pictureOfType(blob, 'image/png')
  const png = new Uint8Array(await encoded.arrayBuffer())
  return new Blob([withParameters(png, params, model)], { type: 'image/png' })
}

/**
 * The same picture, as it is where it has that type. Throws AppError `canvas_hidden` where the browser would give noise,
 * `internal` where it does not encode that type, and what it throws for a picture it cannot decode.
 */
export async function pictureOfType(blob: Blob, type: string): Promise<Blob> {
  if (blob.type === type) return blob
  await needCanvases()
  const bitmap = await createImageBitmap(blob)
  const canvas = document.createElement('canvas')
  canvas.width = bitmap.width
  canvas.height = bitmap.height
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  bitmap.close()
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type))
  // What a browser cannot encode it gives as PNG.
  if (made?.type === type) return made
  const remedy = type === 'image/png' ? 'reload the page' : 'ask for image/png'
  throw new AppError('internal', `This browser could not encode the picture as ${type}; ${remedy}`)
}
