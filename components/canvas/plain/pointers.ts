// Which of the pointers on the paper draws. One does; a second finger is a gesture of the browser (it zooms the page),
// and what the first had begun is taken back.
import type { PlainPoint } from './plain-drawing.ts'

interface Pen {
  penDown(point: PlainPoint): void
  penMove(points: readonly PlainPoint[]): void
  penUp(): void
  penCancel(): void
}

interface PointerFacts {
  readonly pointerId: number
  readonly pointerType: string
  readonly button: number
}

export class Pointers {
  readonly #pen: Pen
  readonly #touching = new Set<number>()
  #drawing: { readonly pointerId: number; readonly pointerType: string } | undefined

  constructor(pen: Pen) {
    this.#pen = pen
  }

  /** True when this pointer draws from now on. */
  down({ pointerId, pointerType, button }: PointerFacts, points: readonly PlainPoint[]): boolean {
    const isFinger = pointerType === 'touch'
    if (isFinger) this.#touching.add(pointerId)
    // The hand that holds a pen lies on the paper.
    if (isFinger && this.#drawing?.pointerType === 'touch') this.#stop(() => this.#pen.penCancel())
    const isGesture = isFinger && this.#touching.size > 1
    const point = points.at(-1)
    if (this.#drawing || isGesture || button !== 0 || !point) return false
    this.#drawing = { pointerId, pointerType }
    this.#pen.penDown(point)
    return true
  }

  move({ pointerId }: Pick<PointerFacts, 'pointerId'>, points: readonly PlainPoint[]): void {
    if (this.#drawing?.pointerId === pointerId) this.#pen.penMove(points)
  }

  up({ pointerId }: Pick<PointerFacts, 'pointerId'>): void {
    this.#touching.delete(pointerId)
    if (this.#drawing?.pointerId === pointerId) this.#stop(() => this.#pen.penUp())
  }

  /** The system took the pointer away, for a gesture say. */
  cancel({ pointerId }: Pick<PointerFacts, 'pointerId'>): void {
    this.#touching.delete(pointerId)
    if (this.#drawing?.pointerId === pointerId) this.#stop(() => this.#pen.penCancel())
  }

  #stop(how: () => void): void {
    this.#drawing = undefined
    how()
  }
}
