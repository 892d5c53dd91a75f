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
