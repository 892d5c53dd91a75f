// A stroke of a pen that says how hard it is pressed: broad where it was pressed, thin where it was light. tldraw has such
// strokes with its wavering dash alone, by a function that it does not export. Here one function makes the outline that the
// screen, the export and the snapshot paint, so that what is seen is what is sent.
import {
  getPointsFromDrawSegments,
  getStroke,
  getStrokePoints,
  getSvgPathFromStrokePoints,
  type StrokeOptions,
  type TLDrawShape,
  type VecLike,
} from 'tldraw'

/** SVG paths, in the units and at the origin of the shape; both are filled. */
export interface PenStroke {
  readonly outline: string
  /** What a closed line goes around, where that is filled. */
  readonly inside: string | undefined
}

/** Records never change, so each is outlined once in its life. */
const strokes = new WeakMap<TLDrawShape, PenStroke>()

/** `undefined` for a stroke without pressure, and for a dash or a filling that is not flat: those are tldraw's. */
export function penStrokeOf(shape: TLDrawShape, width: number): PenStroke | undefined {
  const { isPen, dash, fill } = shape.props
  if (!isPen || dash !== 'solid' || !FLAT_FILLS.includes(fill)) return undefined
  const stroke = strokes.get(shape) ?? outlined(shape, width)
  strokes.set(shape, stroke)
  return stroke
}

/** Fillings of one colour. */
export const FLAT_FILLS: readonly string[] = ['none', 'semi', 'solid', 'fill']

/** Those of tldraw's own strokes with pressure, but for the size: a pen pressed as usual is as wide as a mouse. */
function optionsOf({ isComplete, segments }: TLDrawShape['props'], size: number): StrokeOptions {
  return {
    size,
    thinning: 0.62,
    streamline: 0.62,
    smoothing: 0.62,
    simulatePressure: false,
    easing: (pressure) => pressure * 0.65 + Math.sin((pressure * Math.PI) / 2) * 0.35,
    last: isComplete || segments.at(-1)?.type === 'straight',
  }
}

function outlined({ props }: TLDrawShape, width: number): PenStroke {
  const options = optionsOf(props, width)
  const points = getPointsFromDrawSegments(props.segments, props.scaleX, props.scaleY)
  const isFilled = props.isClosed && props.fill !== 'none' && points.length > 1
  return {
    outline: smoothPath(getStroke(points, options)),
    inside: isFilled ? getSvgPathFromStrokePoints(getStrokePoints(points, options), true) : undefined,
  }
}

/** The closed line through the middles of the sides of a polygon, rounded at its corners. */
function smoothPath(corners: readonly VecLike[]): string {
  const [first] = corners
  const last = corners.at(-1)
  if (!first || !last) return ''
  const curves = corners.map((corner, at) => {
    const next = corners[at + 1] ?? first
    return `Q${rounded(corner)} ${middle(corner, next)}`
  })
  return `M${middle(last, first)}${curves.join('')}Z`
}

function middle(a: VecLike, b: VecLike): string {
  return rounded({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
}

/** To hundredths, as tldraw's own paths. */
function rounded({ x, y }: VecLike): string {
  return `${Math.round(x * 100) / 100},${Math.round(y * 100) / 100}`
}
