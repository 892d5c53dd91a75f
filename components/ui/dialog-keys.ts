/** What a drawing hears wherever the focus is on the page. Keys that come up are still its own: it may hold them. */
const HEARD = ['keydown', 'copy', 'cut', 'paste'] as const

/**
 * Keys and clipboard are the dialog's alone while it is open: a canvas behind it hears them on the body, to which they
 * go too when the focus is on none of its buttons. What the browser itself does with a key is not touched.
 */
export function keepKeys(dialog: { readonly open: boolean }, page: EventTarget): () => void {
  const stop = (event: Event) => {
    if (dialog.open) event.stopPropagation()
  }
  for (const type of HEARD) page.addEventListener(type, stop, { capture: true })
  return () => {
    for (const type of HEARD) page.removeEventListener(type, stop, { capture: true })
  }
}
