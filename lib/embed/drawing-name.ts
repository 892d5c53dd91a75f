// Names of drawings: which ones may be given, and those that are made where none was, or none that could be used.

const NAME = /^[A-Za-z0-9_-]{1,40}$/

/** What a name is, in words for messages. */
export const DRAWING_NAMES = 'up to 40 letters, digits, - and _'

export function isDrawingName(text: string): boolean {
  return NAME.test(text)
}

/**
 * The name of a drawing that was given none: the same for the same place on the same page, so that what was drawn
 * there is there again after a reload.
 */
export function drawingNameFor(path: string, place: string): string {
  return `embed-${hashOf(path)}-${place}`
}

/** In place of a name that cannot be used: the same for the same words on the same page, and another one for others. */
export function drawingNameFrom(path: string, given: string): string {
  return drawingNameFor(path, `n${hashOf(given)}`)
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): string {
  let hash = 2166136261
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  return (hash >>> 0).toString(36)
}
