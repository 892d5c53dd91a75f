import type { WireError } from '../../lib/protocol/errors.ts'
import { InputRoom } from '../session/held-inputs.ts'
import type { InputLimits } from '../session/held-inputs.ts'
import type { BodyRoom, Reply } from './host.ts'

/** Words, settings, a small sketch: so much of every body is kept, however many are on their way. */
const SMALL_BYTES = 64 * 1024

/** What a body hears for which there is no room beside the others. */
export const INCOMING_FULL: WireError = {
  code: 'busy',
  message: 'Requests that are still on their way in take all the memory they may; send this one again later',
  retryAfterMs: 1000,
}

/**
 * The bodies that have begun to come and are not whole: a slow sender holds what it sent for as long as it likes. They
 * have as much room as the pictures of requests that wait.
 */
export class IncomingBodies {
  readonly #room: InputRoom

  constructor(limits?: InputLimits) {
    this.#room = new InputRoom(limits)
  }

  /** Of one body. */
  roomFor(caller: string, full: () => Reply): BodyRoom {
    const room = this.#room
    let bytes = 0
    let counted = 0
    return {
      take(more) {
        bytes += more
        const fresh = bytes > SMALL_BYTES ? bytes - counted : 0
        if (!room.hasRoom(caller, fresh)) return false
        room.count(caller, fresh)
        counted += fresh
        return true
      },
      give() {
        room.count(caller, -counted)
        counted = 0
      },
      full,
    }
  }
}
