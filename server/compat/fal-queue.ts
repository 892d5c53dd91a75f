// fal's queue: what a submitted request says about itself until somebody fetches its result. Words and statuses are
// fal's; `COMPLETED` is the only end its clients look for, so a failed or cancelled request is completed too, and its
// result is the error.
import type { OnceAnswer } from './dialect.ts'
import { INFERENCE_TIME } from './fal-output.ts'

export type FalJobStatus = 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED'

/** A submitted request, seen from here; what works on it is the gateway's. */
export interface FalJob {
  readonly requestId: string
  /** Owner and alias, without the sub-path: that is how clients ask about it. */
  readonly app: string
  status(): FalJobStatus
  /** Requests of the same caller that come first. */
  position(): number
  /** There once COMPLETED. */
  answer(): OnceAnswer | undefined
  readonly logs: readonly FalLog[]
  cancel(): void
}

export interface FalLog {
  readonly timestamp: string
  readonly level: 'INFO'
  readonly source: 'SKETCHWIRE'
  readonly message: string
}

interface Kept<J> {
  readonly job: J
  endedMs: number | undefined
  bytes: number
}

export interface FalJobsLimits {
  readonly jobs: number
  /** Of all results together. */
  readonly bytes: number
  /** How long a result waits to be fetched. */
  readonly lifeMs: number
}

const DEFAULT_LIMITS: FalJobsLimits = { jobs: 1024, bytes: 256 * 1024 * 1024, lifeMs: 60 * 60 * 1000 }

/** The requests that were submitted, with the results nobody fetched yet. Bounded: the oldest result goes first. */
export class FalJobs<J extends FalJob = FalJob> {
  readonly #nowMs: () => number
  readonly #limits: FalJobsLimits
  readonly #jobs = new Map<string, Kept<J>>()

  constructor(nowMs: () => number, limits: Partial<FalJobsLimits> = {}) {
    this.#nowMs = nowMs
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
  }

  /** False when nothing but requests that still wait would have to go for it. */
  add(job: J): boolean {
    this.#forgetOld(1)
    if (this.#jobs.size >= this.#limits.jobs) return false
    this.#jobs.set(job.requestId, { job, endedMs: undefined, bytes: 0 })
    return true
  }

  /** To be called when the job has its answer. */
  ended(requestId: string): void {
    const kept = this.#jobs.get(requestId)
    if (!kept) return
    kept.endedMs = this.#nowMs()
    kept.bytes = kept.job.answer()?.body.length ?? 0
    // In the order they ended, so that the first is the first to go.
    this.#jobs.delete(requestId)
    this.#jobs.set(requestId, kept)
    this.#forgetOld(0)
  }

  /** @param app owner and alias: a request id of another app is none */
  get(app: string, requestId: string): J | undefined {
    this.#forgetOld(0)
    const job = this.#jobs.get(requestId)?.job
    return job?.app === app ? job : undefined
  }

  #forgetOld(coming: number): void {
    const { jobs, bytes, lifeMs } = this.#limits
    const since = this.#nowMs() - lifeMs
    let total = 0
    for (const kept of this.#jobs.values()) total += kept.bytes
    for (const [id, kept] of this.#jobs) {
      if (kept.endedMs === undefined) continue
      if (kept.endedMs > since && this.#jobs.size + coming <= jobs && total <= bytes) continue
      this.#jobs.delete(id)
      total -= kept.bytes
    }
  }
}

/** Addresses a client may use instead of making its own. */
function addresses(job: FalJob, base: string): Record<string, string> {
  const request = `${base}/${job.app}/requests/${job.requestId}`
  return { response_url: request, status_url: `${request}/status`, cancel_url: `${request}/cancel` }
}

/**
 * One status.
 *
 * @param base where the queue answers for this client
 * @param logsFrom number of log lines the client has; `undefined` when it wants none
 */
export function statusBody(job: FalJob, base: string, logsFrom: number | undefined): Record<string, unknown> {
  const status = job.status()
  const body = { status, request_id: job.requestId, ...addresses(job, base) }
  if (status === 'IN_QUEUE') return { ...body, queue_position: job.position() }
  const logs = logsFrom === undefined ? null : job.logs.slice(logsFrom)
  if (status === 'IN_PROGRESS') return { ...body, logs }
  return { ...body, logs, metrics: { inference_time: inferenceSeconds(job.answer()) } }
}

/** fal: 202 while it is not done. */
export function statusCode(job: FalJob): number {
  return job.status() === 'COMPLETED' ? 200 : 202
}

function inferenceSeconds(answer: OnceAnswer | undefined): number | null {
  const seconds = Number(answer?.headers[INFERENCE_TIME] ?? NaN)
  return Number.isFinite(seconds) ? seconds : null
}

/** What a webhook is told of a request that is done; an error is told by its status, its words are the payload. */
export function webhookBody(requestId: string, { status, body }: OnceAnswer): string {
  const payload: unknown = JSON.parse(body)
  const isOk = status === 200
  const error = isOk ? null : `Invalid status code: ${status}`
  const about = { request_id: requestId, gateway_request_id: requestId, status: isOk ? 'OK' : 'ERROR' }
  return JSON.stringify({ ...about, error, payload })
}

/** The result, or what the original says where there is none yet. */
export function resultAnswer(job: FalJob): OnceAnswer {
  return (
    job.answer() ??
    json(400, { detail: 'Request is still in progress', message: 'Request is still in progress' })
  )
}

export function cancelAnswer(job: FalJob): OnceAnswer {
  if (job.status() === 'COMPLETED') return json(400, { status: 'ALREADY_COMPLETED' })
  job.cancel()
  return json(202, { status: 'CANCELLATION_REQUESTED' })
}

export function unknownJob(requestId: string): OnceAnswer {
  const message = `No request ${requestId}: it was never submitted here, or its result is no longer kept`
  return json(404, { detail: message, message, status: 'NOT_FOUND' })
}

function json(status: number, body: unknown): OnceAnswer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status, headers, body: JSON.stringify(body) }
}
