// Where a plain drawing is kept: in IndexedDB, in the other tabs that show it, and in localStorage when the page goes.
import type { Clock } from '../../../lib/std/clock.ts'
import {
  forgetOnceWritten,
  forgetUnsaved,
  leaveUnsaved,
  onLeaving,
  onPlain,
  readUnsaved,
} from '../../session/unsaved.ts'
import { Keeper } from '../keeper.ts'
import { without, type Item } from './plain-drawing.ts'
import { apartOf, joinLeft, leftOf, LeftSchema } from './plain-left.ts'
import { nameOf } from './plain-names.ts'
import { loadPlain, savePlain } from './plain-storage.ts'
import { PlainTabs } from './plain-tabs.ts'

type Items = readonly Item[]

interface Page {
  items(): Items
  /** Whether this browser keeps the drawing. */
  onKept(kept: boolean): void
  /** Another tab said something, which `merge` takes over. */
  onHeard(): void
}

const TIMERS: Pick<Clock, 'setTimer'> = {
  setTimer: (run, delayMs) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

export class PlainKeeping {
  readonly #key: string
  readonly #page: Page
  readonly #tabs: PlainTabs
  readonly #keeper: Keeper
  /** The page as IndexedDB has it. */
  #stored: Items = []
  /** The page that is being written. */
  #writing: Items | undefined
  /** Names of all that was ever on the page: what is stored beside that is another tab's. */
  readonly #seen = new Set<string>()
  #isReadable = true
  /** Names of what is gone from what cannot be read, where the page is drawn without that. */
  #apart: readonly string[] | undefined
  #isKept = true
  #stopLeaving: (() => void) | undefined
  #isOpen = true

  constructor(key: string, page: Page, clock = TIMERS) {
    this.#key = key
    this.#page = page
    this.#tabs = new PlainTabs(key, () => page.onHeard())
    this.#keeper = new Keeper({ write: () => this.#write(), onKept: (kept) => this.#say(kept), clock })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** What was kept; nothing for a new drawing. What cannot be read is not written over, and the drawing goes on unkept. */
  async load(): Promise<Items> {
    const left = readUnsaved(onPlain(this.#key), LeftSchema)
    try {
      this.#stored = (await loadPlain(this.#key))?.items ?? []
    } catch {
      this.#isReadable = false
      // An earlier version left the whole page.
      const isWhole = left && !left.apart && !left.page
      this.#apart = isWhole ? undefined : (left?.gone ?? [])
      this.#say(false)
      return left?.items ?? []
    }
    this.#see(this.#stored)
    return left ? joinLeft(left, this.#stored) : this.#stored
  }

  /** The drawing is on the page, and what the page shows is the truth from now on. */
  start(): void {
    forgetUnsaved(onPlain(this.#key))
    this.#stopLeaving = onLeaving(onPlain(this.#key), () => {
      this.#leave()
      // It may be in time, and is where the page only hides.
      void this.#keeper.flush()
    })
    const now = this.#page.items()
    if (!this.#isStored(now)) this.#keep({ items: without(now, this.#stored), gone: [] })
    this.#tabs.ask()
  }

  /** Keeps what is on the page now, and tells the step that led there. */
  keep(before: Items): void {
    const now = this.#page.items()
    this.#keep({ items: without(now, before), gone: without(before, now) })
  }

  #keep(step: { readonly items: Items; readonly gone: Items }): void {
    this.keepTold()
    if (!this.#stopLeaving) return
    this.#see(step.items)
    this.#tabs.tell(this.#page.items(), step)
    // Too large for what a page that goes can leave in localStorage.
    if (step.items.some(({ kind }) => kind === 'photo')) void this.#keeper.flush()
  }

  /** Keeps what another tab told: that one may be gone before it has. */
  keepTold(): void {
    if (this.#stopLeaving && this.#isReadable) this.#keeper.soon()
  }

  /** The page with what other tabs told since. */
  merge(page: Items): Items {
    return this.#tabs.merge(page, this.#seen)
  }

  /** Tells other tabs what they asked for; the page has all that they told. */
  answer(): void {
    if (this.#stopLeaving) this.#tabs.answer(this.#page.items(), this.#storable())
  }

  async #write(): Promise<void> {
    const page = this.#page.items()
    this.#see(page)
    this.#writing = page
    try {
      // What is seen while the database opens is not on this page.
      await savePlain(this.#key, page, new Set(this.#seen))
      this.#stored = page
    } finally {
      this.#writing = undefined
    }
  }

  #see(items: Items): void {
    for (const item of items) this.#seen.add(nameOf(item))
  }

  #say(kept: boolean): void {
    this.#isKept = kept
    if (this.#isOpen) this.#page.onKept(kept)
  }

  #isStored(now: Items): boolean {
    return now === this.#stored || now.length + this.#stored.length === 0
  }

  /** The pages that storage may end with. */
  #storable(): readonly Items[] {
    return this.#writing ? [this.#stored, this.#writing] : [this.#stored]
  }

  /** Leaves what IndexedDB may not have yet for the next page that opens this drawing. */
  #leave(): void {
    const now = this.#page.items()
    if (this.#isKept && !this.#writing && this.#isStored(now)) return
    if (this.#apart && now.length === 0) return
    const left = this.#apart ? apartOf(now, this.#apart) : leftOf(now, this.#storable())
    leaveUnsaved(onPlain(this.#key), left, { unkept: !this.#isKept })
  }

  close(): void {
    this.#isOpen = false
    const wasDrawn = this.#stopLeaving !== undefined
    this.#stopLeaving?.()
    this.#stopLeaving = undefined
    this.#tabs.close()
    const now = this.#page.items()
    const forget = forgetOnceWritten(onPlain(this.#key))
    void this.#keeper.stop().then(() => {
      if (wasDrawn && this.#stored === now) forget()
    })
  }
}
