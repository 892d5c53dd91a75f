// Every drawing of this browser, for the list of them: those that were drawn on here, and those that are kept without
// being on the list, because an earlier version of this page took them off it or something cleared localStorage.
import { AppError } from '../../lib/std/errors.ts'
import type { DrawingContent } from '../canvas/drawing-content.ts'
import { deleteKept, keptIds, readKept } from '../canvas/kept-drawings.ts'
import { isUntouched } from '../canvas/untouched.ts'
import { deleteBefores } from './befores-database.ts'
import { isEmbedded, keyOf } from './drawing-id.ts'
import { isOpenElsewhere } from './open-elsewhere.ts'
import { deletePins } from './pin-database.ts'
import { forgetDrawing, readSettings, recentDrawings } from './saved.ts'
import { deleteThumbnail } from './thumbnail-database.ts'
import { forgetUnsaved, onPlain } from './unsaved.ts'

export interface KnownDrawing {
  readonly id: string
  readonly prompt: string
  /** When it was last drawn on; `undefined` where nobody remembers. */
  readonly atMs: number | undefined
}

/** Drawings that are kept and not on the list of `recentDrawings`; not those that nobody drew on. */
export async function unlistedDrawings(): Promise<KnownDrawing[]> {
  const listed = new Set(recentDrawings().map(({ id }) => id))
  const others = (await keptIds()).filter((id) => !listed.has(id) && !isEmbedded(id))
  const found: KnownDrawing[] = []
  // One after the other: each opens a database, and a browser may have hundreds.
  for (const id of others)
    if (await isDrawnOn(id))
      found.push({ id, prompt: readSettings(id).params?.prompt ?? '', atMs: undefined })
  return found
}

/** What cannot be read is no reason to hide it. */
async function isDrawnOn(id: string): Promise<boolean> {
  try {
    const content = await readKept(id, { outline: true })
    return content !== undefined && !isUntouched(content)
  } catch {
    return true
  }
}

/** The drawing as it is kept. Throws what IndexedDB throws, and AppError with the remedy. */
export async function contentKept(id: string): Promise<DrawingContent> {
  const content = await readKept(id)
  if (content) return content
  throw new AppError('not_found', 'nothing of it is stored; open it, and save it from the menu')
}

/**
 * Takes a drawing out of this browser, with its words and settings, its pins and all that it was before. Throws AppError
 * `busy`, with the drawing as it was, while another tab shows it.
 */
export async function deleteDrawing(id: string): Promise<void> {
  if (await isOpenElsewhere(id))
    throw new AppError('busy', 'another tab shows it. Close that tab first, then delete it here')
  await deleteKept(id)
  await deletePins(id)
  await deleteBefores(id)
  await deleteThumbnail(id)
  // Last: what could not be deleted is on the list still, to be deleted again.
  forgetUnsaved(keyOf(id))
  forgetUnsaved(onPlain(keyOf(id)))
  forgetDrawing(id)
}
