// Pinned results in IndexedDB: picture, words, settings and drawing of a moment, by drawing.
import * as v from 'valibot'
import { DrawParamsSchema } from '../../lib/protocol/params.ts'
import { DrawingContentSchema } from '../canvas/drawing-content.ts'

const PinSchema = v.object({
  id: v.string(),
  drawing: v.string(),
  atMs: v.number(),
  picture: v.blob(),
  width: v.number(),
  height: v.number(),
  params: DrawParamsSchema,
  content: DrawingContentSchema,
})
export type Pin = v.InferOutput<typeof PinSchema>

const DATABASE = 'sketchwire'
const STORE = 'pins'

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB refused'))
  })
}

async function withPins<T>(
  mode: IDBTransactionMode,
  use: (pins: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1)
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(STORE, { keyPath: 'id' }).createIndex('drawing', 'drawing')
  }
  const database = await settle(opening)
  try {
    return await settle(use(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

/** Pins of one drawing, newest first; what a later version wrote differently is left out. */
export async function loadPins(drawing: string): Promise<Pin[]> {
  const all = await withPins('readonly', (pins) => pins.index('drawing').getAll(drawing))
  const known = all.flatMap((pin: unknown) => {
    const result = v.safeParse(PinSchema, pin)
    return result.success ? [result.output] : []
  })
  return known.sort((a, b) => b.atMs - a.atMs)
}

/** Throws what IndexedDB throws, `QuotaExceededError` among it. */
export async function savePin(pin: Pin): Promise<void> {
  await withPins('readwrite', (pins) => pins.put(pin))
}

export async function deletePin(id: string): Promise<void> {
  await withPins('readwrite', (pins) => pins.delete(id))
}
