import { messageOf } from '../../lib/std/errors.ts'
import { notify } from '../session/notices.ts'
import type { DrawingSurface } from './drawing-surface.ts'

/** Puts image files onto the drawing; of those that are none it says so. */
export function addPhotos(surface: Pick<DrawingSurface, 'addPhotos'>, files: File[]): void {
  if (files.length === 0) return
  surface.addPhotos(files).catch((error: unknown) => notify(messageOf(error), 'problem'))
}
