// The paper as bytes, exactly as large as asked: what lies outside is clipped, the background is white whatever the
// theme, a scene that has not changed since the last call is not drawn again, and of one that has only what changed.
import { Box, type Editor, type TLShape, type TLShapeId } from 'tldraw'
import { fromDataUri } from '../../lib/client/data-uri.ts'
import type { Snapshot } from '../../lib/client/types.ts'
import { AppError } from '../../lib/std/errors.ts'
import { paperFor, type Size } from './paper.ts'
import { INK, PaperPainter, type PageShape } from './paper-painter.ts'
import { hashRecords, hashScene } from './scene-hash.ts'

const CODEC = 'jpeg'
const QUALITY = 0.92
/** Sizes whose layers are kept: the live one and that of the refinement. */
const SIZES_KEPT = 2

export type TakeSnapshotOf = (editor: Editor, size: Size) => Promise<Snapshot>

interface Kept {
  readonly painter: PaperPainter
  readonly last: Snapshot | undefined
}

/** Makes a snapshot function that remembers its last results. Throws AppError `internal` when the browser cannot draw. */
export function createSnapshotter(): TakeSnapshotOf {
  const kept = new Map<string, Kept>()
  let torns = 0
  return async (editor, size) => {
    const start = performance.now()
    const paper = Box.From(paperFor(size))
    const scene = sceneOf(editor, paper)
    const hash = hashScene(
      scene.flatMap(({ records }) => records),
      size,
    )
    const name = `${size.width}x${size.height}`
    const { painter, last } = kept.get(name) ?? { painter: new PaperPainter(size), last: undefined }
    if (last?.hash === hash) return last
    const { canvas, torn } = await painter.paint({
      editor,
      paper,
      shapes: scene.map(({ shape }) => shape),
      holds: ({ id, hash: was }) => {
        const now = editor.getShape(id)
        return now !== undefined && hashRecords(recordsOf(editor, now)) === was
      },
    })
    const paintedMs = performance.now()
    const bytes = encode(canvas)
    const doneMs = performance.now()
    const snapshot: Snapshot = {
      bytes,
      codec: CODEC,
      ...size,
      // What is neither the one drawing nor the other is equal to nothing.
      hash: torn ? `${hash}~${++torns}` : hash,
      snapshotMs: doneMs - start,
      encodeMs: doneMs - paintedMs,
    }
    kept.delete(name)
    kept.set(name, { painter, last: snapshot })
    for (const old of [...kept.keys()].slice(0, -SIZES_KEPT)) kept.delete(old)
    return snapshot
  }
}

interface SceneShape {
  readonly shape: PageShape
  readonly records: readonly object[]
}

/** Shapes of the page itself that may show on the paper, lowest first, each with the records that make its pixels. */
function sceneOf(editor: Editor, paper: Box): SceneShape[] {
  const near = paper.clone().expandBy(INK)
  return editor.getSortedChildIdsForParent(editor.getCurrentPageId()).flatMap((id) => {
    const shape = editor.getShape(id)
    const bounds = editor.getShapePageBounds(id)
    if (!shape || !bounds?.collides(near)) return []
    const records = recordsOf(editor, shape)
    return [{ shape: { id, hash: hashRecords(records), shape, bounds }, records }]
  })
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

/**
 * Encodes at once. `toBlob` would leave it to the browser's idle time, of which there is little while someone draws:
 * it was seen to take a hundred times as long as the encoding.
 */
function encode(canvas: HTMLCanvasElement): Uint8Array {
  const uri = canvas.toDataURL(`image/${CODEC}`, QUALITY)
  if (!uri.startsWith(`data:image/${CODEC};base64,`))
    throw new AppError('internal', 'This browser could not encode the drawing; reload the page')
  return fromDataUri(uri)
}
