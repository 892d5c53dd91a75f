// What a page that goes leaves of a plain drawing in localStorage, which is small: not the drawing, but what storage may
// not have of it. Storage may end with any of the writes that are under way, or with none of them.
import * as v from 'valibot'
import { PlainContentSchema, type Item } from './plain-drawing.ts'
import { mergeItems } from './plain-merge.ts'
import { nameOf } from './plain-names.ts'

type Items = readonly Item[]

const { plain, items } = PlainContentSchema.entries
export const LeftSchema = v.object({
  plain,
  /** Those of the page that storage may lack; all of them where `page` is missing, as an earlier version left it. */
  items,
  /** Names of everything on the page, lowest first. */
  page: v.optional(v.array(v.string())),
  /** Names of what storage may have still and the page has no more. */
  gone: v.optional(v.array(v.string()), []),
  /** Drawn without what is stored, which could not be read; it belongs on top of that. */
  apart: v.optional(v.boolean(), false),
})
export type Left = v.InferOutput<typeof LeftSchema>

/** What brings `page` back whichever of the pages `stored` is found. */
export function leftOf(page: Items, stored: readonly Items[]): Left {
  const sets = stored.map((one) => new Set(one))
  const isSafe = (item: Item) => sets.length > 0 && sets.every((set) => set.has(item))
  const here = new Set(page)
  const gone = new Set(stored.flat().filter((item) => !here.has(item)))
  return {
    plain: 1,
    items: page.filter((item) => !isSafe(item)),
    page: page.map(nameOf),
    gone: [...gone].map(nameOf),
    apart: false,
  }
}

/** The page that was left. What is stored and not known to it was drawn in another tab since, and stays, on top. */
export function joinLeft({ items: left, page, gone, apart }: Left, stored: Items): Items {
  if (!apart) return page ? mergeItems(stored, { items: left, page, gone }) : left
  const taken = new Set(gone)
  const rest = stored.filter((item) => !taken.has(nameOf(item)))
  return mergeItems(left, { items: rest, page: rest.map(nameOf), gone: [] })
}

/** What was drawn without what is stored, which could not be read; `gone` is what is known to be gone from that. */
export function apartOf(page: Items, gone: readonly string[]): Left {
  return { plain: 1, items: [...page], gone: [...gone], apart: true }
}
