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

/** Attributes that are there or not. */
export const FLAG_ATTRIBUTES: readonly string[] = ['readonly', 'transparent']

export const ATTRIBUTES: readonly string[] = [...LIVE_ATTRIBUTES, ...FIRM_ATTRIBUTES, 'token']

/** What the frame is told otherwise than as it was given. */
const OURS: readonly string[] = ['host', 'drawing']

/** What the frame is told of the element's attributes. */
export function frameAttributes(element: Element): [string, string][] {
  return EMBED_OPTION_NAMES.filter((name) => !OURS.includes(name)).flatMap((name): [string, string][] => {
    const value = element.getAttribute(name)
    return value === null ? [] : [[name, value]]
  })
}
