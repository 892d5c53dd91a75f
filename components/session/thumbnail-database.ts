// Small pictures of drawings, by which a person knows them again in a list: one data URI a drawing, in IndexedDB.
import * as v from 'valibot'
import { inTable, type Table } from './indexed-db.ts'

const ThumbnailSchema = v.object({
  drawing: v.string(),
  uri: v.pipe(v.string(), v.startsWith('data:image/')),
})

const THUMBNAILS: Table = {
  database: 'sketchwire-thumbnails',
  name: 'thumbnails',
  create: (database) => {
    database.createObjectStore('thumbnails', { keyPath: 'drawing' })
  },
}

/** Data URIs by drawing. */
export async function loadThumbnails(): Promise<ReadonlyMap<string, string>> {
  const all = await inTable(THUMBNAILS, 'readonly', (thumbnails) => thumbnails.getAll())
  const known = v.parse(v.array(v.unknown()), all).flatMap((thumbnail) => {
    const { success, output } = v.safeParse(ThumbnailSchema, thumbnail)
    return success ? [[output.drawing, output.uri] as const] : []
  })
  return new Map(known)
}

export async function saveThumbnail(drawing: string, uri: string): Promise<void> {
  await inTable(THUMBNAILS, 'readwrite', (thumbnails) => thumbnails.put({ drawing, uri }))
}

export async function deleteThumbnail(drawing: string): Promise<void> {
  await inTable(THUMBNAILS, 'readwrite', (thumbnails) => thumbnails.delete(drawing))
}
