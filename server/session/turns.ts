import type { Session } from './session.ts'

/**
 * Whose turn it is: callers first, then the sessions of that caller, so that opening more of them brings nobody more
 * turns (SPEC F8). Who was served goes to the end of both lines.
 */
export class Turns {
  readonly #callers = new Map<string, Set<Session>>()

  /** @param caller whose turns the session takes; without keys everyone on this machine is one */
  add(session: Session, caller: string): void {
    const sessions = this.#callers.get(caller) ?? new Set()
    this.#callers.set(caller, sessions.add(session))
  }

  remove(session: Session): void {
    for (const [caller, sessions] of this.#callers)
      if (sessions.delete(session) && sessions.size === 0) this.#callers.delete(caller)
  }

  /** All of them, those whose turn it is first. */
  *[Symbol.iterator](): Iterator<Session> {
    for (const sessions of this.#callers.values()) yield* sessions
  }

  /** The first that `isReady`; it has had its turn then. */
  take(isReady: (session: Session) => boolean): Session | undefined {
    for (const [caller, sessions] of this.#callers)
      for (const session of sessions)
        if (isReady(session)) {
          this.#toEnd(caller, sessions, session)
          return session
        }
    return undefined
  }

  #toEnd(caller: string, sessions: Set<Session>, session: Session): void {
    sessions.delete(session)
    sessions.add(session)
    this.#callers.delete(caller)
    this.#callers.set(caller, sessions)
  }
}
