import { randomBytes } from 'node:crypto'
import type { Clock } from '../../lib/std/clock.ts'
import type { Identity } from './identity.ts'

export const TICKET_LIFE_SECONDS = 30
/** More than this many unused tickets: the oldest go. */
const MAX_TICKETS = 10_000

export interface IssuedTicket {
  readonly ticket: string
  readonly lifeSeconds: number
}

export interface TicketsOptions {
  readonly clock: Clock
  /** Wall-clock time in ms since 1970, for the end of the token that a ticket is made with. */
  readonly epochMs: () => number
}

/**
 * Single-use entrance for a socket, whose address (and with it the ticket) ends up in logs and histories: by then it is
 * worth nothing.
 */
export class Tickets {
  readonly #clock: Clock
  readonly #epochMs: () => number
  readonly #open = new Map<string, { readonly identity: Identity; readonly untilMs: number }>()

  constructor({ clock, epochMs }: TicketsOptions) {
    this.#clock = clock
    this.#epochMs = epochMs
  }

  /** It ends no later than the token it is made with. */
  issue(identity: Identity): IssuedTicket {
    const ticket = randomBytes(24).toString('base64url')
    const restMs = (identity.expiresAtMs ?? Infinity) - this.#epochMs()
    const lifeMs = Math.max(0, Math.min(TICKET_LIFE_SECONDS * 1000, restMs))
    this.#open.set(ticket, { identity, untilMs: this.#clock.now() + lifeMs })
    // Insertion order is order of expiry but for those of tokens that end soon, which go with the others.
    for (const [old, { untilMs }] of this.#open) {
      if (this.#open.size <= MAX_TICKETS && untilMs > this.#clock.now()) break
      this.#open.delete(old)
    }
    return { ticket, lifeSeconds: Math.floor(lifeMs / 1000) }
  }

  /** Whom the ticket was for, once. */
  take(ticket: string): Identity | undefined {
    const found = this.#open.get(ticket)
    this.#open.delete(ticket)
    return found && found.untilMs > this.#clock.now() ? { ...found.identity, via: 'ticket' } : undefined
  }
}
