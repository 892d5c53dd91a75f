// Files that are dropped on the page: the browser would leave the page for them. A drawing file is opened, wherever it
// falls. Photos go onto the drawing; those that fall on the drawing itself are the canvas's own.
import { useEffect } from 'react'
import { addPhotos } from '../canvas/add-photos.ts'
import { EXTENSION } from '../session/drawing-file.ts'
import type { Session } from '../session/session.ts'
import { openDrawingFile } from './file-commands.ts'

export function useDrops({ surface }: Session): void {
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault()
    }
    // On its way down, before the canvas takes it for a photo.
    const onDropAnywhere = (event: DragEvent) => {
      const drawing = filesOf(event).find(({ name }) => name.endsWith(EXTENSION))
      if (!drawing) return
      event.preventDefault()
      event.stopPropagation()
      void openDrawingFile(drawing, surface)
    }
    const onDropBeside = (event: DragEvent) => {
      if (event.defaultPrevented || !holdsFiles(event)) return
      event.preventDefault()
      addPhotos(surface, filesOf(event))
    }
    window.addEventListener('dragover', onDragOver)
    window.addEventListener('drop', onDropAnywhere, { capture: true })
    window.addEventListener('drop', onDropBeside)
    return () => {
      window.removeEventListener('dragover', onDragOver)
      window.removeEventListener('drop', onDropAnywhere, { capture: true })
      window.removeEventListener('drop', onDropBeside)
    }
  }, [surface])
}

function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false
}

function filesOf({ dataTransfer }: DragEvent): File[] {
  return [...(dataTransfer?.files ?? [])]
}
