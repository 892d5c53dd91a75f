// The pen on its way over the paper, from where it is put down to where it is lifted. A long line is made of pieces: the
// one under the pen is outlined anew at every frame, and must not grow with the line.
import { isClosed, type PlainPoint, type Stroke } from './plain-drawing.ts'

/** As tldraw cuts them. */
const PIECE_POINTS = 600
/** Points that a piece begins with: the outline of the one before lags behind its last point. */
const SHARED = 2

export class PenLine {
  readonly #look: Omit<Stroke, 'points' | 'filled'>
  #pieces: readonly Stroke[] = []
  /** Points of the piece under the pen. */
  #points: readonly PlainPoint[]
  /** The same object for as long as it does not grow: it is outlined once, however often it is asked for. */
  #top: Stroke | undefined

  constructor(look: Pick<Stroke, 'colour' | 'width'>, start: PlainPoint) {
    this.#look = { kind: 'stroke', colour: look.colour, width: look.width }
    this.#points = [start]
  }

  move(points: readonly PlainPoint[]): void {
    let open = [...this.#points, ...points]
    while (open.length > PIECE_POINTS) {
      const piece = open.slice(0, PIECE_POINTS)
      this.#pieces = [...this.#pieces, this.#stroke(piece)]
      open = open.slice(PIECE_POINTS - SHARED)
    }
    this.#points = open
    this.#top = undefined
  }

  /** The line so far. */
  get strokes(): readonly Stroke[] {
    this.#top ??= this.#stroke(this.#points)
    return [...this.#pieces, this.#top]
  }

  /** The line once it is lifted: a closed one is a single shape again where it is to be `filled`. */
  lifted(filled: boolean): readonly Stroke[] {
    const { strokes } = this
    const points = strokes.flatMap((stroke, at) => stroke.points.slice(at === 0 ? 0 : SHARED))
    return filled && isClosed(points) ? [{ ...this.#stroke(points), filled: true }] : strokes
  }

  #stroke(points: readonly PlainPoint[]): Stroke {
    return { ...this.#look, filled: false, points: [...points] }
  }
}
