// The eraser on its way over the paper, from where it is put down to where it is lifted.
import { erase, erasePhoto, without, type Item } from './plain-drawing.ts'

type Place = readonly [x: number, y: number, ...more: number[]]

export class Eraser {
  readonly #before: readonly Item[]
  readonly #start: Place
  readonly #radius: number
  #left: readonly Item[]

  /** `radius` in page units. */
  constructor(items: readonly Item[], start: Place, radius: number) {
    this.#before = items
    this.#left = items
    this.#start = start
    this.#radius = radius
  }

  /** True when it touched another stroke. */
  move(points: readonly Place[]): boolean {
    const before = this.#left
    for (const [x, y] of points) this.#left = erase(this.#left, [x, y], this.#radius)
    return this.#left !== before
  }

  /** The page without the strokes that it touched so far. */
  get left(): readonly Item[] {
    return this.#left
  }

  /**
   * What it took, once it is lifted. A photo lies under what is drawn on it, and whoever takes that away wants to keep the
   * photo: it goes only when it was all that there was to take.
   */
  get taken(): readonly Item[] {
    const [x, y] = this.#start
    const left = this.#left === this.#before ? erasePhoto(this.#before, [x, y]) : this.#left
    return without(this.#before, left)
  }
}
