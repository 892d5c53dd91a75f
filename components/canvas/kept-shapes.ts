// What tldraw keeps of a drawing, seen without its code: the plain canvas, which cannot show it, is there without that.
import { openExisting, transact } from '../session/indexed-db.ts'
import { databaseOf } from './drawing-names.ts'

const RECORDS = 'records'

/** Whether it keeps any shape. Never rejects: what cannot be read cannot be spoken of. */
export async function keepsShapes(key: string): Promise<boolean> {
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
