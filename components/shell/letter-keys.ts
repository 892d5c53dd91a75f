// Keys of one letter, digit or sign can be turned off (WCAG 2.1.4): who speaks to the computer, or does not always hit the
// key that is meant, would set off one after the other.
import { preferences } from '../session/preferences.ts'
import { takesText } from '../ui/takes-text.ts'

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>

/** The space bar presses what has the focus, which is no command. */
export function isLetterKey({ key, ctrlKey, metaKey, altKey, target }: Pressed): boolean {
  return key.length === 1 && key !== ' ' && !ctrlKey && !metaKey && !altKey && !takesText(target)
}

/** Keeps them from everything that listens, the canvas too, while they are turned off; returns the end of it. */
export function keepLetterKeys(page: Pick<Window, 'addEventListener' | 'removeEventListener'>): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!preferences.getState().letterKeys && isLetterKey(event)) event.stopPropagation()
  }
  page.addEventListener('keydown', onKeyDown, { capture: true })
  return () => page.removeEventListener('keydown', onKeyDown, { capture: true })
}
