// tldraw's records as a drawing that can be put on another page.
import type { TLContent, TLRecord, TLShape } from 'tldraw'
import { inlinePhotos, type BytesOf } from './inline-photos.ts'

interface Records {
  readonly records: readonly TLRecord[]
  readonly schema: TLContent['schema']
}

/**
 * One page, as `readContent` gives the page of now: shapes from the lowest up, each before what is in it, images inlined
 * as data URIs; without `bytesOf` they are left out. Throws AppError `photo_missing`.
 */
export async function contentOfRecords({ records, schema }: Records, bytesOf?: BytesOf): Promise<TLContent> {
  const children = byParent(records.filter((record) => record.typeName === 'shape'))
  const within = (parent: string): TLShape[] =>
    (children.get(parent) ?? []).sort(byIndex).flatMap((shape) => [shape, ...within(shape.id)])
  const page = records.find((record) => record.typeName === 'page')?.id ?? 'page:page'
  const shapes = within(page)
  const used = new Set(shapes.flatMap(({ props }) => ('assetId' in props ? [props.assetId] : [])))
  const assets = records.filter((record) => record.typeName === 'asset').filter(({ id }) => used.has(id))
  return {
    shapes,
    bindings: records.filter((record) => record.typeName === 'binding'),
    rootShapeIds: shapes.filter(({ parentId }) => parentId === page).map(({ id }) => id),
    assets: bytesOf ? await inlinePhotos(assets, bytesOf) : [],
    schema,
  }
}

function byParent(shapes: readonly TLShape[]): Map<string, TLShape[]> {
  const found = new Map<string, TLShape[]>()
  for (const shape of shapes) {
    const { parentId } = shape
    const siblings = found.get(parentId)
    if (siblings) siblings.push(shape)
    else found.set(parentId, [shape])
  }
  return found
}

/** tldraw's order of siblings: of text, not of any language. */
function byIndex({ index: a }: { readonly index: string }, { index: b }: { readonly index: string }): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
