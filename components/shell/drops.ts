// Files that are dropped on the page: a drawing opens under an address of its own, photos go onto the drawing.
import { useEffect } from 'react'
import { addPhotos } from '../canvas/add-photos.ts'
import type { Session } from '../session/session.ts'
import { openDrawingFile } from './file-commands.ts'
import { takeDrops } from './take-drops.ts'

export function useDrops({ surface }: Session): void {
  useEffect(
    () =>
      takeDrops(window, {
        openDrawing: (file) => void openDrawingFile(file, surface),
        addPhotos: (files) => addPhotos(surface, files),
      }),
    [surface],
  )
}
