// Drawings that something else took the place of, in IndexedDB. Everything but the drawing is in its key: a list of them
// is read without the photos that are in them.
import * as v from 'valibot'
import { DrawingContentSchema, type DrawingContent } from '../canvas/drawing-content.ts'
import { inTable, type Table } from './indexed-db.ts'

const BEFORES: Table = {
  database: 'sketchwire-befores',
  name: 'befores',
  create: (database) => {
    database.createObjectStore('befores')
  },
}

/** Ids of drawings hold no colon, after which comes the semicolon. */
const rangeOf = (drawing: string) => IDBKeyRange.bound(`${drawing}:`, `${drawing};`)

/** Keys begin with the id of the drawing and a colon. */
export async function listBefores(drawing: string): Promise<string[]> {
  return v.parse(
    v.array(v.string()),
    await inTable(BEFORES, 'readonly', (befores) => befores.getAllKeys(rangeOf(drawing))),
  )
}

/** `undefined` for one that is gone, or that a later version wrote differently. */
export async function loadBefore(key: string): Promise<DrawingContent | undefined> {
  const found = await inTable(BEFORES, 'readonly', (befores) => befores.get(key))
  const result = v.safeParse(DrawingContentSchema, found)
  return result.success ? result.output : undefined
}

export async function saveBefore(key: string, content: DrawingContent): Promise<void> {
  await inTable(BEFORES, 'readwrite', (befores) => befores.put(content, key))
}

export async function deleteBefore(key: string): Promise<void> {
  await inTable(BEFORES, 'readwrite', (befores) => befores.delete(key))
}

/** All of one drawing. */
export async function deleteBefores(drawing: string): Promise<void> {
  await inTable(BEFORES, 'readwrite', (befores) => befores.delete(rangeOf(drawing)))
}
