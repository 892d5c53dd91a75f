// What tldraw keeps of a drawing, seen without its code: the plain canvas, which cannot show it, is there without that.
import * as v from 'valibot'
import { openExisting, transact } from '../session/indexed-db.ts'
import { readUnsaved } from '../session/unsaved.ts'
import { databaseOf } from './drawing-names.ts'

const RECORDS = 'records'
/** Of what its last page left, which is all there is where IndexedDB refused the drawing. */
const LeftSchema = v.object({ put: v.array(v.object({ typeName: v.string() })) })

/** Whether it keeps any shape. Never rejects: what cannot be read cannot be spoken of. */
export async function keepsShapes(key: string): Promise<boolean> {
  const left = readUnsaved(key, LeftSchema)
  if (left?.put.some(({ typeName }) => typeName === 'shape')) return true
  try {
    const database = await openExisting(databaseOf(key))
    if (!database) return false
    try {
      const [count] = await transact(database.transaction(RECORDS, 'readonly'), (transaction) => [
        transaction.objectStore(RECORDS).count(IDBKeyRange.bound('shape:', 'shape;')),
      ])
      return count !== 0
    } finally {
      database.close()
    }
  } catch {
    return false
  }
}
