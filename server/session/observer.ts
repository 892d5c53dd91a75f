import type { FrameMode } from '../../lib/protocol/control.ts'
import type { ErrorCode } from '../../lib/protocol/errors.ts'
import type { TerminalEvent } from './session-event.ts'

/** Whose session it is. Holds no secret (auth/identity.ts). */
export interface SessionPlace {
  readonly caller: string
  /** Id of the dialect. */
  readonly door: string
}

/** What the world may watch: counters and log lines. Never changes what happens. */
export interface SessionObserver {
  sessionOpened(session: string, place: SessionPlace): void
  /** There was no place for it, or the server stops. */
  sessionRefused(place: SessionPlace, code: ErrorCode): void
  /** It had not drawn for long, and somebody else wanted its place. */
  sessionGaveWay(session: string): void
  sessionClosed(session: string): void
  frameAccepted(session: string, frame: { readonly seq: number; readonly mode: FrameMode }): void
  frameEnded(session: string, event: TerminalEvent): void
  /** A refinement pass was stopped for somebody's live frame. */
  jobGaveWay(session: string, seq: number): void
  jobFailed(session: string, seq: number, error: unknown): void
}
