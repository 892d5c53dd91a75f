// The scripted drawing: pen strokes with their times, the same every time it is asked for. Coordinates are parts of
// the paper, 0..1 from its left and top. A seeded generator draws what a hand would: sweeps, loops and hatching.

export interface PenPoint {
  readonly x: number
  readonly y: number
  /** Since the begin of the recording. */
  readonly atMs: number
}

export interface Stroke {
  readonly colour: StrokeColour
  readonly width: 's' | 'm' | 'l'
  readonly points: readonly PenPoint[]
}

export const STROKE_COLOURS = [
  'blue',
  'orange',
  'green',
  'red',
  'black',
  'light-blue',
  'yellow',
  'violet',
] as const
export type StrokeColour = (typeof STROKE_COLOURS)[number]
const WIDTHS = ['s', 'm', 'l'] as const

/** Between pen events, as a display of 60 Hz gives them. */
const EVENT_MS = 16
const POINTS = 40
/** Pen up between strokes. */
const REST_MS = 80
export const STROKE_MS = POINTS * EVENT_MS + REST_MS

/** Numbers in [0, 1) from a seed: mulberry32 (public domain). */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** The `index`-th stroke of the recording that never ends; equal index, equal stroke. */
export function strokeAt(index: number): Stroke {
  const next = random(index * 2654435761 + 1)
  const centre = { x: 0.15 + 0.7 * next(), y: 0.15 + 0.7 * next() }
  const reach = { x: 0.06 + 0.22 * next(), y: 0.03 + 0.12 * next() }
  const turns = 0.5 + 3 * next()
  const lean = next() * Math.PI
  const points = Array.from({ length: POINTS }, (_, i): PenPoint => {
    const t = i / (POINTS - 1)
    const across = (t * 2 - 1) * reach.x
    const along = Math.sin(t * turns * 2 * Math.PI) * reach.y
    const x = centre.x + across * Math.cos(lean) - along * Math.sin(lean)
    const y = centre.y + across * Math.sin(lean) + along * Math.cos(lean)
    return { x: inside(x), y: inside(y), atMs: index * STROKE_MS + i * EVENT_MS }
  })
  return { colour: pick(STROKE_COLOURS, next()), width: pick(WIDTHS, next()), points }
}

/** The drawing that is there before the pen begins: `count` strokes of another part of the same recording. */
export function startingStrokes(count: number): Stroke[] {
  return Array.from({ length: count }, (_, index) => strokeAt(index + FIRST_OF_START))
}

const FIRST_OF_START = 1_000_000

const inside = (part: number): number => Math.min(0.98, Math.max(0.02, part))

function pick<T>(all: readonly [T, ...T[]], part: number): T {
  return all[Math.floor(part * all.length)] ?? all[0]
}
