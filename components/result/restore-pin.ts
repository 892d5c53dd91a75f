import { messageOf } from '../../lib/std/errors.ts'
import { bringDrawing } from '../session/bring-drawing.ts'
import { settingsOf } from '../session/known-settings.ts'
import { notify } from '../session/notices.ts'
import { offerMine } from '../session/offer-mine.ts'
import type { Pin } from '../session/pin-database.ts'
import type { Session } from '../session/session.ts'

/** Brings drawing, words and settings of a pin back. Undo has the drawing of before, a notice its words and settings. */
export async function restorePin(session: Session, pin: Pick<Pin, 'content' | 'params'>): Promise<void> {
  await restore(session, pin, { whose: "the pin's", problem: 'This pin could not be restored' })
}

interface Said {
  /** Ends "Words and settings are ...". */
  readonly whose: string
  readonly problem: string
}

/** The same for a picture that went by. */
export async function restore(
  session: Session,
  { content, params }: Pick<Pin, 'content' | 'params'>,
  { whose, problem }: Said,
): Promise<void> {
  const mine = settingsOf(session.client.store.getState())
  const keep = session.befores.hold('pin')
  try {
    // One that was made without a negative prompt says nothing of it.
    const without = mine.negativePrompt === undefined ? {} : { negativePrompt: '' }
    await bringDrawing(session, { content, params: { ...without, ...params } })
    keep()
    offerMine(session, mine, whose)
  } catch (error) {
    notify(`${problem}: ${messageOf(error)}. It was left as it is`, 'problem')
  }
}
