// Where a plain drawing is kept: in IndexedDB, in the other tabs that show it, and in localStorage when the page goes.
import * as v from 'valibot'
import { forgetUnsaved, leaveUnsaved, onLeaving, readUnsaved } from '../../session/unsaved.ts'
import { PlainContentSchema, type Item } from './plain-drawing.ts'
import { apartOf, joinLeft, leftOf, LeftSchema } from './plain-left.ts'
import type { Told } from './plain-merge.ts'
import { loadPlain, savePlain } from './plain-storage.ts'

const { plain, items } = PlainContentSchema.entries
const ToldSchema = v.object({ plain, items, gone: items })

interface Page {
  items(): readonly Item[]
  /** Whether this browser keeps the drawing. */
  onKept(kept: boolean): void
  /** Another tab drew on the same page. */
  onTold(told: Told): void
}

export class PlainKeeping {
  readonly #key: string
  readonly #page: Page
  readonly #tabs: BroadcastChannel | undefined
  /** The page as IndexedDB has it. */
  #stored: readonly Item[] = []
  /** Pages that are being written. */
  #writing: readonly (readonly Item[])[] = []
  #isReadable = true
  /** Names of what is gone from what cannot be read, where the page is drawn without that. */
  #apart: readonly string[] | undefined
  #isKept = true
  #stopLeaving: (() => void) | undefined
  #isOpen = true

  /** Listens to the other tabs at once: what they draw while this one loads is not told again. */
  constructor(key: string, page: Page) {
    this.#key = key
    this.#page = page
    this.#tabs = openTabs(key)
    if (!this.#tabs) return
    this.#tabs.onmessage = ({ data }: MessageEvent<unknown>) => {
      const { success, output } = v.safeParse(ToldSchema, data)
      if (success) page.onTold(output)
    }
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** What was kept; nothing for a new drawing. What cannot be read is not written over, and the drawing goes on unkept. */
  async load(): Promise<readonly Item[]> {
    const left = readUnsaved(this.#key, LeftSchema)
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
    return left ? joinLeft(left, this.#stored) : this.#stored
  }

  /** The drawing is on the page, and what the page shows is the truth from now on. */
  start(): void {
    forgetUnsaved(this.#key)
    this.#stopLeaving = onLeaving(this.#key, () => this.#leave())
    const now = this.#page.items()
    if (now !== this.#stored && now.length + this.#stored.length > 0) this.keep([])
  }

  /** Keeps what is on the page now; `gone` is what the last step took away. */
  keep(gone: readonly Item[]): void {
    this.keepTold()
    if (this.#stopLeaving) this.#tabs?.postMessage({ plain: 1, items: this.#page.items(), gone })
  }

  /** Keeps what another tab told: that one may be gone before it has. */
  keepTold(): void {
    if (this.#stopLeaving && this.#isReadable) void this.#save()
  }

  async #save(): Promise<void> {
    const page = this.#page.items()
    this.#writing = [...this.#writing, page]
    try {
      await savePlain(this.#key, { plain: 1, items: [...page] })
      this.#stored = page
      this.#say(true)
    } catch {
      this.#say(false)
    }
    const at = this.#writing.indexOf(page)
    this.#writing = this.#writing.filter((_, other) => other !== at)
  }

  #say(kept: boolean): void {
    this.#isKept = kept
    if (this.#isOpen) this.#page.onKept(kept)
  }

  /** Leaves what IndexedDB may not have yet for the next page that opens this drawing. */
  #leave(): void {
    if (this.#isKept && this.#writing.length === 0) return
    const now = this.#page.items()
    if (this.#apart && now.length === 0) return
    const left = this.#apart ? apartOf(now, this.#apart) : leftOf(now, [this.#stored, ...this.#writing])
    leaveUnsaved(this.#key, left, { unkept: !this.#isKept })
  }

  close(): void {
    this.#isOpen = false
    this.#stopLeaving?.()
    this.#stopLeaving = undefined
    this.#tabs?.close()
  }
}

/** Nothing where the browser refuses storage: Firefox counts this as such, and throws. */
function openTabs(key: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(`sketchwire-plain-${key}`)
  } catch {
    return undefined
  }
}
