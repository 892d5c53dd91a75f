import { createContext, useContext } from 'react'

/**
 * Whose keys of one letter are heard: the page's own (shell/shortcuts.ts) with those of its canvas, those of the canvas
 * alone, as in an embedded one, or none.
 */
export const HeardKeys = createContext<'page' | 'canvas' | 'none'>('page')

interface KeyOfButton {
  /** Of the canvas, or with Ctrl. */
  readonly shortcut?: string | undefined
  /** Of the page. */
  readonly pageKey?: string | undefined
}

/** The key that does what a button does; nothing where it is not heard. */
export function useHeardKey({ shortcut, pageKey }: KeyOfButton): string | undefined {
  const heard = useContext(HeardKeys)
  if (shortcut !== undefined && (heard !== 'none' || shortcut.length > 1)) return shortcut
  return heard === 'page' ? pageKey : undefined
}
