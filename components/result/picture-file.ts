// The picture as a file that every other tool can read: PNG, with the settings in the `parameters` text chunk.
import type { PaintedFrame } from '../../lib/client/types.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import { withParameters } from '../../lib/protocol/png-parameters.ts'
import { AppError } from '../../lib/std/errors.ts'
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

/** Throws AppError `internal` where the browser cannot encode a PNG, and what it throws for a picture it cannot decode. */
export async function picturePng({ blob, params, model }: FilePicture): Promise<Blob> {
  const bitmap = await createImageBitmap(blob)
  const canvas = document.createElement('canvas')
  canvas.width = bitmap.width
  canvas.height = bitmap.height
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  bitmap.close()
  const encoded = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!encoded) throw new AppError('internal', 'this browser could not encode a PNG; reload the page')
  const png = new Uint8Array(await encoded.arrayBuffer())
  return new Blob([withParameters(png, params, model)], { type: 'image/png' })
}
