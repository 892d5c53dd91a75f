import type { Clock } from '../../lib/std/clock.ts'
import type { SpawnChild } from './child.ts'
import type { EngineLog } from './log.ts'
import type { Memory } from './memory.ts'
import type { PrecisionChoice } from './precision.ts'
import type { PrecisionMemory } from './precision-memory.ts'
import type { Candidate } from './providers.ts'

export type BatchingChoice = 'on' | 'off' | 'auto'

export interface LocalEngineOptions {
  readonly modelDir: string
  /** An onnxruntime execution provider, or 'auto' for the fastest that works here; default 'cpu'. */
  readonly provider?: string
  /** Of models that have int8 graphs, on provider cpu; default 'auto': int8 where it is faster and right. */
  readonly precision?: PrecisionChoice
  /** Shared by engines that should not find different precisions for the same model; default: its own. */
  readonly precisions?: PrecisionMemory
  /** Threads of one run; default: the cores, shared between the slots. */
  readonly threads?: number
  /** Processes, each with its own copy of the model; default 1. */
  readonly slots?: number
  /** Whether pictures of one process share U-Net calls; 'auto', the default: on cuda and webgpu, as far as it pays. */
  readonly batching?: BatchingChoice
  /** Bytes the graphs of all open sizes may take in one process; default half of the memory, shared by the slots. */
  readonly memoryBudgetBytes?: number
  /** Longest that whoever gives the jobs lets one take before it cancels it, in ms; default 60 s. */
  readonly deadlineMs?: number
  /** Whether pictures pass the model's safety checker; default: as its manifest says. */
  readonly safetyChecker?: boolean
  readonly log: EngineLog
  /** Hears of every process that ended by itself or hung. */
  readonly onProcessLost?: () => void
  /** For tests: longest a child that starts may say nothing of its progress, in ms; 120 s, or the deadline where it is longer. */
  readonly startTimeoutMs?: number
  /** For tests: longest a child may leave a cancel unanswered, in ms; 60 s, or the deadline where it is longer. */
  readonly cancelTimeoutMs?: number
  /** For tests: `false` does not compare every file's SHA-256 with the manifest at start. */
  readonly verifyHashes?: boolean
  /** For tests: where the compiled child entry is. */
  readonly workerUrl?: URL
  /** For tests: a child that is no process. */
  readonly spawn?: SpawnChild
  /** For tests: what `auto` chooses from. */
  readonly candidates?: readonly Candidate[]
  /** For tests. */
  readonly clock?: Clock
  /** For tests: what is free, asked at the start and whenever the provider changes. */
  readonly memory?: () => Memory
}

/**
 * How long a child may be silent before it counts as hung. A cancel is read between two calls of a graph: the one that
 * runs, or the opening of the graphs of a new size, cannot be interrupted. Where a whole picture may take the deadline,
 * each of them may; and the deadline may be short for people's sake, on a machine where one step takes longer.
 */
export function timeoutsOf({ deadlineMs = 60_000, startTimeoutMs, cancelTimeoutMs }: LocalEngineOptions) {
  return {
    startTimeoutMs: startTimeoutMs ?? Math.max(120_000, deadlineMs),
    cancelTimeoutMs: cancelTimeoutMs ?? Math.max(60_000, deadlineMs),
  }
}
