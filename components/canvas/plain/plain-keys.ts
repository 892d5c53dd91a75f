type Command = 'undo' | 'redo' | 'draw' | 'eraser'

type KeyFacts = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** What a key does to a plain drawing. With Alt it is the browser's: Alt and D is the way to the address bar. */
export function commandOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyFacts): Command | undefined {
  if (altKey) return undefined
  const letter = key.toLowerCase()
  if (ctrlKey || metaKey) {
    if (letter === 'z') return shiftKey ? 'redo' : 'undo'
    return letter === 'y' ? 'redo' : undefined
  }
  if (letter === 'd') return 'draw'
  return letter === 'e' ? 'eraser' : undefined
}
