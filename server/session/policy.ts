import type { MailboxPolicy } from '../../lib/flow/mailbox.ts'
import type { FrameRequest } from './frame-request.ts'

/** How one kind of client is served; differences between dialects are data. */
export interface SessionPolicy {
  readonly mailbox: MailboxPolicy
  /** Frames in flight, waiting and running, that the client is told it may have (SPEC C1). */
  readonly credit: number
  /** 1 for a live session, so that images leave in order (SPEC F2); a FIFO session may have more. */
  readonly maxRunning: number
  /** Whether its newest frame may begin while older ones run, as many as `Engine.abreast`, each with one credit more. */
  readonly overlaps?: boolean
}

/** With what runs at a time at most, one more waits. */
export function creditOf(policy: SessionPolicy, abreast: number): number {
  return policy.credit + (policy.overlaps === true ? abreast - 1 : 0)
}

type Frame = Pick<FrameRequest, 'mode' | 'batch'>

/** Whether `next` may begin while `running` run. */
export function hasRoom(
  { policy, abreast }: { readonly policy: SessionPolicy; readonly abreast: () => number },
  running: ReadonlySet<Frame>,
  { mode, batch }: Frame,
): boolean {
  if (running.size < policy.maxRunning) return true
  if (policy.overlaps !== true || mode !== 'live' || running.size >= abreast()) return false
  // The pictures of one request come in order.
  return batch === undefined || ![...running].some((frame) => frame.batch === batch)
}
