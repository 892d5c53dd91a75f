// What the engine and its child process say to each other, over Node's IPC channel with advanced serialization.
import type { ErrorCode } from '../../lib/protocol/errors.ts'
import type { PreviewWant } from '../../lib/protocol/preview.ts'
import type { ErrorPlace } from '../../lib/std/errors.ts'
import type { PixelSize } from './codec.ts'
import type { Job, JobResult, StepEvent } from './engine.ts'
import type { FoundPrecision, PrecisionChoice } from './precision.ts'

/** Where latents are between steps: on the device, back with the loop, or where it is measured to be faster. */
export type LatentsChoice = 'device' | 'host' | 'measured'

/** What may end a process that starts: a U-Net call of so many rows, or the first picture whose latents stay. */
export type Trial = number | 'latents'

export interface WorkerConfig {
  readonly modelDir: string
  readonly provider: string
  readonly threads: number
  /** Default 'auto': what is faster and right, where the model has int8 graphs. */
  readonly precision?: PrecisionChoice
  /** Whether pictures share U-Net calls: always, or as far as calls are measured to gain by it; default never. */
  readonly batching?: 'always' | 'measured'
  /** Most rows of a call: larger ones ended the process before, or did not pay. */
  readonly maxRows?: number
  /** Why no more, in words. */
  readonly maxRowsReason?: string
  /** Default 'host'. */
  readonly latents?: LatentsChoice
  /** Bytes the graphs of all open sizes may take; default half of the memory. */
  readonly memoryBudgetBytes?: number
  /** Every picture passes the model's safety checker. */
  readonly safetyChecker?: boolean
}

export interface SlotJob {
  readonly job: Job
  /** The model's size it is rendered in. */
  readonly rendered: PixelSize
  /** The model's size whose noise it continues. */
  readonly noiseFrom: PixelSize | undefined
}

export type ToWorker =
  /** Instead of `start`: does this provider run at all, and (`againstCpu`) no slower than the CPU? */
  | { readonly type: 'probe'; readonly provider: string; readonly againstCpu: boolean }
  | { readonly type: 'start'; readonly config: WorkerConfig }
  | { readonly type: 'job'; readonly id: number; readonly work: SlotJob }
  | { readonly type: 'cancel'; readonly id: number }
  /** In place of the job's wants, from its next step on. */
  | { readonly type: 'previews'; readonly id: number; readonly wants: readonly PreviewWant[] }

export type FromWorker =
  | {
      readonly type: 'ready'
      readonly loadMs: number
      readonly rssBytes: number
      /** Jobs it takes at a time. */
      readonly lanes: number
      /** Why so many, where more than one was asked for. */
      readonly lanesReason: string | undefined
      /** Most rows of a U-Net call that was made to find that out. */
      readonly tried?: number
      /** Where latents are between steps and why, where that was a question. */
      readonly latents?: string
      readonly precision: FoundPrecision
    }
  /** While it starts: this is done. */
  | { readonly type: 'progress'; readonly what: string }
  /** While it starts: what comes next may be more than the device survives; a call of one row never is. */
  | { readonly type: 'measuring'; readonly trial: Trial }
  /** The model folder cannot be used; trying again without repairing it is in vain. */
  | { readonly type: 'unusable'; readonly code: string; readonly message: string }
  | { readonly type: 'step'; readonly id: number; readonly event: StepEvent }
  | { readonly type: 'done'; readonly id: number; readonly result: JobResult }
  | ({ readonly type: 'probed' } & Probed)
  | ({ readonly type: 'failed'; readonly id: number } & FailedJob)

export interface Probed {
  /** Why it cannot be used, in words. */
  readonly problem: string | undefined
  /** Why it should not be, though it can: the CPU is faster. */
  readonly slow?: string
}

export interface FailedJob {
  readonly failure: JobFailure
  /** The provider failed, for this reason: this process is of no more use. */
  readonly fatal?: string
  /** There is no memory to paint in this size. */
  readonly noRoomFor?: PixelSize
}

export interface JobFailure {
  readonly code: ErrorCode
  readonly message: string
  readonly place: ErrorPlace
}

const TO_WORKER: readonly unknown[] = [
  'probe',
  'start',
  'job',
  'cancel',
  'previews',
] satisfies ToWorker['type'][]
const FROM_WORKER: readonly unknown[] = [
  'ready',
  'progress',
  'measuring',
  'unusable',
  'probed',
  'step',
  'done',
  'failed',
] satisfies FromWorker['type'][]

/** Both ends are ours and of one build: the tag is enough to know the rest. */
export function isToWorker(value: unknown): value is ToWorker {
  return hasType(value) && TO_WORKER.includes(value.type)
}

export function isFromWorker(value: unknown): value is FromWorker {
  return hasType(value) && FROM_WORKER.includes(value.type)
}

function hasType(value: unknown): value is { type: unknown } {
  return typeof value === 'object' && value !== null && 'type' in value
}
