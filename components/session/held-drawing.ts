// The drawing of a moment, held without a copy: what it is made of never changes, so that a list of it is enough until
// somebody wants the content. Cheap enough for every snapshot.
import type { DrawingContent, DrawingSurface } from '../canvas/drawing-surface.ts'
import { PlainSurface } from '../canvas/plain/plain-surface.ts'
import { TldrawSurface, type EditorHands } from '../canvas/tldraw-surface.ts'

type Editor = EditorHands['editor']
type Records = ReturnType<Editor['store']['allRecords']>

/** Gives the drawing of now, whenever that is asked for. The surface must be ready: before that there is none. */
export function holdDrawing(surface: DrawingSurface): () => Promise<DrawingContent> {
  if (surface instanceof PlainSurface) {
    const { items } = surface
    return async () => ({ plain: 1, items: [...items] })
  }
  const hands = surface instanceof TldrawSurface ? surface.store.getState().hands : undefined
  if (!hands) return () => surface.content()
  const { editor } = hands
  const records = editor.store.allRecords()
  return () => contentOf(editor, records)
}

/** As `content()` of the surface gives it: shapes from the lowest up, each before what is in it, images inlined as data URIs. */
async function contentOf(editor: Editor, records: Records): Promise<DrawingContent> {
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
