// Progress as AUTOMATIC1111 and SD.Next tell it to whoever polls, from what is known of the caller's newest job.
import { dataUri } from '../../lib/protocol/image-bytes.ts'
import { isSameForm, previewWant } from '../../lib/protocol/preview.ts'
import type { PreviewForm } from '../../lib/protocol/preview.ts'
import type { JobTrace } from '../session/traces.ts'
import { toBase64 } from './image-text.ts'
import { SDNEXT_FORM } from './sdnext-preview.ts'

/** GET /sdapi/v1/progress has PNG there; POST /internal/progress JPEG, in the form of the preview socket. */
export const PROGRESS_WANT = previewWant({ everySteps: 1, side: 256, codec: 'png' })
export const INTERNAL_WANT = previewWant({ ...SDNEXT_FORM, everySteps: 1 })

export interface ProgressNow {
  /** The picture that is being painted, else the last one. */
  readonly trace: JobTrace | undefined
  /** The request that runs: of its pictures, which are A1111's jobs, `ended` are done. `undefined` when none does. */
  readonly running: RunningJob | undefined
  readonly nowMs: number
}

/** What runs at another door has the name of the first. */
export type JobKind = 'txt2img' | 'img2img'

export interface RunningJob {
  readonly name: string | null
  readonly kind: JobKind
  readonly pictures: number
  readonly ended: number
  readonly startedMs: number
}

/** Steps of the picture in hand; between two pictures of one request there is none. */
function stepsOf({ trace, running }: ProgressNow): { step: number; steps: number } {
  const isPainted = running !== undefined && trace !== undefined && trace.end === undefined
  return isPainted ? { step: trace.step, steps: trace.steps } : { step: 0, steps: 0 }
}

/** 0..1 over all pictures of the request; from the first moment not 0, as there. */
function shareOf(now: ProgressNow): number {
  const { running } = now
  if (!running) return 0
  const { step, steps } = stepsOf(now)
  const done = (running.ended + step / Math.max(1, steps)) / Math.max(1, running.pictures)
  return Math.min(1, Math.max(0.01, Math.round(100 * done) / 100))
}

function etaOf(now: ProgressNow): number {
  const share = shareOf(now)
  if (!now.running || share <= 0.01) return 0
  const elapsedS = (now.nowMs - now.running.startedMs) / 1000
  return Math.max(0, elapsedS / share - elapsedS)
}

/** Base64 of the newest preview in one form. */
function previewOf(now: ProgressNow, form: PreviewForm): string | undefined {
  const preview = now.running ? now.trace?.previews.find((one) => isSameForm(one, form)) : undefined
  return preview && toBase64(preview.image)
}

/** GET /sdapi/v1/progress. */
export function progressBody(now: ProgressNow, showsImage: boolean): Record<string, unknown> {
  const { running } = now
  const { step, steps } = stepsOf(now)
  return {
    progress: shareOf(now),
    eta_relative: etaOf(now),
    state: {
      skipped: false,
      interrupted: now.trace?.end === 'failed',
      stopping_generation: false,
      job: running?.kind ?? '',
      job_count: running?.pictures ?? 0,
      job_timestamp: '0',
      job_no: running?.ended ?? 0,
      sampling_step: step,
      sampling_steps: steps,
    },
    current_image: (showsImage && previewOf(now, PROGRESS_WANT)) || null,
    textinfo: null,
    current_task: running?.name ?? null,
  }
}

export interface TaskState {
  readonly active: boolean
  readonly queued: boolean
  readonly completed: boolean
}

/** POST /internal/progress. `since`: the preview the page has; below 0 it is hidden and gets none. */
export function internalProgressBody(
  now: ProgressNow,
  task: TaskState,
  since: number,
): Record<string, unknown> {
  const { running } = now
  const { step, steps } = stepsOf(now)
  const image = since >= 0 ? previewOf(now, INTERNAL_WANT) : undefined
  const id = now.trace?.previewId ?? 0
  const isNew = image !== undefined && id !== since
  return {
    job: running?.kind ?? '',
    textinfo: task.queued ? 'In queue...' : null,
    ...task,
    paused: false,
    debug: false,
    step,
    steps,
    batch_no: running?.ended ?? 0,
    batch_count: running?.pictures ?? 0,
    progress: task.completed ? 1 : shareOf(now),
    eta: running ? etaOf(now) : null,
    live_preview: isNew ? dataUri('jpeg', image) : null,
    id_live_preview: isNew ? id : since,
  }
}
