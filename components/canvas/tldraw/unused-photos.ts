// Photos that are on no page any more. tldraw keeps them for undo, which ends with the page; pins, files and what was on
// the page before hold copies of their own.
import type { TLAssetId, TLRecord, TLSchema } from 'tldraw'
import { readUnsaved } from '../../session/unsaved.ts'
import type { DrawingDatabase } from './drawing-database.ts'
import { ChangesSchema } from './unsaved-changes.ts'

/**
 * Nobody else may have the drawing open. What the last page left, and is put back, counts as being in it. In a drawing of
 * a later version nobody here knows what holds a photo.
 */
export async function dropUnusedPhotos(
  database: DrawingDatabase,
  drawing: string,
  schema: TLSchema,
): Promise<void> {
  const stored = await database.assetIds()
  const kept = stored.length > 0 ? await database.load() : undefined
  if (!kept || !schema.getMigrationsSince(kept.schema).ok) return
  const left = readUnsaved(drawing, ChangesSchema)?.put ?? []
  const unused = unusedPhotos({ stored, kept: Object.values(kept.store), left })
  if (unused.length > 0) await database.dropAssets(unused)
}

interface Photos {
  /** Those whose bytes are there. */
  readonly stored: readonly TLAssetId[]
  readonly kept: readonly TLRecord[]
  readonly left: readonly TLRecord[]
}

/** Those that no record names but their own: whatever holds the name, of any version of tldraw, holds the photo. */
export function unusedPhotos({ stored, kept, left }: Photos): TLAssetId[] {
  const others = kept.filter(({ typeName }) => typeName !== 'asset')
  const users = JSON.stringify([...others, ...left])
  return stored.filter((id) => !users.includes(JSON.stringify(id)))
}
