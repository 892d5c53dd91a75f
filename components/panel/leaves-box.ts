/** As much of a key press as it takes. */
interface Press {
  readonly key: string
  readonly shiftKey: boolean
  readonly isComposing: boolean
  readonly keyCode: number
}

/** The key that an input method takes for itself. Safari ends its composition before that press (WebKit 165004). */
const OF_INPUT_METHOD = 229

/** It picks or drops a word that is not written yet. */
export function isOfInputMethod({ isComposing, keyCode }: Pick<Press, 'isComposing' | 'keyCode'>): boolean {
  return isComposing || keyCode === OF_INPUT_METHOD
}

/** Whether a key press says that the words are done, and is none that picks a word of an input method. */
export function leavesBox(press: Press): boolean {
  if (isOfInputMethod(press)) return false
  return press.key === 'Escape' || (press.key === 'Enter' && !press.shiftKey)
}
