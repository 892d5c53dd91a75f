// The paper as bytes, exactly as large as asked: what lies outside is clipped, the background is white whatever the
// theme, a scene that has not changed since the last call is not drawn again, and of one that has only what changed.
import { Box, type Editor, type TLShape, type TLShapeId } from 'tldraw'
import type { Snapshot } from '../../../lib/client/types.ts'
import { encodeCanvas } from '../encode-canvas.ts'
import { paperFor, type Size } from '../paper.ts'
import { freeCanvas } from '../raster-cache.ts'
import { inkOf } from './ink.ts'
import { INK, PaperPainter, type PageShape } from './paper-painter.ts'
import { hashRecords, hashScene } from '../scene-hash.ts'

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
      holds: (shape) => isAsHashed(editor, shape),
    })
    const paintedMs = performance.now()
    const bytes = encodeCanvas(canvas)
    freeCanvas(canvas)
    const doneMs = performance.now()
    const snapshot: Snapshot = {
      bytes,
      codec: 'jpeg',
      ...size,
      // What is neither the one drawing nor the other is equal to nothing.
      hash: torn ? `${hash}~${++torns}` : hash,
      snapshotMs: doneMs - start,
      encodeMs: doneMs - paintedMs,
    }
    kept.delete(name)
    kept.set(name, { painter, last: snapshot })
    forgetOldest(kept)
    return snapshot
  }
}

function forgetOldest(kept: Map<string, Kept>): void {
  for (const [name, { painter }] of [...kept].slice(0, -SIZES_KEPT)) {
    painter.dispose()
    kept.delete(name)
  }
}

function isAsHashed(editor: Editor, { id, hash }: PageShape): boolean {
  const now = editor.getShape(id)
  return now !== undefined && hashRecords(recordsOf(editor, now)) === hash
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
    const ink = inkOf(editor, shape)
    return [
      { shape: { id, hash: hashRecords(records), shape, bounds, ink, exported: ink === undefined }, records },
    ]
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
