import { messageOf } from '../../lib/std/errors.ts'
import { applyFitted } from '../session/fit-params.ts'
import { notify } from '../session/notices.ts'
import type { Pin } from '../session/pin-database.ts'
import type { Session } from '../session/session.ts'

type Restored = Pick<Session, 'client' | 'surface'>

/** Brings drawing, words and settings of a pin back. */
export async function restorePin(
  { client, surface }: Restored,
  pin: Pick<Pin, 'content' | 'params'>,
): Promise<void> {
  try {
    await surface.replace(pin.content)
    applyFitted(client, pin.params)
  } catch (error) {
    notify(`This pin could not be restored: ${messageOf(error)}. It was left as it is`, 'problem')
  }
}
