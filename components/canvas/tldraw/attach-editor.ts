// Puts an editor behind a surface.
import { react, type Editor } from 'tldraw'
import { messageOf } from '../../../lib/std/errors.ts'
import { keptPen } from '../kept-pen.ts'
import { paperFor } from '../paper.ts'
import { ListHash } from '../scene-hash.ts'
import type { EditorHands, TldrawSurface } from '../tldraw-surface.ts'
import { lockCamera } from './camera.ts'
import { checkContent, clearPage, pictureAsDrawing, putContent, readContent } from './editor-content.ts'
import { holdContent } from './held-content.ts'
import { drawExample } from './example-drawing.ts'
import { tellFullPage } from './full-page.ts'
import { isOwnChange } from './own-change.ts'
import { applyFirstStyles, chooseFill, keepStyles, readPen, stepWidth } from './pen.ts'
import { Snapshotter } from './snapshot.ts'
import { markTaken } from './took-plain.ts'

/** The editor draws for `surface` from now on; returns the release. */
export function attachEditor(
  surface: TldrawSurface,
  editor: Editor,
  onProblem: (message: string) => void,
): () => void {
  applyFirstStyles(editor, keptPen())
  const stopKeeping = keepStyles(editor)
  editor.setCurrentTool('draw')
  let unlock = lockCamera(editor, paperFor(surface.store.getState().size))
  const stopTelling = tellFullPage(editor, onProblem)
  begin(editor, surface.start, onProblem)
  const stopListening = editor.store.listen((told) => surface.changed({ own: isOwnChange(told) }), {
    scope: 'document',
    source: 'all',
  })
  const stopWatching = react('pen is down', () => {
    surface.store.setState({ busy: editor.isInAny(...BUSY) })
  })
  const stopLooking = react('page is empty', () => {
    surface.store.setState({ empty: editor.getCurrentPageShapeIds().size === 0 })
  })
  const fit: EditorHands['fit'] = (size) => {
    unlock()
    unlock = lockCamera(editor, paperFor(size))
  }
  const snapshotter = new Snapshotter(editor)
  surface.store.setState({ hands: handsOf(editor, { surface, fit, snapshotter }), ready: true })
  return () => {
    stopWatching()
    stopLooking()
    stopListening()
    stopTelling()
    stopKeeping()
    unlock()
    surface.store.setState({ hands: undefined, ready: false, empty: false, busy: false })
    snapshotter.dispose()
  }
}

/** States of tldraw's tools in which the pointer changes the drawing for as long as it is down. */
export const BUSY = [
  'draw.drawing',
  'eraser.erasing',
  'select.translating',
  'select.resizing',
  'select.rotating',
  'select.dragging_handle',
  'geo.pointing',
] as const

/** A drawing that tldraw does not take is told, and the page is blank: thrown, it would be tldraw's crash screen. */
function begin(editor: Editor, start: TldrawSurface['start'], onProblem: (message: string) => void): void {
  if (start === 'blank' || editor.getCurrentPageShapeIds().size > 0) return
  try {
    if (start === 'example') drawExample(editor)
    else {
      putContent(editor, start)
      if ('plain' in start) markTaken(editor, start)
      // It was there before anything was done: undo does not take it away.
      editor.clearHistory()
    }
  } catch (error) {
    onProblem(`This drawing could not be put on the page: ${messageOf(error)}. Go back to the one before`)
  }
}

interface Workings extends Pick<EditorHands, 'fit'> {
  readonly surface: TldrawSurface
  readonly snapshotter: Snapshotter
}

function handsOf(editor: Editor, { surface, fit, snapshotter }: Workings): EditorHands {
  const scene = new ListHash()
  return {
    editor,
    fit,
    // The editor gives the same list until a shape changes.
    scene: () => scene.of(editor.getCurrentPageShapesSorted()),
    takeSnapshot: (size) => snapshotter.take(size),
    content: () => readContent(editor),
    hold: () => holdContent(editor),
    check: (content) => checkContent(editor, content),
    replace: async (content) => putContent(editor, content),
    usePicture: (picture) => pictureAsDrawing(editor, picture, paperFor(surface.store.getState().size)),
    addPhotos: (files) => editor.putExternalContent({ type: 'files', files }),
    toggleFill: () => chooseFill(editor, !readPen(editor).filled),
    stepWidth: (by) => stepWidth(editor, by),
    clear: () => clearPage(editor),
  }
}
