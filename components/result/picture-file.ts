// The picture as a file that every other tool can read: PNG, with the settings in the `parameters` text chunk.
import { refinedParams } from '../../lib/client/draft-params.ts'
import type { ClientState, PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { withParameters } from '../../lib/protocol/png-parameters.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { AppError } from '../../lib/std/errors.ts'

/** How long a file waits for the refined, larger picture before it takes the one on the screen. */
const REFINE_WAIT_MS = 8000

/** The largest picture of the drawing as it is now. Throws AppError `not_found` before the first one. */
export async function bestFrame(client: SketchClient): Promise<PaintedFrame> {
  const shown = client.lastFrame()
  if (!shown) throw new AppError('not_found', 'there is no picture yet; draw something first')
  const state = client.store.getState()
  if (state.refined || !canRefine(state) || state.status.name !== 'live') return shown
  return refinedFrame(client, shown)
}

/** True when the model has a larger size of the same shape. */
export function canRefine({ params, model }: Pick<ClientState, 'params' | 'model'>): boolean {
  return params !== undefined && model !== undefined && refinedParams(params, model) !== undefined
}

function refinedFrame(client: SketchClient, shown: PaintedFrame): Promise<PaintedFrame> {
  return new Promise((resolve) => {
    const finish = (frame: PaintedFrame) => {
      clearTimeout(timer)
      stop()
      resolve(frame)
    }
    const timer = setTimeout(() => finish(client.lastFrame() ?? shown), REFINE_WAIT_MS)
    const stop = client.onFrame((frame) => {
      if (frame.meta.mode === 'refine') finish(frame)
    })
    client.refine()
  })
}

export async function framePng(frame: PaintedFrame, model: ModelInfo | undefined): Promise<Blob> {
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
  return new Blob([withParameters(png, params, model?.name ?? 'unknown')], { type: 'image/png' })
}
