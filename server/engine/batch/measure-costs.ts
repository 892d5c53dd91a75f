// What a U-Net call costs by its number of rows, found out by running it: devices differ in where more rows pay.
import type { PredictInput } from '../../../lib/lcm/models.ts'
import type { Size } from '../../../lib/std/size.ts'
import { messageOf } from '../../../lib/std/errors.ts'
import { BUCKETS, usefulRows, type CallCosts } from './next-call.ts'

/** Ratios of an A100, from published figures of 1 and 4 rows, 2 and 8 on the same line. */
const ASSUMED_COSTS: CallCosts = new Map([
  [1, 1],
  [2, 1.45],
  [4, 2.36],
  [8, 4.2],
])

export interface CallsToMeasure {
  /** One U-Net call of so many rows. */
  readonly run: (rows: readonly PredictInput[], bucket: number) => Promise<unknown>
  /** Any row of the size that is drawn in most. */
  readonly row: PredictInput
  /** Most rows to try. */
  readonly maxRows: number
  readonly nowMs: () => number
  /** Told, and waited for, before the first call of so many rows: it may be the last thing this process does. */
  readonly onCall: (rows: number) => Promise<void>
}

export interface Batching {
  readonly costs: CallCosts
  /** Most rows that are worth a call; 1: none beside the first. */
  readonly rows: number
  /** Most rows of a call that was made to find that out, whether it failed or not. */
  readonly tried: number
  /** For the log: what was found. */
  readonly reason: string
}

/** Without measuring: as on a GPU, whatever this device is. */
export function assumedCosts(maxRows: number): Batching {
  const costs = new Map([...ASSUMED_COSTS].filter(([bucket]) => bucket <= maxRows))
  const rows = usefulRows(costs)
  return { costs, rows, tried: 1, reason: `up to ${rows} rows in a call, as was asked for` }
}

/** Timed runs of each bucket, after one that is not: it compiles, plans and takes memory. */
const RUNS = 3
/**
 * A call that takes so long (ms) is run no more often, and no larger one is tried: a picture of such steps is not drawn in live,
 * each row more would make it wait longer, and people wait for the engine to start.
 */
const LONG_MS = 1000

/**
 * Measures each bucket up to `maxRows`, and stops where one fails, for lack of memory most likely, or takes long.
 * @throws what a single row throws, also after larger calls failed: then the device did not survive them.
 */
export async function measureCosts({ run, row, maxRows, nowMs, onCall }: CallsToMeasure): Promise<Batching> {
  const costs = new Map<number, number>()
  let stopped = ''
  let tried = 1
  for (const bucket of BUCKETS.filter((rows) => rows <= maxRows)) {
    const rows = Array.from({ length: bucket }, () => row)
    await onCall(bucket)
    tried = bucket
    try {
      const ms = await fastest(() => run(rows, bucket), nowMs)
      costs.set(bucket, ms)
      if (ms < LONG_MS) continue
      stopped = '; larger ones were not tried'
      break
    } catch (error) {
      if (bucket === 1) throw error
      await run([row], 1)
      stopped = `; ${bucket} rows failed (${messageOf(error)})`
      break
    }
  }
  await onCall(1)
  const rows = usefulRows(costs)
  const figures = [...costs].map(([bucket, ms]) => `${bucket}: ${ms.toFixed(1)} ms`).join(', ')
  const found = rows > 1 ? `up to ${rows} rows in a call` : noMore(costs.size)
  return { costs, rows, tried, reason: `${found} (${figures}${stopped})` }
}

function noMore(measured: number): string {
  return measured > 1 ? 'more rows in a call are no faster' : 'no calls of more rows'
}

/**
 * Most rows of a call at `size`, where calls of up to `rows` were measured at `measured`: what attention holds grows with the
 * square of the area, and larger pictures gain less by company, as each fills more of the device by itself.
 */
export function rowsAt(size: Size, measured: Size, rows: number): number {
  const times = (size.width * size.height) / (measured.width * measured.height)
  return Math.max(1, Math.floor(rows / Math.max(1, times ** 2)))
}

async function fastest(run: () => Promise<unknown>, nowMs: () => number): Promise<number> {
  await run()
  let best = Infinity
  for (let i = 0; i < RUNS; i++) {
    const startedMs = nowMs()
    await run()
    best = Math.min(best, nowMs() - startedMs)
    if (best >= LONG_MS) break
  }
  return best
}
