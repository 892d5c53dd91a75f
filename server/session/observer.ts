import type { FrameMode } from '../../lib/protocol/control.ts'
import type { TerminalEvent } from './session-event.ts'

/** What the world may watch: counters and log lines. Never changes what happens. */
export interface SessionObserver {
  sessionOpened(session: string): void
  sessionClosed(session: string): void
  frameAccepted(session: string, frame: { readonly seq: number; readonly mode: FrameMode }): void
  frameEnded(session: string, event: TerminalEvent): void
  /** A refinement pass was stopped for somebody's live frame. */
  jobGaveWay(session: string, seq: number): void
  jobFailed(session: string, seq: number, error: unknown): void
}
