// A file that is dropped beside the drawing: the browser would leave the page for it. Photos go onto the drawing, a
// drawing file is opened; what falls on the drawing itself is the canvas's own.
import { useEffect } from 'react'
import { EXTENSION } from '../session/drawing-file.ts'
import type { Session } from '../session/session.ts'
import { openDrawingFile } from './file-commands.ts'

export function useDrops({ surface }: Session): void {
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault()
    }
    const onDrop = (event: DragEvent) => {
      if (event.defaultPrevented || !holdsFiles(event)) return
      event.preventDefault()
      const files = [...(event.dataTransfer?.files ?? [])]
      const drawing = files.find(({ name }) => name.endsWith(EXTENSION))
      if (drawing) void openDrawingFile(drawing)
      else if (files.length > 0) void surface.addPhotos(files)
    }
    window.addEventListener('dragover', onDragOver)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragover', onDragOver)
      window.removeEventListener('drop', onDrop)
    }
  }, [surface])
}

function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false
}
