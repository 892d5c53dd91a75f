import { earlierName } from '../../lib/embed/drawing-name.ts'
import type { EmbedOptions } from '../../lib/embed/options.ts'
import { hasSettings } from '../session/saved.ts'

/**
 * The name under which this browser keeps the drawing of a canvas. What was drawn when the pages of a site's origins were
 * not told apart stays under the name of then, for all of them: nobody knows any more on which of them that was.
 */
export function keptName({ drawing = 'embed', host = '' }: Pick<EmbedOptions, 'drawing' | 'host'>): string {
  const earlier = earlierName(drawing, host)
  return earlier !== undefined && hasSettings(earlier) && !hasSettings(drawing) ? earlier : drawing
}
