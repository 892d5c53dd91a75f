// The example drawing (example-scene.ts) on tldraw's page.
import { b64Vecs, type Editor, type TLCreateShapePartial } from 'tldraw'
import { SCENE, type Part } from '../example-scene.ts'

const STYLE = { dash: 'solid', fill: 'fill', size: 's' } as const

function shapeOf(part: Part): TLCreateShapePartial {
  const { colour: color } = part
  if (part.kind === 'box') {
    const [x, y] = part.corner
    const [w, h] = part.size
    return { type: 'geo', x, y, props: { ...STYLE, color, geo: 'rectangle', w, h } }
  }
  if (part.kind === 'disc') {
    const [x, y] = part.centre
    const side = part.radius * 2
    const props = { ...STYLE, color, geo: 'ellipse' as const, w: side, h: side }
    return { type: 'geo', x: x - part.radius, y: y - part.radius, props }
  }
  const [first] = part.points
  const [x, y] = first ?? [0, 0]
  const closed = first ? [...part.points, first] : part.points
  const path = b64Vecs.encodePoints(closed.map(([px, py]) => ({ x: px - x, y: py - y, z: 0.5 })))
  const segments = [{ type: 'free' as const, path }]
  return { type: 'draw', x, y, props: { ...STYLE, color, segments, isClosed: true, isComplete: true } }
}

/** Draws the example as one step that undo does not take away. */
export function drawExample(editor: Editor): void {
  editor.run(() => editor.createShapes(SCENE.map(shapeOf)), { history: 'ignore' })
}
