// What a first visit opens on: an island with a lighthouse, a boat and mountains under a low sun, made of the same
// shapes anyone could draw. Coordinates are page units on the 512 x 512 paper, centred on the origin.
import { b64Vecs, type Editor, type TLCreateShapePartial, type TLDefaultColorStyle } from 'tldraw'

type Point = readonly [number, number]

const STYLE = { dash: 'solid', fill: 'fill', size: 's' } as const

/** A closed freehand outline through `corners`, filled. */
function blob(color: TLDefaultColorStyle, corners: readonly Point[], swing = 0): TLCreateShapePartial {
  const points = outline(corners, swing)
  const [first] = points
  const [x, y] = first ?? [0, 0]
  const closed = first ? [...points, first] : points
  const path = b64Vecs.encodePoints(closed.map(([px, py]) => ({ x: px - x, y: py - y, z: 0.5 })))
  const segments = [{ type: 'free' as const, path }]
  return { type: 'draw', x, y, props: { ...STYLE, color, segments, isClosed: true, isComplete: true } }
}

function disc(color: TLDefaultColorStyle, centre: Point, radius: number): TLCreateShapePartial {
  const [x, y] = centre
  return {
    type: 'geo',
    x: x - radius,
    y: y - radius,
    props: { ...STYLE, color, geo: 'ellipse', w: radius * 2, h: radius * 2 },
  }
}

function box(color: TLDefaultColorStyle, corner: Point, size: Point): TLCreateShapePartial {
  const [x, y] = corner
  return { type: 'geo', x, y, props: { ...STYLE, color, geo: 'rectangle', w: size[0], h: size[1] } }
}

/** Page units between the points of an outline: as dense as a hand draws, so that tldraw's smoothing keeps corners. */
const DENSITY = 4

/** The closed outline through `corners`; with a `swing` its edges waver, so that nothing looks ruled. */
function outline(corners: readonly Point[], swing = 0): Point[] {
  return corners.flatMap(([x, y], index) => {
    const [nextX, nextY] = corners[(index + 1) % corners.length] ?? [x, y]
    const steps = Math.max(1, Math.round(Math.hypot(nextX - x, nextY - y) / DENSITY))
    return Array.from({ length: steps }, (_, step): Point => {
      const t = step / steps
      const wave = swing * Math.sin(Math.PI * t) * Math.sin(index * 2.3 + t * steps * 0.22)
      return [x + (nextX - x) * t, y + (nextY - y) * t + wave]
    })
  })
}

const MOUNTAINS: Point[] = [
  [-300, 52],
  [-300, -20],
  [-214, -92],
  [-168, -48],
  [-112, -118],
  [-40, -34],
  [12, -66],
  [96, 52],
]

const ISLAND: Point[] = [
  [12, 118],
  [40, 84],
  [96, 60],
  [158, 54],
  [214, 74],
  [300, 92],
  [300, 140],
  [150, 148],
  [60, 140],
]

const SCENE: TLCreateShapePartial[] = [
  box('light-blue', [-300, -300], [600, 354]),
  disc('yellow', [-8, -34], 44),
  blob('grey', MOUNTAINS, 5),
  box('blue', [-300, 50], [600, 260]),
  blob('green', ISLAND, 3),
  blob('white', [
    [142, 66],
    [150, -78],
    [178, -78],
    [186, 66],
  ]),
  box('red', [147, -38], [34, 24]),
  box('red', [144, 14], [40, 24]),
  box('red', [146, -104], [36, 26]),
  blob('orange', [
    [-172, 144],
    [-148, 176],
    [-72, 176],
    [-44, 144],
  ]),
  blob('white', [
    [-108, 42],
    [-108, 136],
    [-44, 132],
  ]),
  blob('white', [
    [-116, 66],
    [-116, 134],
    [-158, 132],
  ]),
]

/** Draws the example as one step that undo does not take away. */
export function drawExample(editor: Editor): void {
  editor.run(() => editor.createShapes(SCENE), { history: 'ignore' })
}
