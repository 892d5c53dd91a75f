// Puts an editor behind a surface.
import { react, type Editor } from 'tldraw'
import { paperFor } from '../paper.ts'
import { widthBeside } from '../palette.ts'
import type { EditorHands, TldrawSurface } from '../tldraw-surface.ts'
import { lockCamera } from './camera.ts'
import { clearPage, pictureAsDrawing, putContent, readContent } from './editor-content.ts'
import { drawExample } from './example-drawing.ts'
import { applyFirstStyles, chooseFill, chooseWidth, readPen } from './pen.ts'
import { createSnapshotter } from './snapshot.ts'

/** The editor draws for `surface` from now on; returns the release. */
export function attachEditor(surface: TldrawSurface, editor: Editor): () => void {
  applyFirstStyles(editor)
  editor.setCurrentTool('draw')
  let unlock = lockCamera(editor, paperFor(surface.store.getState().size))
  begin(editor, surface.start)
  const stopListening = editor.store.listen(() => surface.changed(), { scope: 'document', source: 'all' })
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
  surface.store.setState({ hands: handsOf(editor, surface, fit), ready: true })
  return () => {
    stopWatching()
    stopLooking()
    stopListening()
    unlock()
    surface.store.setState({ hands: undefined, ready: false, empty: false, busy: false })
  }
}

const BUSY = [
  'draw.drawing',
  'eraser.erasing',
  'select.translating',
  'select.resizing',
  'select.dragging_handle',
  'geo.pointing',
] as const

function begin(editor: Editor, start: TldrawSurface['start']): void {
  if (start === 'blank' || editor.getCurrentPageShapeIds().size > 0) return
  if (start === 'example') drawExample(editor)
  else putContent(editor, start)
}

function handsOf(editor: Editor, surface: TldrawSurface, fit: EditorHands['fit']): EditorHands {
  const snapshot = createSnapshotter()
  return {
    editor,
    fit,
    takeSnapshot: (size) => snapshot(editor, size),
    content: () => readContent(editor),
    replace: async (content) => putContent(editor, content),
    usePicture: (picture) => pictureAsDrawing(editor, picture, paperFor(surface.store.getState().size)),
    addPhotos: (files) => editor.putExternalContent({ type: 'files', files }),
    toggleFill: () => chooseFill(editor, !readPen(editor).filled),
    stepWidth: (by) => {
      const next = widthBeside(readPen(editor).width, by)
      if (next) chooseWidth(editor, next)
    },
    clear: () => clearPage(editor),
  }
}
