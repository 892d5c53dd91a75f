// How long a call takes: first once, then until the device is awake, then timed.
import type { Clock } from '../../../lib/std/clock.ts'
import { spread } from '../../../lib/std/statistics.ts'

export interface Times {
  readonly p50: number
  readonly p95: number
  readonly runs: number
}

export interface Timing {
  readonly clock: Pick<Clock, 'now'>
  /** Timed runs, at least. */
  readonly runs: number
}

/** A GPU lowers its clocks when idle, and takes about a second of work to raise them again. */
const WARM_UP_MS = 1500
/** Short runs are repeated for so long, so that one hiccup is not the p95. */
const TIMED_MS = 2000
/** A graph this slow is known after a few runs; the machine may be lent by the minute. */
const PATIENCE_MS = 30_000
const FEWEST_RUNS = 5

/** Milliseconds of the first call and of each timed one; warm-up lies between them. */
export async function timeRuns(
  run: () => Promise<unknown>,
  { clock, runs }: Timing,
): Promise<{ readonly firstMs: number; readonly ms: readonly number[] }> {
  const once = async () => {
    const startedMs = clock.now()
    await run()
    return clock.now() - startedMs
  }
  const firstMs = await once()
  const warmFromMs = clock.now()
  while (clock.now() - warmFromMs < WARM_UP_MS) await run()
  const ms: number[] = []
  const timedFromMs = clock.now()
  for (;;) {
    const spentMs = clock.now() - timedFromMs
    if (ms.length >= runs && spentMs >= TIMED_MS) break
    if (ms.length >= FEWEST_RUNS && spentMs >= PATIENCE_MS) break
    ms.push(await once())
  }
  return { firstMs, ms }
}

export function timesOf(ms: readonly number[]): Times {
  const { p50, p95 } = spread(ms)
  return { p50, p95, runs: ms.length }
}
