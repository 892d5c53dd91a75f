// Plays the scripted drawing in time, on whichever canvas.
import { type Stroke, strokeAt, STROKE_MS } from '../../lib/benchmark/recording.ts'

/** Strokes that stay before the oldest played one goes: a long run must not become a larger drawing. */
const STROKES_KEPT = 24
const EVENT_MS = 16

export interface PenMove {
  /** Of the stroke, from 0. */
  readonly index: number
  readonly stroke: Stroke
  /** How many of its points the pen has passed; two at least. */
  readonly points: number
}

interface PenPlayer {
  draw(move: PenMove): void
  /** A stroke that was drawn before has to go. */
  remove(index: number): void
  /** After every pointer event. */
  onPen(): void
}

/** Moves the pen from now on; returns the end of it. */
export function playPen({ draw, remove, onPen }: PenPlayer): () => void {
  const startMs = performance.now()
  const drawn: number[] = []
  let last = { index: -1, points: 0 }
  const event = () => {
    const atMs = performance.now() - startMs
    const index = Math.floor(atMs / STROKE_MS)
    const stroke = strokeAt(index)
    const points = stroke.points.filter((point) => point.atMs <= atMs).length
    if (points < 2 || (last.index === index && last.points === points)) return
    last = { index, points }
    if (drawn.at(-1) !== index) drawn.push(index)
    draw({ index, stroke, points })
    if (drawn.length > STROKES_KEPT) drawn.splice(0, 1).forEach(remove)
    onPen()
  }
  const timer = setInterval(event, EVENT_MS)
  return () => clearInterval(timer)
}
