// The picture as a file that every other tool can read: PNG, with the settings in the `parameters` text chunk.
import type { PaintedFrame } from '../../lib/client/types.ts'
import { withParameters } from '../../lib/protocol/png-parameters.ts'
import { AppError } from '../../lib/std/errors.ts'

export async function framePng(frame: PaintedFrame): Promise<Blob> {
  const bitmap = await createImageBitmap(frame.blob)
  const canvas = document.createElement('canvas')
  canvas.width = bitmap.width
  canvas.height = bitmap.height
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  bitmap.close()
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw new AppError('internal', 'this browser could not encode a PNG; reload the page')
  const png = new Uint8Array(await blob.arrayBuffer())
  const { width, height } = frame
  const params = { ...frame.params, steps: frame.meta.steps, seed: frame.meta.seed, width, height }
  return new Blob([withParameters(png, params, frame.model.name)], { type: 'image/png' })
}
