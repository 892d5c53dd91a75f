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
  /** The job that runs, else the last one. */
  readonly trace: JobTrace | undefined
  readonly load: { readonly waiting: number; readonly running: number }
  readonly nowMs: number
}

const isRunning = ({ trace, load }: ProgressNow) =>
  load.running > 0 && trace !== undefined && trace.end === undefined

/** 0..1; from the first moment not 0, as there. */
function shareOf(now: ProgressNow): number {
  if (!isRunning(now) || !now.trace) return 0
  const { step, steps } = now.trace
  return Math.max(0.01, Math.round((100 * step) / Math.max(1, steps)) / 100)
}

function etaOf(now: ProgressNow): number {
  const share = shareOf(now)
  if (share === 0 || !now.trace || now.trace.step === 0) return 0
  const elapsedS = (now.nowMs - now.trace.startedMs) / 1000
  return Math.max(0, elapsedS / share - elapsedS)
}

/** Base64 of the newest preview in one form. */
function previewOf(now: ProgressNow, form: PreviewForm): string | undefined {
  const preview = isRunning(now) ? now.trace?.previews.find((one) => isSameForm(one, form)) : undefined
  return preview && toBase64(preview.image)
}

/** GET /sdapi/v1/progress. */
export function progressBody(now: ProgressNow, showsImage: boolean): Record<string, unknown> {
  const running = isRunning(now)
  return {
    progress: shareOf(now),
    eta_relative: etaOf(now),
    state: {
      skipped: false,
      interrupted: now.trace?.end === 'failed',
      stopping_generation: false,
      job: running ? 'txt2img' : '',
      job_count: now.load.running + now.load.waiting,
      job_timestamp: '0',
      job_no: 0,
      sampling_step: running ? (now.trace?.step ?? 0) : 0,
      sampling_steps: running ? (now.trace?.steps ?? 0) : 0,
    },
    current_image: (showsImage && previewOf(now, PROGRESS_WANT)) || null,
    textinfo: null,
    current_task: null,
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
  const running = isRunning(now)
  const image = since >= 0 ? previewOf(now, INTERNAL_WANT) : undefined
  const id = now.trace?.previewId ?? 0
  const isNew = image !== undefined && id !== since
  return {
    job: running ? 'txt2img' : '',
    textinfo: task.queued ? 'In queue...' : null,
    ...task,
    paused: false,
    debug: false,
    step: running ? (now.trace?.step ?? 0) : 0,
    steps: running ? (now.trace?.steps ?? 0) : 0,
    batch_no: 0,
    batch_count: now.load.running + now.load.waiting,
    progress: task.completed ? 1 : shareOf(now),
    eta: running ? etaOf(now) : null,
    live_preview: isNew ? dataUri('jpeg', image) : null,
    id_live_preview: isNew ? id : since,
  }
}
