import { messageOf } from '../../lib/std/errors.ts'
import type { DrawingSurface } from '../canvas/drawing-surface.ts'
import { saveFile } from '../result/save-file.ts'
import { EXTENSION, readDrawingFile, writeDrawingFile } from '../session/drawing-file.ts'
import { settingsOf } from '../session/known-settings.ts'
import { notify } from '../session/notices.ts'
import { openNew } from '../session/open-drawing.ts'
import type { Session } from '../session/session.ts'

/** A blank page under a new address, with the words and settings of the present one. */
export function newDrawing({ client, seed }: Session): void {
  const params = settingsOf(client.store.getState())
  openNew({ start: 'blank', params, seedLocked: seed.getState().locked })
}

export async function saveDrawing({ client, surface, id }: Session): Promise<void> {
  const content = await surface.content()
  const params = settingsOf(client.store.getState())
  saveFile(writeDrawingFile({ params, content }), `drawing-${id}${EXTENSION}`)
}

/**
 * Opens a file under a new address: what is on the page now stays where it is. A file that `surface`, the canvas of now,
 * could not show is told, and nothing is opened.
 */
export async function openDrawingFile(file: File, surface: Pick<DrawingSurface, 'check'>): Promise<void> {
  try {
    const { params, content } = readDrawingFile(await file.text())
    surface.check(content)
    openNew({ start: content, ...(params ? { params } : {}) })
  } catch (error) {
    notify(messageOf(error), 'problem')
  }
}
