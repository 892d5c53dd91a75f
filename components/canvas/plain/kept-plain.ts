// A drawing of the plain canvas as it is kept, read without opening it.
import { onPlain, readUnsaved } from '../../session/unsaved.ts'
import type { PlainContent } from './plain-drawing.ts'
import { joinLeft, LeftSchema } from './plain-left.ts'
import { isPlainThere, loadPlain } from './plain-storage.ts'

/**
 * With what the last page of it left, as that is put back when it is opened, and is all there is where IndexedDB refused
 * the drawing. `undefined` when nothing is kept under `key`; throws what IndexedDB throws, where nothing was left either.
 */
export async function keptPlain(key: string): Promise<PlainContent | undefined> {
  // First: a page that closed it may write it meanwhile, and forget what it left.
  const left = readUnsaved(onPlain(key), LeftSchema)
  const reading = isPlainThere().then((isThere) => (isThere ? loadPlain(key) : undefined))
  if (!left) return reading
  const kept = await reading.catch(() => undefined)
  return { plain: 1, items: [...joinLeft(left, kept?.items ?? [])] }
}
