// Step-level batching, the choice alone: which of the waiting rows go into the next U-Net call. A row is one pass of
// one picture at one step; rows of one call share a size, and each may be at another step. No clock, no device.
import type { FrameMode } from '../../../lib/protocol/control.ts'

/** Rows a call may carry; a call with fewer is filled up. Every other number would be another plan for the device. */
export const BUCKETS = [1, 2, 4, 8] as const

/** Longest (ms) a call is held back, from the end of the last one, for rows that are about to be back. */
export const JOIN_WAIT_MS = 2

/** Calls that may go by a refinement before it takes its turn among live frames: giving way is not giving up. */
export const REFINE_PATIENCE = 4

export interface WaitingRow {
  /** Rows of one size fit into one call. */
  readonly size: string
  readonly mode: FrameMode
  /** Calls that have gone by without it while it waited. */
  readonly passedBy: number
  /** Most rows of its size that a call may carry; any bucket's when absent. */
  readonly most?: number
}

/** Milliseconds of a call by its bucket, as measured on this device; the smallest bucket is 1. Only ratios count. */
export type CallCosts = ReadonlyMap<number, number>

export interface Call<R> {
  readonly rows: readonly R[]
  readonly bucket: number
}

/**
 * The call to make now: its rows, oldest first, and the bucket they are fed in.
 *
 * The oldest row that has a right to go is always among them, so none starves: live rows go in the order they came,
 * and a refinement goes when no live row waits or `REFINE_PATIENCE` calls have passed it by. Of the rows beside it as
 * many go as give the most rows per millisecond: three may fill a bucket of four, or leave one for the next call.
 *
 * @param waiting oldest first.
 */
export function nextCall<R extends WaitingRow>(waiting: readonly R[], costs: CallCosts): Call<R> | undefined {
  const entitled = waiting.filter(isEntitled)
  const first = entitled[0] ?? waiting[0]
  if (first === undefined) return undefined
  const beside = waiting.filter((row) => row.size === first.size)
  const own = entitled.length === 0 ? beside : beside.filter(isEntitled)
  const bucket = bestBucket(own.length, within(costs, first.most))
  // Places that would be filled up anyway go to refinements of the same size.
  const others = beside.filter((row) => !own.includes(row))
  return { rows: [...own, ...others].slice(0, bucket), bucket }
}

/** The costs of calls of `most` rows or fewer. */
export function within(costs: CallCosts, most = Infinity): CallCosts {
  return new Map([...costs].filter(([bucket]) => bucket <= most))
}

/** Whether a call of `ready` rows should be held back for `coming` more: they must gain more than the wait costs. */
export function isWorthWaiting(ready: number, coming: number, costs: CallCosts): boolean {
  if (ready === 0 || coming === 0) return false
  return rate(ready + coming, costs, JOIN_WAIT_MS) > rate(ready, costs, 0)
}

/** The most rows that are worth having at a time: beyond it more of them are no faster. 1: batching does not pay. */
export function usefulRows(costs: CallCosts): number {
  return bestBucket(Math.max(...costs.keys()), costs)
}

function isEntitled({ mode, passedBy }: WaitingRow): boolean {
  return mode === 'live' || passedBy >= REFINE_PATIENCE
}

/** Of equal rates the one that moves more rows. */
function bestBucket(rows: number, costs: CallCosts): number {
  let best = { bucket: 1, moved: 0, rate: 0 }
  for (const [bucket, ms] of costs) {
    const moved = Math.min(rows, bucket)
    const rate = moved / ms
    if (rate > best.rate || (rate === best.rate && moved > best.moved)) best = { bucket, moved, rate }
  }
  return best.bucket
}

function rate(rows: number, costs: CallCosts, waitedMs: number): number {
  return Math.max(...[...costs].map(([bucket, ms]) => Math.min(rows, bucket) / (ms + waitedMs)))
}
