// What two tabs drew on the same page, as one page.
import type { Item } from './plain-drawing.ts'
import { nameOf } from './plain-names.ts'

/** What another tab shows, in names, with what this one may not have of it. */
export interface Told {
  readonly items: readonly Item[]
  /** Names of everything on its page, lowest first. */
  readonly page: readonly string[]
  /** Names of what its last step took away. */
  readonly gone: readonly string[]
}

/**
 * The other tab's page, with what is only on this one on top of it: nothing that either drew is lost. What both have
 * stays the object that it is here, which is outlined already. What neither `mine` nor `items` has is left out.
 */
export function mergeItems(mine: readonly Item[], { items, page, gone }: Told): readonly Item[] {
  const known = new Map([...items, ...mine].map((item) => [nameOf(item), item]))
  const settled = new Set([...page, ...gone])
  return [
    ...page.flatMap((name) => known.get(name) ?? []),
    ...mine.filter((item) => !settled.has(nameOf(item))),
  ]
}

/** Names that `pages` have and `items` have not. */
export function lackingIn(items: readonly Item[], pages: readonly Pick<Told, 'page'>[]): string[] {
  const known = new Set(items.map(nameOf))
  return [...new Set(pages.flatMap(({ page }) => page))].filter((name) => !known.has(name))
}
