// Names of drawings: which ones may be given, and those that are made where none was, or none that could be used.

const NAME = /^[A-Za-z0-9_-]{1,40}$/

/** What a name is, in words for messages. */
export const DRAWING_NAMES = 'up to 40 letters, digits, - and _'

export function isDrawingName(text: string): boolean {
  return NAME.test(text)
}

/**
 * The name of a drawing that was given none: the same for the same place on the same page, so that what was drawn
 * there is there again after a reload. `origin` is the page's, where it is known: what frames keep, browsers keep for all
 * origins of a site together.
 */
export function drawingNameFor(path: string, place: string, origin?: string): string {
  const name = `embed-${hashOf(path)}-${place}`
  return origin === undefined ? name : name + suffixOf(origin)
}

/** In place of a name that cannot be used: the same for the same words on the same page, and another one for others. */
export function drawingNameFrom(path: string, given: string, origin?: string): string {
  return drawingNameFor(path, `n${hashOf(given)}`, origin)
}

/** What a name that was made for a page of `origin` was before origins were part of them; `undefined` for any other name. */
export function earlierName(name: string, origin: string): string | undefined {
  const suffix = suffixOf(origin)
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined
}

const suffixOf = (origin: string): string => `-${hashOf(origin)}`

/** FNV-1a, 32 bits. */
function hashOf(text: string): string {
  let hash = 2166136261
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  return (hash >>> 0).toString(36)
}
