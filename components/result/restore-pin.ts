import type { DrawParams } from '../../lib/protocol/params.ts'
import { messageOf } from '../../lib/std/errors.ts'
import type { DrawingContent } from '../canvas/drawing-content.ts'
import { bringDrawing } from '../session/bring-drawing.ts'
import { settingsOf } from '../session/known-settings.ts'
import { notify } from '../session/notices.ts'
import { offerMine } from '../session/offer-mine.ts'
import type { Pin } from '../session/pin-database.ts'
import type { Session } from '../session/session.ts'

/** Brings drawing, words and settings of a pin back. Undo has the drawing of before, a notice its words and settings. */
export async function restorePin(
  session: Session,
  { id, params }: Pick<Pin, 'id' | 'params'>,
): Promise<void> {
  const past = { params, content: () => session.pins.content(id) }
  await restore(session, past, { whose: "the pin's", problem: 'This pin could not be restored' })
}

interface Past {
  readonly params: DrawParams
  readonly content: () => Promise<DrawingContent>
}

interface Said {
  /** Ends "Words and settings are ...". */
  readonly whose: string
  readonly problem: string
}

/** The same for a picture that went by. */
export async function restore(
  session: Session,
  { params, content: read }: Past,
  { whose, problem }: Said,
): Promise<void> {
  try {
    const content = await read()
    const mine = settingsOf(session.client.store.getState())
    const keep = session.befores.hold('pin')
    // One that was made without a negative prompt says nothing of it.
    const without = mine.negativePrompt === undefined ? {} : { negativePrompt: '' }
    await bringDrawing(session, { content, params: { ...without, ...params } })
    keep()
    offerMine(session, mine, whose)
  } catch (error) {
    notify(`${problem}: ${messageOf(error)}. It was left as it is`, 'problem')
  }
}
