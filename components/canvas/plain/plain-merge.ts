// What two tabs drew on the same page, as one page.
import type { Item } from './plain-drawing.ts'

/** What another tab shows, and what its last step took away. */
export interface Told {
  readonly items: readonly Item[]
  readonly gone: readonly Item[]
}

/**
 * The other tab's page, with what is only on this one on top of it: nothing that either drew is lost. What both have
 * stays the object that it is here, which is outlined already.
 */
export function mergeItems(mine: readonly Item[], { items: theirs, gone }: Told): readonly Item[] {
  const known = new Map(mine.map((item) => [nameOf(item), item]))
  const names = theirs.map(nameOf)
  const settled = new Set([...names, ...gone.map(nameOf)])
  const shared = theirs.map((item, at) => known.get(names[at] ?? '') ?? item)
  return [...shared, ...mine.filter((item) => !settled.has(nameOf(item)))]
}

/** Equal for equal items, in whichever tab. */
function nameOf(item: Item): string {
  if (item.kind === 'photo') return JSON.stringify([item.src, item.x, item.y, item.w, item.h])
  return JSON.stringify([item.colour, item.width, item.filled, item.points])
}
