/** Ids name IndexedDB databases and travel in addresses, so they are short and plain. */
const PATTERN = /^[A-Za-z0-9_-]{1,40}$/

/** The drawing an address names; `undefined` for none or for something that is no id. */
export function drawingIdOf(search: string): string | undefined {
  const id = new URLSearchParams(search).get('d')
  return id && PATTERN.test(id) ? id : undefined
}

export function addressOf(id: string): string {
  return `/?d=${id}`
}

export function newDrawingId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10))
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join('')
}

/** Whether a canvas in another page gave this id to a drawing that was given none (lib/embed/drawing-name.ts). */
export function isEmbedded(id: string): boolean {
  return id === 'embed' || id.startsWith('embed-')
}

const KEPT_AS = 'sketchwire-'

/** The name under which a drawing is kept in IndexedDB, whichever canvas it is drawn on. */
export function keyOf(id: string): string {
  return KEPT_AS + id
}

/** The drawing that is kept as `key`; `undefined` when that is no drawing of this page. */
export function idOfKey(key: string): string | undefined {
  const id = key.slice(KEPT_AS.length)
  return key.startsWith(KEPT_AS) && PATTERN.test(id) ? id : undefined
}
