import { percentile } from '../std/statistics.ts'
import { configName } from './plan.ts'
import type { BenchReport, RunResult } from './report.ts'

/** A figure that two runs are compared by. */
export interface Measure {
  readonly id: string
  readonly label: string
  readonly better: 'lower' | 'higher'
  readonly of: (run: RunResult) => number
}

export const MEASURES: readonly Measure[] = [
  { id: 'penToPaint', label: 'pen-to-paint p50, ms', better: 'lower', of: (run) => run.penToPaintMs.p50 },
  { id: 'penToPaint95', label: 'pen-to-paint p95, ms', better: 'lower', of: (run) => run.penToPaintMs.p95 },
  { id: 'latency', label: 'sent to received p50, ms', better: 'lower', of: (run) => run.latencyMs.p50 },
  { id: 'server', label: 'server p50, ms', better: 'lower', of: (run) => run.serverMs.p50 },
  { id: 'network', label: 'network p50, ms', better: 'lower', of: (run) => run.networkMs.p50 },
  { id: 'snapshot', label: 'snapshot p50, ms', better: 'lower', of: (run) => run.snapshotMs.p50 },
  { id: 'fps', label: 'frames per second', better: 'higher', of: (run) => run.fps },
  { id: 'bytesUp', label: 'bytes up per frame', better: 'lower', of: (run) => run.bytesUpPerFrame },
  { id: 'bytesDown', label: 'bytes down per frame', better: 'lower', of: (run) => run.bytesDownPerFrame },
]

/** `b` over `a`. */
export interface Ratio {
  readonly a: number
  readonly b: number
  /** Median over the pairs. */
  readonly ratio: number
  /** 10th and 90th percentile over the pairs; equal to `ratio` when there is one. */
  readonly low: number
  readonly high: number
  readonly pairs: number
}

export interface ComparedRow extends Ratio {
  readonly name: string
  readonly measure: Measure
}

/**
 * What two reports have in common, choice by choice. Their runs were not made in turn, so every run of one is paired
 * with every run of the other.
 */
export function compareReports(a: BenchReport, b: BenchReport): ComparedRow[] {
  const names = [...new Set(a.runs.map(({ config }) => configName(config)))]
  return names.flatMap((name) => {
    const [before, after] = [a, b].map(({ runs }) => runs.filter(({ config }) => configName(config) === name))
    if (!before?.length || !after?.length) return []
    const pairs = before.flatMap((one) => after.map((other) => [one, other] as const))
    return rowsOf(name, pairs)
  })
}

/**
 * The transports of one report against one of them, everything else equal. Runs of equal number were made in turn
 * and are paired with each other, which takes a machine's drift out of the ratio.
 */
export function compareTransports(
  { runs }: BenchReport,
  base: RunResult['config']['transport'],
): ComparedRow[] {
  const others = [...new Set(runs.map(({ config }) => configName(config)))].filter((name) =>
    runs.some(({ config }) => configName(config) === name && config.transport !== base),
  )
  return others.flatMap((name) => {
    const pairs = runs
      .filter(({ config }) => configName(config) === name)
      .flatMap((run) => {
        const twin = runs.find(
          ({ config, repeat }) =>
            repeat === run.repeat && configName(config) === configName({ ...run.config, transport: base }),
        )
        return twin ? [[twin, run] as const] : []
      })
    return pairs.length > 0 ? rowsOf(name, pairs) : []
  })
}

function rowsOf(name: string, pairs: readonly (readonly [RunResult, RunResult])[]): ComparedRow[] {
  return MEASURES.map((measure) => ({ name, measure, ...ratioOf(pairs, measure.of) }))
}

export function ratioOf(
  pairs: readonly (readonly [RunResult, RunResult])[],
  of: (run: RunResult) => number,
): Ratio {
  const ratios = pairs.map(([a, b]) => of(b) / of(a)).filter(Number.isFinite)
  const middle = (side: 0 | 1) => percentile(pairs.map((pair) => of(pair[side])).filter(Number.isFinite), 50)
  return {
    a: middle(0),
    b: middle(1),
    ratio: percentile(ratios, 50),
    low: percentile(ratios, 10),
    high: percentile(ratios, 90),
    pairs: ratios.length,
  }
}

/** `0.97 (0.95 to 0.99 over 10 pairs)`; a dash where there is nothing to compare. */
export function ratioWords({ ratio, low, high, pairs }: Ratio): string {
  if (pairs === 0 || Number.isNaN(ratio)) return '–'
  if (pairs === 1) return `${ratio.toFixed(3)} (1 pair)`
  return `${ratio.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)} over ${pairs} pairs)`
}
