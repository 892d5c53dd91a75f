// The shapes of a page as the painter takes them. Whatever makes their pixels is in their hash: what is in them, their
// photo, and the shapes that an arrow points at.
import type { Box, Editor, TLShape, TLShapeId } from 'tldraw'
import { hashRecords } from '../scene-hash.ts'
import { inkOf } from './ink.ts'
import { INK, type PageShape } from './paper-painter.ts'

/** Shapes of the page itself that may show on the paper, lowest first. */
export function pageShapes(editor: Editor, paper: Box): PageShape[] {
  const near = paper.clone().expandBy(INK)
  return editor.getSortedChildIdsForParent(editor.getCurrentPageId()).flatMap((id) => {
    const shape = editor.getShape(id)
    const found = shape && (knownAlone(editor, shape) ?? makeShape(editor, shape))
    return found?.bounds.collides(near) ? found : []
  })
}

export function isAsHashed(editor: Editor, { id, hash }: PageShape): boolean {
  const now = editor.getShape(id)
  return now !== undefined && hashRecords(recordsOf(editor, now)) === hash
}

/** Made of one record and nothing else, which never changes: most of a drawing, and each is looked at once in its life. */
const alone = new WeakMap<TLShape, PageShape>()

function knownAlone(editor: Editor, shape: TLShape): PageShape | undefined {
  const known = alone.get(shape)
  // Something may have been put into it since; its own record does not tell.
  return known && editor.getSortedChildIdsForParent(shape.id).length === 0 ? known : undefined
}

function makeShape(editor: Editor, shape: TLShape): PageShape | undefined {
  const bounds = editor.getShapePageBounds(shape.id)
  if (!bounds) return undefined
  const records = recordsOf(editor, shape)
  // Ink is of a shape's own record; only the export paints more than that. So are the bounds of what has ink, while
  // those of a text change with its font.
  const ink = records.length === 1 ? inkOf(editor, shape) : undefined
  const made = { id: shape.id, hash: hashRecords(records), shape, bounds, ink, exported: ink === undefined }
  if (ink) alone.set(shape, made)
  return made
}

function recordsOf(editor: Editor, shape: TLShape): object[] {
  const assetId = 'assetId' in shape.props ? shape.props.assetId : undefined
  const asset = assetId ? editor.getAsset(assetId) : undefined
  const children = editor.getSortedChildIdsForParent(shape.id).flatMap((id) => shapeRecords(editor, id))
  // An arrow ends where the shape is that it points at.
  const bound = editor
    .getBindingsFromShape(shape, 'arrow')
    .flatMap((binding) => [binding, ...withParents(editor, binding.toId)])
  return [shape, ...(asset ? [asset] : []), ...children, ...bound]
}

function shapeRecords(editor: Editor, id: TLShapeId): object[] {
  const shape = editor.getShape(id)
  return shape ? recordsOf(editor, shape) : []
}

function withParents(editor: Editor, id: TLShapeId): object[] {
  const shape = editor.getShape(id)
  return shape ? [shape, ...editor.getShapeAncestors(shape)] : []
}
