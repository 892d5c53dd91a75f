// A page takes so many shapes and no more. tldraw says so in a panel of its own, which is off here.
import { AppError } from '../../../lib/std/errors.ts'
import type { DrawingContent } from '../drawing-content.ts'

/**
 * More than a hand draws in days. tldraw's own 4000 are a matter of hours; without any limit, one paste too many would
 * be more than the browser can show.
 */
export const MOST_SHAPES = 10_000

type Full = (found: { readonly count: number }) => void

interface Page {
  on(event: 'max-shapes', listener: Full): unknown
  off(event: 'max-shapes', listener: Full): unknown
}

interface Limited {
  readonly options: { readonly maxShapesPerPage: number }
}

/** Says from now on when what is drawn or pasted does not go onto the page any more; returns the end of it. */
export function tellFullPage(editor: Page, onProblem: (message: string) => void): () => void {
  const tell: Full = ({ count }) =>
    onProblem(
      `There are ${count} shapes on this page, as many as it takes, so nothing was added. Erase some, or go on in a new drawing`,
    )
  editor.on('max-shapes', tell)
  return () => editor.off('max-shapes', tell)
}

/** Throws AppError for a drawing of more shapes than go onto a page: tldraw would show none of them. */
export function checkCount({ options }: Limited, content: DrawingContent): void {
  const count = 'plain' in content ? content.items.length : content.shapes.length
  if (count <= options.maxShapesPerPage) return
  throw new AppError(
    'unsupported_drawing',
    `This drawing has ${count} shapes, and a page takes ${options.maxShapesPerPage} at most. Erase some where it was made, and save it again`,
  )
}
