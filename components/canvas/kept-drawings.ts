// The drawings that this browser keeps, without opening them: which there are, what is on them, and their end.
import { idOfKey, keyOf } from '../session/drawing-id.ts'
import { deleteDatabase } from '../session/indexed-db.ts'
import type { DrawingContent } from './drawing-content.ts'
import { databaseOf, keyOfDatabase } from './drawing-names.ts'
import { loadTldraw } from './load-tldraw.ts'
import { keptPlain } from './plain/kept-plain.ts'
import { deletePlain, plainKeys } from './plain/plain-storage.ts'

/** Ids of all drawings that IndexedDB holds, as far as this browser tells them. */
export async function keptIds(): Promise<string[]> {
  const names = (await databaseNames()) ?? []
  const keys = names.flatMap((name) => keyOfDatabase(name) ?? [])
  const plain = await plainKeys().catch(() => [])
  return [...new Set([...keys, ...plain])].flatMap((key) => idOfKey(key) ?? [])
}

/**
 * What is kept of a drawing, `undefined` for nothing. Throws what IndexedDB throws, and AppError when a photo cannot be
 * read; `outline` leaves the photos out.
 */
export async function readKept(id: string, { outline = false } = {}): Promise<DrawingContent | undefined> {
  const key = keyOf(id)
  const plain = await keptPlain(key)
  const names = await databaseNames()
  if (names && !names.includes(databaseOf(key))) return plain
  const { keptContent } = await loadTldraw()
  const content = await keptContent(key, { outline })
  return plain && (!content || content.shapes.length === 0) ? plain : content
}

/** Throws AppError `busy` while another page holds it. */
export async function deleteKept(id: string): Promise<void> {
  const key = keyOf(id)
  await deleteDatabase(databaseOf(key))
  await deletePlain(key)
}

/** `undefined`: this browser does not tell. */
async function databaseNames(): Promise<string[] | undefined> {
  if (!('databases' in indexedDB)) return undefined
  return (await indexedDB.databases()).flatMap(({ name }) => name ?? [])
}
