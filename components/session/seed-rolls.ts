// An unlocked seed: another one with each stroke after a pause of the pen, and none for a drawing that comes with its own.
// Undo and redo bring back the seed with the drawing, and with it the picture that was.
import type { SketchClient } from '../../lib/client/types.ts'
import type { Change } from '../canvas/drawing-surface.ts'
import { randomSeed } from './seed.ts'

/** A pause of the pen after which an unlocked seed changes. */
const PAUSE_MS = 700
/** A pause of other tabs after which what they drew is looked at. */
const SETTLED_MS = 300
/** Drawings whose seed is remembered: more steps than either canvas can undo in one go of work. */
const REMEMBERED = 500

interface Rolled extends Pick<SketchClient, 'setParams'> {
  readonly store: { getState(): { readonly params: { readonly seed: number } | undefined } }
}

interface Page {
  isLocked(): boolean
  /** The pen is down. */
  isBusy(): boolean
  /** Equal for equal drawings. */
  scene(): number
}

export class SeedRolls {
  readonly #client: Rolled
  readonly #page: Page
  /** Of drawings that have been on the page. */
  readonly #seeds = new Map<number, number>()
  /** The drawing on the page, unless the pen is at it. */
  #scene: number | undefined
  #isStroke = false
  #lastMs = -Infinity
  #brought = false
  /** Runs while others draw. */
  #settling: ReturnType<typeof setTimeout> | undefined

  constructor(client: Rolled, page: Page) {
    this.#client = client
    this.#page = page
  }

  /** The canvas says that the drawing changed. */
  heard({ own }: Change): void {
    this.#remember()
    if (own) this.#heardOwn()
    else this.#settling = setTimeout(() => this.#settle(), SETTLED_MS)
  }

  #heardOwn(): void {
    const isBusy = this.#page.isBusy()
    const paused = !this.#isStroke && performance.now() - this.#lastMs > PAUSE_MS
    const brought = this.#brought
    this.#scene = isBusy ? undefined : this.#page.scene()
    const known = this.#scene === undefined ? undefined : this.#seeds.get(this.#scene)
    if (!brought && known !== undefined) this.#set(known)
    else if (!brought && paused) this.#set(randomSeed())
    this.#isStroke = isBusy
    this.#lastMs = performance.now()
    this.#brought = false
  }

  /** Others draw sixty times a second: of what they drew only the end is a drawing with a seed of its own. */
  #settle(): void {
    this.#settling = undefined
    if (!this.#page.isBusy()) this.#scene = this.#page.scene()
  }

  /** There is a page, with whatever is on it. */
  opened(): void {
    this.#scene = this.#page.scene()
  }

  /** The pen was lifted. Of a stroke whose end changes nothing the canvas tells no more, of any other a frame later. */
  lifted(): void {
    if (!this.#isStroke) return
    this.#isStroke = false
    this.#lastMs = performance.now()
    const scene = this.#page.scene()
    if (!this.#seeds.has(scene)) this.#scene = scene
  }

  /** Whether the change that is heard next is no stroke: tldraw tells of one a frame after it was made. */
  spareNext(brought: boolean): void {
    this.#remember()
    this.#brought = brought
  }

  /** Whoever sets the seed by hand does so for the drawing that is there. */
  #remember(): void {
    clearTimeout(this.#settling)
    this.#settling = undefined
    const { params } = this.#client.store.getState()
    if (this.#scene === undefined || !params) return
    this.#seeds.delete(this.#scene)
    this.#seeds.set(this.#scene, params.seed)
    this.#scene = undefined
    const [oldest] = this.#seeds.keys()
    if (oldest !== undefined && this.#seeds.size > REMEMBERED) this.#seeds.delete(oldest)
  }

  #set(seed: number): void {
    const { params } = this.#client.store.getState()
    if (params && params.seed !== seed && !this.#page.isLocked()) this.#client.setParams({ seed })
  }
}
