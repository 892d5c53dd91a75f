import { refinedParams, sameParams } from '../../lib/client/draft-params.ts'
import type { PaintedFrame, SketchClient } from '../../lib/client/types.ts'
import { AppError } from '../../lib/std/errors.ts'
import { notify } from '../session/notices.ts'
import type { Session } from '../session/session.ts'

type Pinning = Pick<Session, 'client' | 'surface' | 'pins' | 'shown' | 'befores'>

/** Keeps a picture with the drawing that it is of. Throws AppError `internal` where the browser has no room for it. */
export async function pinPicture(
  { client, surface, pins, shown, befores }: Pinning,
  frame: PaintedFrame,
): Promise<void> {
  const content = await (shown.contentOf(frame) ?? surface.content())
  const pinned = pinnedOf(frame, client)
  try {
    await pins.add(pinned, content).catch(async (error: unknown) => {
      // What nobody asked to keep gives way.
      if (!isFull(error) || !(await befores.dropAll())) throw error
      await pins.add(pinned, content)
    })
  } catch (cause) {
    if (!isFull(cause)) throw cause
    const message =
      'this browser has no room left for pins. Download the picture, or remove pins that you do not need'
    throw new AppError('internal', message, { cause })
  }
  notify('Pinned')
}

/** What IndexedDB says when the disk, or the part of it that a site may have, is full. */
function isFull(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError'
}

/** A refined picture is pinned with the settings it refines: restoring it must not raise the size of every frame. */
export function pinnedOf(frame: PaintedFrame, client: Pick<SketchClient, 'store'>): PaintedFrame {
  const live = client.store.getState().params
  if (frame.meta.mode !== 'refine' || !live) return frame
  const { width, height, steps } = live
  const params = { ...frame.params, width, height, steps }
  const refined = refinedParams(params, frame.model)
  // The size may be another one since.
  return refined && sameParams(refined, frame.params) ? { ...frame, params } : frame
}
