import { messageOf } from '../../lib/std/errors.ts'
import { bringDrawing } from '../session/bring-drawing.ts'
import { notify } from '../session/notices.ts'
import type { Pin } from '../session/pin-database.ts'
import type { Session } from '../session/session.ts'

/** Brings drawing, words and settings of a pin back. */
export async function restorePin(session: Session, pin: Pick<Pin, 'content' | 'params'>): Promise<void> {
  try {
    await bringDrawing(session, pin)
  } catch (error) {
    notify(`This pin could not be restored: ${messageOf(error)}. It was left as it is`, 'problem')
  }
}
