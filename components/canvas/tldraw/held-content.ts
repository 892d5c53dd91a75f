// The page of a moment, held without a copy: tldraw's records never change, so a list of them is enough until somebody
// wants the content. Cheap enough for every snapshot.
import type { Editor, TLContent } from 'tldraw'

type HeldEditor = Pick<Editor, 'store' | 'getCurrentPageId' | 'resolveAssetsInContent'>
type Records = ReturnType<Editor['store']['allRecords']>

/** Gives the page as it is now, whenever that is asked for. */
export function holdContent(editor: HeldEditor): () => Promise<TLContent> {
  const records = editor.store.allRecords()
  return () => contentOf(editor, records)
}

/** As `readContent` gives the page of now: shapes from the lowest up, each before what is in it, images inlined as data URIs. */
async function contentOf(editor: HeldEditor, records: Records): Promise<TLContent> {
  const all = records.filter((record) => record.typeName === 'shape')
  const within = (parent: string): typeof all =>
    all
      .filter(({ parentId }) => parentId === parent)
      .sort(byIndex)
      .flatMap((shape) => [shape, ...within(shape.id)])
  const page = editor.getCurrentPageId()
  const shapes = within(page)
  const used = new Set(shapes.flatMap(({ props }) => ('assetId' in props ? [props.assetId] : [])))
  const content = {
    shapes,
    bindings: records.filter((record) => record.typeName === 'binding'),
    rootShapeIds: shapes.filter(({ parentId }) => parentId === page).map(({ id }) => id),
    assets: records.filter((record) => record.typeName === 'asset').filter(({ id }) => used.has(id)),
    schema: editor.store.schema.serialize(),
  }
  return (await editor.resolveAssetsInContent(content)) ?? content
}

/** tldraw's order of siblings: of text, not of any language. */
function byIndex({ index: a }: { readonly index: string }, { index: b }: { readonly index: string }): number {
  return a < b ? -1 : 1
}
