// What was on the page before something else took its place. Undo has it for as long as the page is open; a browser that
// throws the page out of memory, as tablets do, throws that away too. So the last few are kept in the browser.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { DrawingContent, DrawingSurface } from '../canvas/drawing-surface.ts'
import { deleteBefore, deleteBefores, listBefores, loadBefore, saveBefore } from './befores-database.ts'
import { isEmbedded } from './drawing-id.ts'

const WHYS = ['cleared', 'pin', 'picture', 'brought'] as const
/** What took its place: nothing, a pin's drawing, the picture, or another one of these. */
export type Why = (typeof WHYS)[number]

export interface Before {
  readonly key: string
  readonly why: Why
  readonly atMs: number
}

export interface BeforesDatabase {
  list(drawing: string): Promise<string[]>
  load(key: string): Promise<DrawingContent | undefined>
  save(key: string, content: DrawingContent): Promise<void>
  delete(key: string): Promise<void>
  deleteAll(drawing: string): Promise<void>
}

const BROWSER: BeforesDatabase = {
  list: listBefores,
  load: loadBefore,
  save: saveBefore,
  delete: deleteBefore,
  deleteAll: deleteBefores,
}

/** Photos make a drawing large. */
const MOST = 3

type Page = Pick<DrawingSurface, 'hold'> & {
  readonly store: { getState(): { readonly ready: boolean; readonly empty: boolean } }
}

export class Befores {
  /** Newest first. */
  readonly store: StoreApi<{ readonly list: readonly Before[] }>
  readonly #drawing: string
  readonly #page: Page
  readonly #database: BeforesDatabase

  constructor(drawing: string, page: Page, database = BROWSER) {
    this.#drawing = drawing
    this.#page = page
    this.#database = database
    this.store = createStore(() => ({ list: [] }))
  }

  /** Throws what IndexedDB throws. */
  async load(): Promise<void> {
    const keys = await this.#database.list(this.#drawing)
    const list = keys.flatMap((key) => beforeOf(key) ?? []).sort((a, b) => b.atMs - a.atMs)
    this.store.setState({ list })
  }

  /**
   * Holds what is on the page now; what it returns keeps that, to be called once something else is there. A canvas in
   * somebody else's page has no menu that could bring it back, and keeps nothing.
   */
  hold(why: Why): () => void {
    const { ready, empty } = this.#page.store.getState()
    if (!ready || empty || isEmbedded(this.#drawing)) return () => undefined
    const content = this.#page.hold()
    const atMs = Date.now()
    const before = { key: `${this.#drawing}:${atMs}:${why}`, why, atMs }
    return () => void this.#keep(before, content)
  }

  async #keep(before: Before, content: () => Promise<DrawingContent>): Promise<void> {
    try {
      await this.#database.save(before.key, await content())
      const list = [before, ...this.store.getState().list]
      this.store.setState({ list: list.slice(0, MOST) })
      for (const { key } of list.slice(MOST)) await this.#database.delete(key)
    } catch {
      // Undo has it still. Nobody asked for this one, so nobody is told.
    }
  }

  /** `undefined` for one that is gone. Throws what IndexedDB throws. */
  read({ key }: Before): Promise<DrawingContent | undefined> {
    return this.#database.load(key)
  }

  /** It is on the page again. */
  async drop({ key }: Before): Promise<void> {
    this.store.setState(({ list }) => ({ list: list.filter((before) => before.key !== key) }))
    await this.#database.delete(key)
  }

  /** Makes room for what somebody asked to keep. Returns whether there was any to make. */
  async dropAll(): Promise<boolean> {
    const { list } = this.store.getState()
    this.store.setState({ list: [] })
    await this.#database.deleteAll(this.#drawing)
    return list.length > 0
  }
}

function beforeOf(key: string): Before | undefined {
  const [, at, said] = key.split(':')
  const why = WHYS.find((known) => known === said)
  return why && { key, why, atMs: Number(at) }
}
