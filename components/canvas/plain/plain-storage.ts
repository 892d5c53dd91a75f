// Drawings of the plain canvas in IndexedDB: one record an item, so that a stroke writes itself and not every photo
// beside it, and one record a drawing, which has the order of its items. Both in the table that earlier versions had, in
// the database's version that they ask for: a page of theirs that is still open, or is put back, can write.
import * as v from 'valibot'
import { asked, inTables, openExisting, type Tables } from '../../session/indexed-db.ts'
import { ItemSchema, PlainContentSchema, type Item, type PlainContent } from './plain-drawing.ts'
import { named, nameOf } from './plain-names.ts'

/** A drawing's key is a text, and an item's its drawing's and its own name. */
const PLAIN: Tables<'drawings'> = {
  database: 'sketchwire-plain',
  version: 1,
  names: ['drawings'],
  create: (database) => database.createObjectStore('drawings'),
}

const OrderSchema = v.object({
  plain: v.literal(1),
  /** Names of its items, lowest first. */
  order: v.array(v.string()),
})
/** What an earlier version wrote is all in its record; the next write takes it apart. */
const DrawingSchema = v.union([OrderSchema, PlainContentSchema])

/** All items of one drawing, whose keys are its own and the item's name. */
const itemsOf = (key: string) => IDBKeyRange.bound([key], [key, []])

/** Whether anything was ever kept here; asking makes no database. */
export async function isPlainThere(): Promise<boolean> {
  const database = await openExisting(PLAIN.database)
  database?.close()
  return database !== undefined
}

/** `undefined` for a drawing that is new. Throws for one that cannot be read, which must then not be written over. */
export async function loadPlain(key: string): Promise<PlainContent | undefined> {
  return inTables(PLAIN, 'readonly', async ({ drawings }) => {
    const found: unknown = await asked(drawings.get(key))
    if (found === undefined) return undefined
    const kept = v.parse(DrawingSchema, found)
    if ('items' in kept) return kept
    const [values, keys] = await Promise.all([
      asked(drawings.getAll(itemsOf(key))),
      asked(drawings.getAllKeys(itemsOf(key))),
    ])
    const known = new Map(keys.map((of, at) => [v.parse(ItemKeySchema, of)[1], values[at] as unknown]))
    return { plain: 1, items: kept.order.flatMap((name) => itemOf(name, known.get(name)) ?? []) }
  })
}

const ItemKeySchema = v.tuple([v.string(), v.string()])

function itemOf(name: string, found: unknown): Item | undefined {
  if (found === undefined) return undefined
  const item = v.parse(ItemSchema, found)
  named(item, name)
  return item
}

/**
 * Writes what of `page` is not stored yet, takes away what is stored and not on it, and keeps the order. What another tab
 * has stored, so that it is not among the names `seen` here, stays: on top. Throws what IndexedDB throws, and for a
 * drawing that a later version has written.
 */
export async function savePlain(
  key: string,
  page: readonly Item[],
  seen: ReadonlySet<string>,
): Promise<void> {
  await inTables(PLAIN, 'readwrite', async ({ drawings }) => {
    const found: unknown = await asked(drawings.get(key))
    const kept = found === undefined ? { order: [] } : v.parse(DrawingSchema, found)
    const isApart = 'order' in kept
    // Of before an earlier version wrote all of it.
    if (!isApart) drawings.delete(itemsOf(key))
    const before = isApart ? kept.order : kept.items.map(nameOf)
    const order = [...page.map(nameOf), ...before.filter((name) => !seen.has(name))]
    const wanted = new Map([...(isApart ? [] : kept.items), ...page].map((item) => [nameOf(item), item]))
    const stored = new Set(isApart ? before : [])
    const ordered = new Set(order)
    for (const name of ordered) {
      const item = wanted.get(name)
      if (item && !stored.has(name)) drawings.put(item, [key, name])
    }
    for (const name of stored) if (!ordered.has(name)) drawings.delete([key, name])
    drawings.put({ plain: 1, order }, key)
  })
}

/** Of every drawing that is kept. */
export async function plainKeys(): Promise<string[]> {
  return inTables(PLAIN, 'readonly', async ({ drawings }) =>
    (await asked(drawings.getAllKeys())).filter((key) => typeof key === 'string'),
  )
}

export async function deletePlain(key: string): Promise<void> {
  await inTables(PLAIN, 'readwrite', async ({ drawings }) => {
    drawings.delete(key)
    drawings.delete(itemsOf(key))
  })
}
