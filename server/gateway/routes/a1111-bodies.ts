import { InputRoom } from '../../session/held-inputs.ts'
import { INPUTS_FULL } from '../../session/refusals.ts'
import type { Reply } from '../host.ts'
import { withRetryAfter } from '../replies.ts'
import type { RoutedRequest } from '../route.ts'
import { refuseA1111 } from './a1111-entries.ts'

/** Requests of words alone may be as many as their line is long. */
const SMALL_BYTES = 64 * 1024

/**
 * The bodies of requests that have no answer yet: each is in memory until then, and what is read from it comes beside it.
 * They have as much room as the pictures of all doors have.
 */
export class Bodies {
  readonly #room = new InputRoom()

  /** `work`, or a refusal where the body does not fit beside the others. */
  async hold(
    { body, identity: { caller } }: Pick<RoutedRequest, 'body' | 'identity'>,
    work: () => Promise<Reply>,
  ): Promise<Reply> {
    const bytes = body.length > SMALL_BYTES ? body.length : 0
    if (!this.#room.hasRoom(caller, bytes)) return withRetryAfter(refuseA1111(INPUTS_FULL), INPUTS_FULL)
    this.#room.count(caller, bytes)
    try {
      return await work()
    } finally {
      this.#room.count(caller, -bytes)
    }
  }
}
