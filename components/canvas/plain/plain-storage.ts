// Drawings of the plain canvas in IndexedDB, one record a drawing.
import * as v from 'valibot'
import { inTable, type Table } from '../../session/indexed-db.ts'
import { PlainContentSchema, type PlainContent } from './plain-drawing.ts'

const DRAWINGS: Table = {
  database: 'sketchwire-plain',
  name: 'drawings',
  create: (database) => {
    database.createObjectStore('drawings')
  },
}

/** `undefined` for a drawing that is new. Throws for one that cannot be read, which must then not be written over. */
export async function loadPlain(key: string): Promise<PlainContent | undefined> {
  const found = await inTable(DRAWINGS, 'readonly', (drawings) => drawings.get(key))
  return found === undefined ? undefined : v.parse(PlainContentSchema, found)
}

export async function savePlain(key: string, content: PlainContent): Promise<void> {
  await inTable(DRAWINGS, 'readwrite', (drawings) => drawings.put(content, key))
}

/** Of every drawing that is kept. */
export async function plainKeys(): Promise<string[]> {
  return v.parse(
    v.array(v.string()),
    await inTable(DRAWINGS, 'readonly', (drawings) => drawings.getAllKeys()),
  )
}

export async function deletePlain(key: string): Promise<void> {
  await inTable(DRAWINGS, 'readwrite', (drawings) => drawings.delete(key))
}
