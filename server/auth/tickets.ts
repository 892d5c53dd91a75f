import { randomBytes } from 'node:crypto'
import type { Clock } from '../../lib/std/clock.ts'
import type { Identity } from './identity.ts'

export const TICKET_LIFE_SECONDS = 30
/** More than this many unused tickets: the oldest go. */
const MAX_TICKETS = 10_000

/**
 * Single-use entrance for a socket, whose address (and with it the ticket) ends up in logs and histories: by then it is
 * worth nothing.
 */
export class Tickets {
  readonly #clock: Clock
  readonly #open = new Map<string, { readonly identity: Identity; readonly untilMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(identity: Identity): string {
    const ticket = randomBytes(24).toString('base64url')
    this.#open.set(ticket, { identity, untilMs: this.#clock.now() + TICKET_LIFE_SECONDS * 1000 })
    // Insertion order is order of expiry.
    for (const [old, { untilMs }] of this.#open) {
      if (this.#open.size <= MAX_TICKETS && untilMs > this.#clock.now()) break
      this.#open.delete(old)
    }
    return ticket
  }

  /** Whom the ticket was for, once. */
  take(ticket: string): Identity | undefined {
    const found = this.#open.get(ticket)
    this.#open.delete(ticket)
    return found && found.untilMs > this.#clock.now() ? { ...found.identity, via: 'ticket' } : undefined
  }
}
