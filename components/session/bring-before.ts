// Bringing back what was on the page before something took its place.
import * as v from 'valibot'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import type { DrawingContent } from '../canvas/drawing-surface.ts'
import type { Before, Why } from './befores.ts'
import { bringDrawing } from './bring-drawing.ts'
import { notify, offer, type StayingNotice } from './notices.ts'
import { readSaved, recentDrawings, writeSaved } from './saved.ts'
import type { Session } from './session.ts'

/** Under "Bring back the drawing". */
export const BEFORE_WORDS: Record<Why, string> = {
  cleared: 'Before it was cleared',
  pin: 'Before the pin',
  picture: 'Before the picture',
  brought: 'Before the last one',
}

const LAST_WORDS: Record<Why, string> = {
  cleared: 'This page was cleared just before it was closed',
  pin: 'A pin took the place of another drawing just before this page was closed',
  picture: 'The picture took the place of a drawing just before this page was closed',
  brought: 'One drawing took the place of another just before this page was closed',
}

/** The drawing was not worked on for longer than this after it was replaced: who comes back may not have meant to. */
const JUST_BEFORE_MS = 60_000
/** Names what was offered last: who let that pass is not asked again, and has the menu. */
const OFFERED = 'before-offered'

/** The drawing alone, as one step of undo; words and settings are those of now. What is on the page is kept in its place. */
export async function bringBefore(session: Session, before: Before): Promise<void> {
  const { befores } = session
  try {
    const content = await befores.read(before)
    if (!content) throw new AppError('not_found', 'this browser does not have it any more')
    const keep = befores.hold('brought')
    await bringDrawing(session, { content, params: undefined })
    keep()
    await befores.drop(before)
  } catch (error) {
    notify(`The drawing could not be brought back: ${messageOf(error)}`, 'problem')
  }
}

/** The page empties: what is on it is kept. */
export function clearPage({ surface, befores }: Pick<Session, 'surface' | 'befores'>): void {
  const keep = befores.hold('cleared')
  surface.clear()
  keep()
}

/**
 * Reads what was kept, and offers the last of it where it was replaced just before the page went, and undo is not there to
 * bring it back. Resolves with the offer that was made.
 */
export async function offerBefore(session: Session): Promise<StayingNotice | undefined> {
  const { befores, id } = session
  const drawnAtMs = recentDrawings().find((drawing) => drawing.id === id)?.atMs
  await befores.load()
  const [last] = befores.store.getState().list
  if (!last || drawnAtMs === undefined || drawnAtMs - last.atMs > JUST_BEFORE_MS) return undefined
  if (readSaved(OFFERED, v.string()) === last.key) return undefined
  const content = await befores.read(last)
  if (!content || isSame(content, await session.surface.content())) return undefined
  writeSaved(OFFERED, last.key)
  return offer(LAST_WORDS[last.why], [{ label: 'Bring it back', run: () => void bringBefore(session, last) }])
}

/** The same shapes: undo had brought it back. */
function isSame(a: DrawingContent, b: DrawingContent): boolean {
  return outline(a) === outline(b)
}

function outline(content: DrawingContent): string {
  return JSON.stringify('plain' in content ? content.items : content.shapes.map(({ id }) => id).sort())
}
