// Plays the scripted drawing on a tldraw page, as the pen would draw it: one shape a stroke that grows by a point at
// every pointer event.
import { b64Vecs, createShapeId, type Editor, type TLShapeId } from 'tldraw'
import { type Stroke, startingStrokes } from '../../../lib/benchmark/recording.ts'
import type { Size } from '../../../lib/std/size.ts'
import { paperFor } from '../paper.ts'
import { playPen } from '../play-pen.ts'

/** Empties the page and puts `count` shapes on it, the same every time. */
export function resetPage(editor: Editor, count: number, size: Size): void {
  editor.run(
    () => {
      editor.deleteShapes([...editor.getCurrentPageShapeIds()])
      // At once: one by one, each would be put in order among all before it.
      editor.createShapes(
        startingStrokes(count).flatMap(
          (stroke, index) =>
            shapeOf(createShapeId(`start-${index}`), { stroke, points: stroke.points.length, size }) ?? [],
        ),
      )
    },
    { history: 'ignore', ignoreShapeLock: true },
  )
}

/** Moves the pen from now on; `onPen` after every pointer event. Returns the end of it. */
export function playStrokes(editor: Editor, size: Size, onPen: () => void): () => void {
  const change = (run: () => void) => editor.run(run, { history: 'ignore' })
  const idOf = (index: number) => createShapeId(`pen-${index}`)
  return playPen({
    draw: ({ index, stroke, points }) =>
      change(() => drawStroke(editor, idOf(index), { stroke, points, size })),
    remove: (index) => change(() => editor.deleteShapes([idOf(index)])),
    onPen,
  })
}

interface Drawn {
  readonly stroke: Stroke
  /** How many of its points the pen has passed. */
  readonly points: number
  readonly size: Size
}

function drawStroke(editor: Editor, id: TLShapeId, drawn: Drawn): void {
  const shape = shapeOf(id, drawn)
  if (!shape) return
  const { type, props } = shape
  if (editor.getShape(id)) editor.updateShape({ id, type, props })
  else editor.createShape(shape)
}

/** `undefined` before the first point. */
function shapeOf(id: TLShapeId, { stroke, points, size }: Drawn) {
  const paper = paperFor(size)
  const drawn = stroke.points.slice(0, points)
  const [first] = drawn
  if (!first) return undefined
  const path = b64Vecs.encodePoints(
    drawn.map(({ x, y }) => ({ x: (x - first.x) * paper.w, y: (y - first.y) * paper.h, z: 0.5 })),
  )
  const props = {
    color: stroke.colour,
    size: stroke.width,
    dash: 'solid' as const,
    fill: 'none' as const,
    segments: [{ type: 'free' as const, path }],
    isComplete: points === stroke.points.length,
  }
  return { id, type: 'draw' as const, x: paper.x + first.x * paper.w, y: paper.y + first.y * paper.h, props }
}
