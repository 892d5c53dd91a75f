// The shapes that this page's own tools make, as paths: painting those takes a tenth of tldraw's export, which renders
// them with React into the document and then decodes the result as a picture. Only what the export does is done here,
// by tldraw's own public functions, and a test in the browser holds the one against the other; every other shape is
// left to the export.
import {
  DrawShapeUtil,
  GeoShapeUtil,
  getDisplayValues,
  getPointsFromDrawSegments,
  getStrokePoints,
  getSvgPathFromStrokePoints,
  LineShapeUtil,
  modulate,
  type Editor,
  type TLDrawShape,
  type TLGeoShape,
  type TLLineShape,
  type TLShape,
} from 'tldraw'
import { FLAT_FILLS, penStrokeOf, type PenStroke } from './pen-stroke.ts'

/** In the units and at the origin of its shape. */
interface InkPath {
  readonly path: Path2D
  /** CSS colour. */
  readonly fill: string | undefined
  readonly stroke: { readonly colour: string; readonly width: number } | undefined
}

/** Lowest first. */
export type Ink = readonly InkPath[]

/** Those whose outline is also the edge of their filling. */
const GEO_KINDS: readonly string[] = ['rectangle', 'ellipse', 'triangle']

/** Records never change, so each is turned into paths once in its life. */
const inks = new WeakMap<TLShape, Ink | false>()

/** `undefined`: only the export knows what `shape` looks like. */
export function inkOf(editor: Editor, shape: TLShape): Ink | undefined {
  const known = inks.get(shape)
  if (known !== undefined) return known || undefined
  const ink = shape.opacity === 1 ? makeInk(editor, shape) : undefined
  inks.set(shape, ink ?? false)
  return ink
}

function makeInk(editor: Editor, shape: TLShape): Ink | undefined {
  const util = editor.getShapeUtil(shape)
  if (shape.type === 'draw' && util instanceof DrawShapeUtil) return drawInk(util, shape)
  if (shape.type === 'geo' && util instanceof GeoShapeUtil) return geoInk(util, shape)
  if (shape.type === 'line' && util instanceof LineShapeUtil) return lineInk(util, shape)
  return undefined
}

/** DrawShapeUtil.toSvg with the dash `solid`, which is that of our pen; where it knows its pressure, PenDrawUtil.toSvg. */
function drawInk(util: DrawShapeUtil, shape: TLDrawShape): Ink | undefined {
  const { dash, fill, isClosed, isComplete, scale, scaleX, scaleY, segments } = shape.props
  if (dash !== 'solid' || !FLAT_FILLS.includes(fill)) return undefined
  const { strokeColor, strokeWidth, fillColor } = getDisplayValues(util, shape, 'light')
  const width = (strokeWidth + 1) * scale
  const pen = penStrokeOf(shape, width)
  if (pen) return penInk(pen, strokeColor, fillColor)
  const points = getPointsFromDrawSegments(segments, scaleX, scaleY)
  const line = getStrokePoints(points, {
    size: width,
    // That of tldraw's solid pens, the one number here that it does not export.
    streamline: modulate(width, [9, 16], [0.64, 0.74], true),
    last: isComplete || segments.at(-1)?.type === 'straight',
  })
  const stroke = { colour: strokeColor, width }
  if (line.length < 2) return dotInk(points[0], stroke)
  const isFilled = isClosed && fill !== 'none'
  const path = new Path2D(getSvgPathFromStrokePoints(line, isFilled))
  return [{ path, fill: isFilled ? fillColor : undefined, stroke }]
}

function penInk({ outline, inside }: PenStroke, colour: string, fillColour: string): Ink {
  const filled = (path: string, fill: string) => ({ path: new Path2D(path), fill, stroke: undefined })
  return [...(inside === undefined ? [] : [filled(inside, fillColour)]), filled(outline, colour)]
}

function dotInk(
  at: { x: number; y: number } | undefined,
  stroke: { readonly colour: string; readonly width: number },
): Ink | undefined {
  if (!at) return undefined
  const path = new Path2D()
  path.arc(at.x, at.y, 0.5, 0, 2 * Math.PI)
  return [{ path, fill: stroke.colour, stroke }]
}

/** GeoShapeUtil.toSvg; a label makes it a text, and a scale makes the export another shape first. */
function geoInk(util: GeoShapeUtil, shape: TLGeoShape): Ink | undefined {
  const { dash, fill, geo, scale } = shape.props
  const isPlain = dash === 'solid' && FLAT_FILLS.includes(fill) && GEO_KINDS.includes(geo) && scale === 1
  if (!isPlain || util.getText(shape)) return undefined
  const path = util.getIndicatorPath(shape)
  if (!path) return undefined
  const { strokeColor, strokeWidth, fillColor } = getDisplayValues(util, shape, 'light')
  const stroke = { colour: strokeColor, width: strokeWidth }
  return [{ path, fill: fill === 'none' ? undefined : fillColor, stroke }]
}

function lineInk(util: LineShapeUtil, shape: TLLineShape): Ink | undefined {
  const { dash, scale } = shape.props
  if (dash !== 'solid' || scale !== 1) return undefined
  const { strokeColor, strokeWidth } = getDisplayValues(util, shape, 'light')
  const stroke = { colour: strokeColor, width: strokeWidth }
  return [{ path: util.getIndicatorPath(shape), fill: undefined, stroke }]
}

/** Onto a context whose units and origin are those of the shape. */
export function paintInk(context: CanvasRenderingContext2D, ink: Ink): void {
  for (const { path, fill, stroke } of ink) {
    if (fill !== undefined) {
      context.fillStyle = fill
      context.fill(path)
    }
    if (!stroke) continue
    context.strokeStyle = stroke.colour
    context.lineWidth = stroke.width
    context.lineCap = 'round'
    context.lineJoin = 'round'
    context.stroke(path)
  }
}
