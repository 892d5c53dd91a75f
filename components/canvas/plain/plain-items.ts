import { AppError } from '../../../lib/std/errors.ts'
import type { DrawingContent } from '../drawing-content.ts'
import type { Item } from './plain-drawing.ts'

/** Throws AppError `unsupported_drawing` for a drawing of the full editor, whose records only that can read. */
export function plainItems(content: DrawingContent): readonly Item[] {
  if ('plain' in content) return content.items
  throw new AppError(
    'unsupported_drawing',
    'This drawing was made in the full editor, which this page may not show without a tldraw key. Open it where that editor runs, or set NEXT_PUBLIC_TLDRAW_LICENSE_KEY and build again',
  )
}
