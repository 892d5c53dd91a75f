// A drawing of the plain canvas as it is kept, read without opening it.
import { readUnsaved } from '../../session/unsaved.ts'
import type { PlainContent } from './plain-drawing.ts'
import { joinLeft, LeftSchema } from './plain-left.ts'
import { isPlainThere, loadPlain } from './plain-storage.ts'

/**
 * With what the last page of it left, as that is put back when it is opened. `undefined` when nothing is kept under `key`;
 * throws what IndexedDB throws.
 */
export async function keptPlain(key: string): Promise<PlainContent | undefined> {
  // First: a page that closed it may write it meanwhile, and forget what it left.
  const left = readUnsaved(key, LeftSchema)
  const kept = (await isPlainThere()) ? await loadPlain(key) : undefined
  return left && kept ? { plain: 1, items: [...joinLeft(left, kept.items)] } : kept
}
