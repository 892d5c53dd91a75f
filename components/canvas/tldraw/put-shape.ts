// What a shape tool does for somebody who has no pointer: one shape in the middle of what is in sight, selected, so that
// tldraw's own keys move and change it.
import {
  createShapeId,
  getIndices,
  startEditingShapeWithRichText,
  toRichText,
  type BoxModel,
  type Editor,
  type TLCreateShapePartial,
} from 'tldraw'
import type { ToolId } from './pen.ts'

/** Nothing for a tool that is moved over the page. */
export function putShape(editor: Editor, tool: ToolId): void {
  const made = shapeFor(tool, editor.getViewportPageBounds())
  if (!made) return
  const id = createShapeId()
  editor.markHistoryStoppingPoint(`put ${tool}`)
  editor.createShape({ ...made, id })
  // A full page takes no more, and says so.
  if (!editor.getShape(id)) return
  editor.select(id)
  editor.setCurrentTool('select')
  if (tool === 'text') startEditingShapeWithRichText(editor, id)
  else editor.getContainer().focus()
}

/** A third as large as what is in sight. */
function shapeFor(tool: ToolId, sight: BoxModel): TLCreateShapePartial | undefined {
  const side = Math.min(sight.w, sight.h) / 3
  const middle = { x: sight.x + sight.w / 2, y: sight.y + sight.h / 2 }
  const corner = { x: middle.x - side / 2, y: middle.y - side / 2 }
  if (tool === 'rectangle' || tool === 'ellipse' || tool === 'triangle')
    return { type: 'geo', ...corner, props: { geo: tool, w: side, h: side } }
  if (tool === 'line') return { type: 'line', x: corner.x, y: middle.y, props: { points: lineOf(side) } }
  if (tool === 'text')
    return { type: 'text', ...middle, props: { richText: toRichText(''), textAlign: 'middle' } }
  return undefined
}

function lineOf(length: number) {
  // The first, and as many after it as are asked for.
  const points = getIndices(1).map((index, at) => ({ id: index, index, x: at * length, y: 0 }))
  return Object.fromEntries(points.map((point) => [point.id, point]))
}
