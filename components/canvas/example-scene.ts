// What a first visit opens on: an island with a lighthouse, a boat and mountains under a low sun, made of the same
// shapes anyone could draw. Coordinates are page units on the 512 x 512 paper, centred on the origin.
import type { Stroke } from './plain/plain-drawing.ts'

export type Point = readonly [number, number]

type Colour = 'black' | 'grey' | 'white' | 'light-blue' | 'blue' | 'green' | 'yellow' | 'orange' | 'red'

export type Part = { readonly colour: Colour } & (
  | { readonly kind: 'outline'; readonly points: readonly Point[] }
  | { readonly kind: 'disc'; readonly centre: Point; readonly radius: number }
  | { readonly kind: 'box'; readonly corner: Point; readonly size: Point }
)

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

export const SCENE: readonly Part[] = [
  { kind: 'box', colour: 'light-blue', corner: [-300, -300], size: [600, 354] },
  { kind: 'disc', colour: 'yellow', centre: [-8, -34], radius: 44 },
  { kind: 'outline', colour: 'grey', points: outline(MOUNTAINS, 5) },
  { kind: 'box', colour: 'blue', corner: [-300, 50], size: [600, 260] },
  { kind: 'outline', colour: 'green', points: outline(ISLAND, 3) },
  {
    kind: 'outline',
    colour: 'white',
    points: outline([
      [142, 66],
      [150, -78],
      [178, -78],
      [186, 66],
    ]),
  },
  { kind: 'box', colour: 'red', corner: [147, -38], size: [34, 24] },
  { kind: 'box', colour: 'red', corner: [144, 14], size: [40, 24] },
  { kind: 'box', colour: 'red', corner: [146, -104], size: [36, 26] },
  {
    kind: 'outline',
    colour: 'orange',
    points: outline([
      [-172, 144],
      [-148, 176],
      [-72, 176],
      [-44, 144],
    ]),
  },
  {
    kind: 'outline',
    colour: 'white',
    points: outline([
      [-108, 42],
      [-108, 136],
      [-44, 132],
    ]),
  },
  {
    kind: 'outline',
    colour: 'white',
    points: outline([
      [-116, 66],
      [-116, 134],
      [-158, 132],
    ]),
  },
]

function edgeOf(part: Part): readonly Point[] {
  if (part.kind === 'outline') return part.points
  if (part.kind === 'box') {
    const [x, y] = part.corner
    const [w, h] = part.size
    return outline([
      [x, y],
      [x + w, y],
      [x + w, y + h],
      [x, y + h],
    ])
  }
  const [x, y] = part.centre
  return Array.from({ length: 64 }, (_, at): Point => {
    const angle = (at / 64) * 2 * Math.PI
    return [x + part.radius * Math.cos(angle), y + part.radius * Math.sin(angle)]
  })
}

/** The same for the plain canvas, which knows strokes alone. */
export const EXAMPLE: readonly Stroke[] = SCENE.map((part) => ({
  kind: 'stroke',
  colour: part.colour,
  width: 's',
  filled: true,
  points: edgeOf(part).map(([x, y]) => [x, y, 0.5]),
}))
