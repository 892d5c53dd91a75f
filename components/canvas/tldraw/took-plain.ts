// What the plain canvas keeps of a drawing is taken over once: a page that is cleared after that is blank, and filled again
// only with what was drawn there since. Which it was is kept with the drawing.
import { TLDOCUMENT_ID, type Editor } from 'tldraw'
import { keptPlain } from '../plain/kept-plain.ts'
import type { PlainContent } from '../plain/plain-drawing.ts'
import { nameOf } from '../plain/plain-names.ts'
import { hashText } from '../scene-hash.ts'
import type { KeptStore } from './kept-store.ts'

const MARK = 'tookPlain'

/**
 * What was drawn on the plain canvas, before the server's build had a licence key say, for a drawing that has nothing on its
 * page, as after a visit of it. None for one that could not be read: it may have more than that.
 */
export async function plainToTake(
  { store, isRead }: Pick<KeptStore, 'store' | 'isRead'>,
  drawing: string,
): Promise<PlainContent | undefined> {
  if (!isRead || store.allRecords().some(({ typeName }) => typeName === 'shape')) return undefined
  // Storage that is refused was told already.
  const kept = await keptPlain(drawing).catch(() => undefined)
  if (!kept || kept.items.length === 0) return undefined
  return store.get(TLDOCUMENT_ID)?.meta[MARK] === markOf(kept) ? undefined : kept
}

export function markTaken(editor: Editor, taken: PlainContent): void {
  editor.updateDocumentSettings({ meta: { ...editor.getDocumentSettings().meta, [MARK]: markOf(taken) } })
}

export function markOf({ items }: PlainContent): number {
  return hashText(items.map(nameOf).join())
}
