// Files that are let go over the page: the browser would leave the page for them.
import { EXTENSION } from '../session/drawing-file.ts'

/** The window, which hears of every drop. */
type Scope = Pick<Window, 'addEventListener' | 'removeEventListener'>

export interface DropTakers {
  /** A drawing file, wherever it falls. */
  readonly openDrawing: (file: File) => void
  /** Other files; those that fall on the drawing itself are the canvas's own. */
  readonly addPhotos: (files: File[]) => void
}

/** Returns the stop. */
export function takeDrops(scope: Scope, { openDrawing, addPhotos }: DropTakers): () => void {
  const onDragOver = (event: DragEvent) => {
    if (holdsFiles(event)) event.preventDefault()
  }
  // On its way down, before the canvas takes it for a photo.
  const onDropAnywhere = (event: DragEvent) => {
    const drawing = filesOf(event).find(({ name }) => name.endsWith(EXTENSION))
    if (!drawing) return
    event.preventDefault()
    event.stopPropagation()
    openDrawing(drawing)
  }
  const onDropBeside = (event: DragEvent) => {
    if (event.defaultPrevented || !holdsFiles(event)) return
    event.preventDefault()
    addPhotos(filesOf(event))
  }
  scope.addEventListener('dragover', onDragOver)
  scope.addEventListener('drop', onDropAnywhere, { capture: true })
  scope.addEventListener('drop', onDropBeside)
  return () => {
    scope.removeEventListener('dragover', onDragOver)
    scope.removeEventListener('drop', onDropAnywhere, { capture: true })
    scope.removeEventListener('drop', onDropBeside)
  }
}

/** Nothing is taken, which the pointer shows before anybody lets go, and the page stays all the same. */
export function refuseDrops(scope: Scope): () => void {
  const refuse = (event: DragEvent) => {
    if (!holdsFiles(event)) return
    event.preventDefault()
    event.stopPropagation()
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'none'
  }
  scope.addEventListener('dragover', refuse, { capture: true })
  scope.addEventListener('drop', refuse, { capture: true })
  return () => {
    scope.removeEventListener('dragover', refuse, { capture: true })
    scope.removeEventListener('drop', refuse, { capture: true })
  }
}

function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false
}

function filesOf({ dataTransfer }: DragEvent): File[] {
  return [...(dataTransfer?.files ?? [])]
}
