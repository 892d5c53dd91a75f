// The page of a moment, held without a copy: tldraw's records never change, so a list of them is enough until somebody
// wants the content. Cheap enough for every snapshot.
import type { Editor, TLContent } from 'tldraw'
import { contentOfRecords } from './content-of-records.ts'
import { photosOf } from './inline-photos.ts'

/** Gives the page as it is now, whenever that is asked for. */
export function holdContent(
  editor: Pick<Editor, 'store' | 'getTemporaryAssetPreview'>,
): () => Promise<TLContent> {
  const records = editor.store.allRecords()
  return () => contentOfRecords({ records, schema: editor.store.schema.serialize() }, photosOf(editor))
}
