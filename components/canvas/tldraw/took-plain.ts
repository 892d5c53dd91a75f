// What the plain canvas keeps of a drawing is taken over once: a page that is cleared after that is blank, and not filled
// again. That it was is kept with the drawing.
import { TLDOCUMENT_ID, type Editor, type TLStore } from 'tldraw'

const MARK = 'tookPlain'

/** Whether a drawing has nothing on its page, as after a visit of it, and never had what the plain canvas keeps of it. */
export function takesPlain(store: Pick<TLStore, 'allRecords' | 'get'>): boolean {
  const isBlank = store.allRecords().every(({ typeName }) => typeName !== 'shape')
  return isBlank && store.get(TLDOCUMENT_ID)?.meta[MARK] !== true
}

export function markTaken(editor: Editor): void {
  editor.updateDocumentSettings({ meta: { ...editor.getDocumentSettings().meta, [MARK]: true } })
}
