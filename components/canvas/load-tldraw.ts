/**
 * Everything that is made of tldraw, most of a page's bytes: fetched when a page shows it, and never where the plain
 * canvas takes its place. A failed fetch is tried again at the next call.
 */
export function loadTldraw() {
  return import('./tldraw/parts.ts')
}
