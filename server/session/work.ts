import type { Credit } from '../../lib/flow/credit.ts'
import type { Mailbox } from '../../lib/flow/mailbox.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import type { Job } from '../engine/engine.ts'
import type { FrameRequest } from './frame-request.ts'

export interface WaitingFrame extends FrameRequest {
  readonly params: DrawParams
  readonly receivedMs: number
}

/** A frame the engine works on; `controller` ends its job. */
export interface RunningFrame extends WaitingFrame {
  readonly startedMs: number
  readonly job: Job
  /** What it began with, of the model that was there then. */
  readonly used: DrawParams
  readonly model: ModelInfo
  readonly controller: AbortController
}

export interface Work {
  readonly mailbox: Mailbox<WaitingFrame>
  readonly credit: Credit
  readonly running: Set<RunningFrame>
}
