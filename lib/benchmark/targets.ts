// The figures this project holds itself to, judged from one report of the benchmark page.
import { percentile } from '../std/statistics.ts'
import { compareTransports } from './compare.ts'
import type { BenchReport, RunResult } from './report.ts'

export interface Verdict {
  readonly what: string
  readonly value: number
  readonly most: number
  /** `undefined`: the report holds too little to judge by; `needs` says what. */
  readonly ok: boolean | undefined
  readonly needs: string
}

/** Alternated runs that a comparison of transports needs before it is worth a verdict. */
const PAIRS_NEEDED = 10

export function judge(report: BenchReport): Verdict[] {
  const binary = report.runs.filter(({ config, frames }) => config.transport === 'binary' && frames > 0)
  const single = binary.filter(({ config }) => config.connections === 1 && !config.previews)
  const shapes = Number(setting(report.settings, 'shapes'))
  const rows = compareTransports(report, 'json').filter(({ name }) => name.includes('binary'))
  const worst = (id: string) => rows.filter(({ measure }) => measure.id === id)
  const pairs = Math.min(...rows.map((row) => row.pairs), rows.length > 0 ? Infinity : 0)
  const enough = pairs >= PAIRS_NEEDED
  const ratio = (id: string) => Math.max(...worst(id).map((row) => row.ratio))
  return [
    verdict('snapshot p50, ms, a stroke added to 200 shapes', middle(single, (run) => run.snapshotMs.p50), 25, {
      known: single.length > 0 && shapes >= 200,
      needs: 'binary runs with one connection and shapes=200',
    }),
    verdict("browser's share of pen-to-paint", middle(single, (run) => run.browserShare), 0.25, {
      known: single.length > 0,
      needs: 'binary runs with one connection',
    }),
    ...(['bytesUp', 'bytesDown'] as const).map((id) =>
      verdict(`${id === 'bytesUp' ? 'bytes up' : 'bytes down'}, binary over JSON with base64`, ratio(id), 0.8, {
        known: rows.length > 0,
        needs: 'runs of both sockets',
      }),
    ),
    verdict('median latency, binary over JSON with base64', ratio('latency'), 1.02, {
      known: enough,
      needs: `runs of both sockets, repeats=${PAIRS_NEEDED} or more`,
    }),
  ]
}

function middle(runs: readonly RunResult[], of: (run: RunResult) => number): number {
  return percentile(runs.map(of), 50)
}

function verdict(
  what: string,
  value: number,
  most: number,
  { known, needs }: { known: boolean; needs: string },
): Verdict {
  return { what, value, most, ok: known ? value <= most : undefined, needs }
}

/** One value of the settings as this page wrote them; floor 0 has no URLSearchParams. */
function setting(query: string, name: string): string | undefined {
  const pairs = query.split('&').map((pair) => pair.split('='))
  return pairs.find(([key]) => key === name)?.[1]
}
