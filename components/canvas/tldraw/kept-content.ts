// A drawing as it is kept, read without an editor.
import type { TLContent, TLRecord, TLStoreSnapshot } from 'tldraw'
import { AppError } from '../../../lib/std/errors.ts'
import { readUnsaved } from '../../session/unsaved.ts'
import { contentOfRecords } from './content-of-records.ts'
import { DrawingDatabase } from './drawing-database.ts'
import { ChangesSchema, type Changes } from './unsaved-changes.ts'

/**
 * `undefined` when nothing is kept under `key`. Throws what IndexedDB throws, and AppError with the remedy; an `outline`
 * has no photos.
 */
export async function keptContent(
  key: string,
  { outline }: { readonly outline: boolean },
): Promise<TLContent | undefined> {
  const database = new DrawingDatabase(key)
  // First: a page that closed it may write it meanwhile, and forget what it left.
  const left = readUnsaved(key, ChangesSchema)
  try {
    const kept = await database.load()
    if (!kept) return undefined
    const found = { records: recordsOf(kept, left), schema: kept.schema }
    return await contentOfRecords(found, outline ? undefined : ({ id }) => database.asset(id))
  } finally {
    database.close()
  }
}

/** With what the last page of it left, as that is put back when it is opened. */
function recordsOf({ store, schema }: TLStoreSnapshot, left: Changes | undefined): TLRecord[] {
  if (!left) return Object.values(store)
  if (JSON.stringify(left.schema) !== JSON.stringify(schema))
    throw new AppError(
      'unsupported_drawing',
      'the editor has another version since; open it, and save it from the menu',
    )
  const gone = new Set<string>(left.removed)
  const records = new Map([...Object.values(store), ...left.put].map((record) => [record.id, record]))
  return [...records.values()].filter(({ id }) => !gone.has(id))
}
