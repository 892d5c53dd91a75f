/** As much of a key press as it takes. */
interface Press {
  readonly key: string
  readonly shiftKey: boolean
  readonly isComposing: boolean
  readonly keyCode: number
}

/** The key that an input method takes for itself. Safari ends its composition before that press (WebKit 165004). */
const OF_INPUT_METHOD = 229

/** Whether a key press says that the words are done, and is none that picks a word of an input method. */
export function leavesBox({ key, shiftKey, isComposing, keyCode }: Press): boolean {
  if (isComposing || keyCode === OF_INPUT_METHOD) return false
  return key === 'Escape' || (key === 'Enter' && !shiftKey)
}
