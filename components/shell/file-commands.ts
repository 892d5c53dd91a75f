import { messageOf } from '../../lib/std/errors.ts'
import type { DrawingSurface } from '../canvas/drawing-surface.ts'
import { saveFile } from '../result/save-file.ts'
import { contentKept } from '../session/all-drawings.ts'
import { EXTENSION, readDrawingFile, writeDrawingFile, type DrawingFile } from '../session/drawing-file.ts'
import { settingsOf } from '../session/known-settings.ts'
import { notify } from '../session/notices.ts'
import { openNew } from '../session/open-drawing.ts'
import { readSettings } from '../session/saved.ts'
import type { Session } from '../session/session.ts'

/** Id of the menu's field for a drawing file. */
export const FILE_FIELD = 'drawing-file'

/** A blank page under a new address, with the words and settings of the present one. */
export function newDrawing({ client, seed }: Session): void {
  const params = settingsOf(client.store.getState())
  openNew({ start: 'blank', params, seedLocked: seed.getState().locked })
}

/** Never rejects: what goes wrong is told. */
export async function saveDrawing({ client, surface, id }: Session, tell = tellProblem): Promise<void> {
  try {
    const content = await surface.content()
    save(id, { params: settingsOf(client.store.getState()), content })
  } catch (error) {
    tell(unsaved(error))
  }
}

/** The same for a drawing that need not be open. */
export async function saveKeptDrawing(id: string, tell: (problem: string) => void): Promise<void> {
  try {
    save(id, { params: readSettings(id).params, content: await contentKept(id) })
  } catch (error) {
    tell(unsaved(error))
  }
}

function save(id: string, file: DrawingFile): void {
  saveFile(writeDrawingFile(file), `drawing-${id}${EXTENSION}`)
}

function tellProblem(problem: string): void {
  notify(problem, 'problem')
}

function unsaved(error: unknown): string {
  return `The drawing was not saved to a file: ${messageOf(error)}`
}

/** Lets a person choose a drawing file, with the field of the menu. */
export function chooseDrawingFile(): void {
  document.getElementById(FILE_FIELD)?.click()
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
