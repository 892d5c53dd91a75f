// Drawings of the plain canvas in IndexedDB, one record a drawing.
import * as v from 'valibot'
import { PlainContentSchema, type PlainContent } from './plain-drawing.ts'

const DATABASE = 'sketchwire-plain'
const STORE = 'drawings'

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'))
  })
}

async function withDrawings<T>(
  mode: IDBTransactionMode,
  use: (drawings: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await settle(opening)
  try {
    return await settle(use(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

/** `undefined` for a drawing that is new, or that a later version wrote differently. */
export async function loadPlain(key: string): Promise<PlainContent | undefined> {
  const found: unknown = await withDrawings('readonly', (drawings) => drawings.get(key))
  const checked = v.safeParse(PlainContentSchema, found)
  return checked.success ? checked.output : undefined
}

export async function savePlain(key: string, content: PlainContent): Promise<void> {
  await withDrawings('readwrite', (drawings) => drawings.put(content, key))
}
