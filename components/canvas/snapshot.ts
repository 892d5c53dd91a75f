// The paper as bytes, exactly as large as asked: what lies outside is clipped, the background is white whatever the
// theme, and a scene that has not changed since the last call is not drawn again.
import { Box, type Editor, type TLShape } from 'tldraw'
import type { Snapshot } from '../../lib/client/types.ts'
import { AppError } from '../../lib/std/errors.ts'
import { paperFor, type Size } from './paper.ts'
import { hashScene } from './scene-hash.ts'

const CODEC = 'jpeg'
const QUALITY = 0.92

/** Page units by which ink may stick out of a shape's bounds: half of the widest pen, and an arrow's head. */
const INK = 32

export type TakeSnapshotOf = (editor: Editor, size: Size) => Promise<Snapshot>

/** Makes a snapshot function that remembers its last result. Throws AppError `internal` when the browser cannot draw. */
export function createSnapshotter(): TakeSnapshotOf {
  let last: Snapshot | undefined
  return async (editor, size) => {
    const start = performance.now()
    const paper = Box.From(paperFor(size))
    const shapes = shapesOn(editor, paper)
    const hash = hashScene(recordsOf(editor, shapes), size)
    if (last?.hash === hash) return last
    const canvas = whiteCanvas(size)
    if (shapes.length > 0) await drawShapes(editor, { shapes, paper, canvas })
    const bytes = await encode(canvas)
    last = { bytes, codec: CODEC, ...size, hash, snapshotMs: performance.now() - start }
    return last
  }
}

/** Shapes that may show on the paper, lowest first. */
function shapesOn(editor: Editor, paper: Box): TLShape[] {
  const near = paper.clone().expandBy(INK)
  return editor.getCurrentPageShapesSorted().filter((shape) => {
    const bounds = editor.getShapePageBounds(shape)
    return bounds !== undefined && bounds.collides(near)
  })
}

function recordsOf(editor: Editor, shapes: readonly TLShape[]): object[] {
  return shapes.flatMap((shape) => {
    const asset =
      'assetId' in shape.props && shape.props.assetId ? editor.getAsset(shape.props.assetId) : undefined
    return asset ? [shape, asset] : [shape]
  })
}

function whiteCanvas({ width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = contextOf(canvas)
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  return canvas
}

interface Scene {
  readonly shapes: TLShape[]
  readonly paper: Box
  readonly canvas: HTMLCanvasElement
}

async function drawShapes(editor: Editor, { shapes, paper, canvas }: Scene): Promise<void> {
  const options = { bounds: paper, padding: 0, background: false, darkMode: false, pixelRatio: 1 }
  const result = await editor.getSvgString(shapes, options)
  if (!result) return
  const image = new Image()
  // A data URL, because a canvas that has drawn a blob URL with text in it can no longer be read.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(result.svg)}`
  await image.decode()
  const context = contextOf(canvas)
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')
  if (context) return context
  throw new AppError(
    'internal',
    'This browser gave no 2D canvas; close other tabs or turn hardware acceleration on',
  )
}

async function encode(canvas: HTMLCanvasElement): Promise<Uint8Array> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, `image/${CODEC}`, QUALITY))
  if (!blob) throw new AppError('internal', 'This browser could not encode the drawing; reload the page')
  return new Uint8Array(await blob.arrayBuffer())
}
