import type { DrawParams } from '../../lib/protocol/params.ts'
import type { DrawingContent } from '../canvas/drawing-surface.ts'
import { applyFitted } from './fit-params.ts'
import type { Session } from './session.ts'

interface Brought {
  readonly content: DrawingContent
  readonly params: Partial<DrawParams> | undefined
}

/**
 * Puts another drawing on the page with the settings it was made with, its seed among them. Throws AppError for one that
 * this canvas cannot show, and what tldraw throws; page and settings are as before then.
 */
export async function bringDrawing(
  { client, surface, rolls, changed }: Pick<Session, 'client' | 'surface' | 'rolls' | 'changed'>,
  { content, params }: Brought,
): Promise<void> {
  rolls.spareNext(true)
  try {
    await surface.replace(content)
  } catch (error) {
    rolls.spareNext(false)
    throw error
  }
  changed()
  if (params) applyFitted(client, params)
}
