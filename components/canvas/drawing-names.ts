const DATABASE = 'TLDRAW_DOCUMENT_v2'

/** The database of a drawing of tldraw's, kept as `key`: the name that tldraw's own persistence gives it. */
export function databaseOf(key: string): string {
  return DATABASE + key
}

/** The other way round; `undefined` for a database that holds no such drawing. */
export function keyOfDatabase(name: string): string | undefined {
  return name.startsWith(DATABASE) ? name.slice(DATABASE.length) : undefined
}
