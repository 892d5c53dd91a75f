// A drawing of the plain canvas, put on tldraw's page: what was drawn in one place can be opened in the other.
import {
  AssetRecordType,
  b64Vecs,
  createShapeId,
  type Editor,
  type TLCreateShapePartial,
  type TLImageAsset,
  type TLShapeId,
} from 'tldraw'
import { isOwnColour } from '../own-colour.ts'
import { COLOURS } from '../palette.ts'
import type { PlainContent, Photo, Stroke } from '../plain/plain-drawing.ts'
import { nameOf } from '../plain/plain-names.ts'

/** Shapes have their items' names: two tabs that take over one drawing at the same moment make the same shapes of it. */
export function putPlain(editor: Editor, { items }: PlainContent): void {
  const equal = new Map<string, number>()
  for (const item of items) {
    const name = nameOf(item)
    const before = equal.get(name) ?? 0
    equal.set(name, before + 1)
    const id = createShapeId(`${name}-${before}`)
    if (item.kind === 'stroke') editor.createShape({ id, ...strokeShape(item) })
    else putPhoto(editor, id, item)
  }
}

function strokeShape({ points, colour, width, filled }: Stroke): TLCreateShapePartial {
  const [x, y] = points[0] ?? [0, 0]
  const path = b64Vecs.encodePoints(points.map(([px, py, z]) => ({ x: px - x, y: py - y, z })))
  const named = COLOURS.find(({ id }) => id === colour)?.id ?? 'black'
  const color = isOwnColour(colour) ? colour : named
  const fill = filled ? ('fill' as const) : ('none' as const)
  const segments = [{ type: 'free' as const, path }]
  // As the plain canvas paints it: a mouse presses the same everywhere.
  const isPen = points.some(([, , pressure]) => pressure !== 0.5)
  return {
    type: 'draw',
    x,
    y,
    props: { color, size: width, fill, dash: 'solid', segments, isPen, isClosed: filled, isComplete: true },
  }
}

function putPhoto(editor: Editor, shapeId: TLShapeId, { src, x, y, w, h }: Photo): void {
  const id = AssetRecordType.createId()
  const mimeType = /^data:(image\/[\w+]+)/.exec(src)?.[1] ?? 'image/png'
  const props = { name: 'photo', src, w, h, mimeType, isAnimated: false }
  const asset: TLImageAsset = { id, typeName: 'asset', type: 'image', props, meta: {} }
  editor.createAssets([asset])
  editor.createShape({ id: shapeId, type: 'image', x, y, props: { assetId: id, w, h } })
}
