// Whose hands are on the page: keys, with a switch or a screen reader that press as keys do, or a pointer. Who has keys
// goes through everything that lies between, and takes longer to get there.

type Scope = Pick<Window, 'addEventListener' | 'removeEventListener'>

let byKeys = false

/** What happens now came of keys. */
export function isByKeys(): boolean {
  return byKeys
}

/** Returns the stop. */
export function watchHands(scope: Scope): () => void {
  const onKey = () => {
    byKeys = true
  }
  const onPointer = () => {
    byKeys = false
  }
  // A pointer counts its clicks. What the page itself presses says nothing.
  const onClick = ({ detail, isTrusted }: MouseEvent) => {
    if (isTrusted) byKeys = detail === 0
  }
  scope.addEventListener('keydown', onKey, { capture: true })
  scope.addEventListener('pointerdown', onPointer, { capture: true })
  scope.addEventListener('click', onClick, { capture: true })
  // What is dragged in from elsewhere comes without a press.
  scope.addEventListener('drop', onPointer, { capture: true })
  return () => {
    scope.removeEventListener('keydown', onKey, { capture: true })
    scope.removeEventListener('pointerdown', onPointer, { capture: true })
    scope.removeEventListener('click', onClick, { capture: true })
    scope.removeEventListener('drop', onPointer, { capture: true })
  }
}
