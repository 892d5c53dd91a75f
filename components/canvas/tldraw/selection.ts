// What can be done with the shapes that are selected, for fingers: the keys for it are tldraw's.
import type { Editor, TLShapeId } from 'tldraw'
import type { IconName } from '../../ui/icon.tsx'

/** Page units, to the right and down: the copy is seen to be one. */
const COPY_AT = { x: 16, y: 16 }

export interface SelectionCommand {
  readonly label: string
  readonly icon: IconName
  readonly key: string
  readonly run: (editor: Editor, ids: TLShapeId[]) => void
}

export const SELECTION_COMMANDS: readonly SelectionCommand[] = [
  {
    label: 'Duplicate',
    icon: 'copy',
    key: 'Ctrl+D',
    run: (editor, ids) => void editor.duplicateShapes(ids, COPY_AT),
  },
  { label: 'To the front', icon: 'toFront', key: ']', run: (editor, ids) => void editor.bringToFront(ids) },
  { label: 'To the back', icon: 'toBack', key: '[', run: (editor, ids) => void editor.sendToBack(ids) },
  { label: 'Delete', icon: 'clear', key: 'Del', run: (editor, ids) => void editor.deleteShapes(ids) },
]

/** As one step of undo. */
export function runCommand(editor: Editor, { label, run }: SelectionCommand): void {
  editor.markHistoryStoppingPoint(label)
  run(editor, editor.getSelectedShapeIds())
  // What was pressed may be gone with the selection.
  if (editor.getSelectedShapeIds().length === 0) editor.getContainer().focus()
}

/** Reactive: the half of the sheet that the selection leaves free; `undefined` while nothing is selected, or it is moved. */
export function freeHalf(editor: Editor): 'top' | 'bottom' | undefined {
  const bounds = editor.isIn('select.idle') ? editor.getSelectionPageBounds() : undefined
  if (!bounds) return undefined
  return bounds.midY > editor.getViewportPageBounds().midY ? 'top' : 'bottom'
}
