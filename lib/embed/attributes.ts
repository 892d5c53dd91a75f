import { EMBED_OPTION_NAMES } from './options.ts'

/** Attributes that the frame applies while it runs. */
export const LIVE_ATTRIBUTES = [
  'prompt',
  'strength',
  'steps',
  'seed',
  'view',
  'controls',
  'theme',
  'readonly',
  'transparent',
] as const

/** Attributes that need the frame anew. */
export const FIRM_ATTRIBUTES = ['server', 'model', 'drawing', 'surface'] as const

/** Those of them that lead to another drawing. */
export const DRAWING_ATTRIBUTES: readonly string[] = ['server', 'drawing']

export const ATTRIBUTES: readonly string[] = [...LIVE_ATTRIBUTES, ...FIRM_ATTRIBUTES, 'token']

/** What the page is told of the element's attributes. `host` is ours to say. */
export function frameAttributes(element: Element): [string, string][] {
  return EMBED_OPTION_NAMES.filter((name) => name !== 'host').flatMap((name): [string, string][] => {
    const value = element.getAttribute(name)
    return value === null ? [] : [[name, value]]
  })
}

/**
 * The name of a drawing that was given none: the same for the same place on the same page, so that what was drawn
 * there is there again after a reload. FNV-1a over the path, and which canvas of the page it is.
 */
export function drawingNameFor(path: string, at: number | string): string {
  let hash = 2166136261
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 16777619)
  return `embed-${(hash >>> 0).toString(36)}-${at}`
}
