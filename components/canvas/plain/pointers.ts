// Which of the pointers on the paper draws. One does; a second finger is a gesture of the browser (it zooms the page),
// and what the first had begun is taken back. A pen comes before fingers: the hand that holds it lies on the paper, and
// often lands first.
import type { PlainPoint } from './plain-drawing.ts'

/** What touches the paper: a finger or a mouse, a pen's tip, or the end of it that erases. */
export type Touch = 'hand' | 'tip' | 'eraser'

interface Paper {
  /** A pen draws here, and fingers do not. */
  readonly isPenOnly: boolean
  penDown(point: PlainPoint, touch: Touch): void
  penMove(points: readonly PlainPoint[]): void
  penUp(): void
  penCancel(): void
}

interface PointerFacts {
  readonly pointerId: number
  readonly pointerType: string
  readonly button: number
  /** Bits of all that are pressed. */
  readonly buttons: number
}

/** The eraser end of a pen, as `button` and among `buttons` (Pointer Events, "Chorded button interactions"). */
const ERASER_BUTTON = 5
const ERASER_BIT = 32

export class Pointers {
  readonly #paper: Paper
  readonly #touching = new Set<number>()
  #drawing: { readonly pointerId: number; readonly pointerType: string } | undefined

  constructor(paper: Paper) {
    this.#paper = paper
  }

  /** True when this pointer draws from now on. */
  down(facts: PointerFacts, points: readonly PlainPoint[]): boolean {
    const { pointerId, pointerType } = facts
    const isFinger = pointerType === 'touch'
    if (isFinger) this.#touching.add(pointerId)
    const touch = touchOf(facts)
    const point = points.at(-1)
    if (!touch || !point) return false
    const givesWay = this.#drawing?.pointerType === 'touch' && (isFinger || pointerType === 'pen')
    if (givesWay) this.#stop(() => this.#paper.penCancel())
    const isIdle = isFinger && (this.#touching.size > 1 || this.#paper.isPenOnly)
    if (this.#drawing || isIdle) return false
    this.#drawing = { pointerId, pointerType }
    this.#paper.penDown(point, touch)
    return true
  }

  move({ pointerId }: Pick<PointerFacts, 'pointerId'>, points: readonly PlainPoint[]): void {
    if (this.#drawing?.pointerId === pointerId) this.#paper.penMove(points)
  }

  up({ pointerId }: Pick<PointerFacts, 'pointerId'>): void {
    this.#touching.delete(pointerId)
    if (this.#drawing?.pointerId === pointerId) this.#stop(() => this.#paper.penUp())
  }

  /** The system took the pointer away, for a gesture say. */
  cancel({ pointerId }: Pick<PointerFacts, 'pointerId'>): void {
    this.#touching.delete(pointerId)
    if (this.#drawing?.pointerId === pointerId) this.#stop(() => this.#paper.penCancel())
  }

  #stop(how: () => void): void {
    this.#drawing = undefined
    how()
  }
}

/** `undefined` for a button that does not draw. */
function touchOf({ pointerType, button, buttons }: PointerFacts): Touch | undefined {
  const isPen = pointerType === 'pen'
  if (isPen && (button === ERASER_BUTTON || (buttons & ERASER_BIT) !== 0)) return 'eraser'
  if (button !== 0) return undefined
  return isPen ? 'tip' : 'hand'
}
