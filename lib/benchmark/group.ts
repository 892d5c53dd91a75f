import { percentile } from '../std/statistics.ts'
import { configName, type RunConfig } from './plan.ts'
import type { RunResult } from './report.ts'
import { meanStages, type Stage } from './stages.ts'

export const METRICS = ['penToPaint', 'server', 'network'] as const
export type Metric = (typeof METRICS)[number]
/** Column of `RunResult.samples`. */
const COLUMN = { penToPaint: 1, server: 2, network: 3 } as const satisfies Record<Metric, number>

/** All repeats of one choice. */
export interface RunGroup {
  readonly name: string
  readonly config: RunConfig
  readonly runs: readonly RunResult[]
  /** Median over the repeats. */
  readonly fps: number
  /** Mean over the repeats. */
  readonly stages: readonly Stage[]
}

/** Runs by choice, in the order of the first of each. */
export function groupRuns(runs: readonly RunResult[]): RunGroup[] {
  const names = [...new Set(runs.map(({ config }) => configName(config)))]
  return names.flatMap((name) => {
    const own = runs.filter(({ config }) => configName(config) === name)
    const [first] = own
    if (!first) return []
    const fps = percentile(
      own.map((run) => run.fps),
      50,
    )
    const stages = meanStages(own.filter((run) => run.frames > 0).map((run) => run.stages))
    return [{ name, config: first.config, runs: own, fps, stages }]
  })
}

/** Times of every painted frame of a group, in ms. */
export function samplesOf(group: RunGroup, metric: Metric): number[] {
  return group.runs.flatMap((run) => run.samples.map((sample) => sample[COLUMN[metric]]))
}

/** Values at `percents` (0..100) of sorted order; null where there are no values, as charts want it. */
export function quantiles(values: readonly number[], percents: readonly number[]): (number | null)[] {
  const sorted = [...values].sort((a, b) => a - b)
  return percents.map((percent) => (sorted.length === 0 ? null : percentile(sorted, percent)))
}

/** What tells groups apart, in few words: only what differs between them. */
export function shortNames(groups: readonly RunGroup[]): string[] {
  const configs = groups.map(({ config }) => config)
  const differs = (of: (config: RunConfig) => string) => new Set(configs.map(of)).size > 1
  const parts = [
    ({ transport }: RunConfig) => ({ rest: 'REST', json: 'JSON', binary: 'Binary' })[transport],
    ({ steps }: RunConfig) => `${steps} st`,
    ({ width, height }: RunConfig) => `${width}×${height}`,
    ({ connections }: RunConfig) => `${connections} conn`,
    ({ previews }: RunConfig) => (previews ? 'prev' : 'no prev'),
  ]
  const [transport, ...rest] = parts
  const shown = [...(transport ? [transport] : []), ...rest.filter(differs)]
  return configs.map((config) => shown.map((part) => part(config)).join(' '))
}
