// What tldraw takes from the page around its sheet for as long as it has the focus, which here is always: the wheel,
// though a sheet that is all in sight has nowhere to go, and Safari's pinch, on the whole document. Both are the page's
// own: an embedded canvas must not be where scrolling ends.
import type { Editor } from 'tldraw'
import { isFitted } from './camera.ts'

const PINCHES = ['gesturestart', 'gesturechange', 'gestureend'] as const

interface Sheet extends Pick<Editor, 'getContainer' | 'getZoomLevel' | 'getBaseZoom'> {
  readonly inputs: Pick<Editor['inputs'], 'getIsPointing'>
}

/** Leaves the page its gestures from now on; returns the end of it. */
export function leavePageGestures(editor: Sheet): () => void {
  const sheet = editor.getContainer()
  const page = sheet.ownerDocument.documentElement
  const onWheel = (event: WheelEvent) => {
    const isZoom = event.ctrlKey || event.metaKey
    // Under a pen that is down the sheet must not move.
    if (!isZoom && isFitted(editor) && !editor.inputs.getIsPointing()) event.stopPropagation()
  }
  const onPinch = (event: Event) => {
    if (!(event.target instanceof Node && sheet.contains(event.target))) event.stopPropagation()
  }
  // On its way down, before tldraw's own listener on the canvas in the sheet.
  sheet.addEventListener('wheel', onWheel, { capture: true, passive: true })
  // On its way up, before tldraw's own listener on the document.
  for (const type of PINCHES) page.addEventListener(type, onPinch)
  return () => {
    sheet.removeEventListener('wheel', onWheel, { capture: true })
    for (const type of PINCHES) page.removeEventListener(type, onPinch)
  }
}
