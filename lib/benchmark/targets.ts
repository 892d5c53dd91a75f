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
  return [...judgePage(report), ...judgeWires(report)]
}

function judgePage({ runs, settings }: BenchReport): Verdict[] {
  const single = runs.filter(
    ({ config: { transport, connections, previews }, frames }) =>
      transport === 'binary' && connections === 1 && !previews && frames > 0,
  )
  const needs = 'binary runs with one connection'
  const snapshotMs = middle(single, (run) => run.snapshotMs.p50)
  const shapes = Number(setting(settings, 'shapes'))
  return [
    verdict('snapshot p50, ms, a stroke added to 200 shapes', snapshotMs, 25, {
      known: single.length > 0 && shapes >= 200,
      needs: `${needs} and shapes=200`,
    }),
    verdict(
      "browser's share of pen-to-paint",
      middle(single, (run) => run.browserShare),
      0.25,
      {
        known: single.length > 0,
        needs,
      },
    ),
  ]
}

/** The worst of all choices that were run over both sockets. */
function judgeWires(report: BenchReport): Verdict[] {
  const rows = compareTransports(report, 'json').filter(({ name }) => name.includes('binary'))
  const of = (id: string) => rows.filter(({ measure }) => measure.id === id)
  const ratio = (id: string) => Math.max(...of(id).map((row) => row.ratio))
  const known = rows.length > 0
  const pairs = known ? Math.min(...of('latency').map((row) => row.pairs)) : 0
  const needs = 'runs of both sockets'
  return [
    verdict('bytes up, binary over JSON with base64', ratio('bytesUp'), 0.8, { known, needs }),
    verdict('bytes down, binary over JSON with base64', ratio('bytesDown'), 0.8, { known, needs }),
    verdict('median latency, binary over JSON with base64', ratio('latency'), 1.02, {
      known: pairs >= PAIRS_NEEDED,
      needs: `${needs}, repeats=${PAIRS_NEEDED} or more`,
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
