// `npm run bench:compare -- A.json [B.json] [--check]`: ratios of two results of the benchmark page with their spread;
// of one, its transports against each other. `--check` judges the (last) result by the figures this project holds.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  compareReports,
  compareTransports,
  type ComparedRow,
  ratioWords,
} from '../../lib/benchmark/compare.ts'
import { type BenchReport, readReport } from '../../lib/benchmark/report.ts'
import { judge } from '../../lib/benchmark/targets.ts'
import { messageOf } from '../../lib/std/errors.ts'

function compare(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { check: { type: 'boolean' } },
  })
  const reports = positionals.map((path) => readReport(readFileSync(path, 'utf8'), path))
  const [a, b] = reports
  if (!a || positionals.length > 2) {
    console.error('Usage: npm run bench:compare -- A.json [B.json] [--check]')
    return 2
  }
  for (const [index, report] of reports.entries()) console.log(`${'AB'[index]}  ${factsOf(report)}`)
  console.log(b ? '\nB over A' : '\nTransports of A over the socket with base64')
  print(b ? compareReports(a, b) : compareTransports(a, 'json'))
  return values.check ? check(b ?? a) : 0
}

function factsOf({ createdAt, model, machine, complete, runs }: BenchReport): string {
  const on = machine
    ? `${machine.cpu}, ${machine.cores} cores, ${machine.runtime}`
    : 'a machine it does not name'
  return `${createdAt}  ${model.name} on ${model.provider}; ${on}; ${runs.length} runs${complete ? '' : ', stopped early'}`
}

function print(rows: readonly ComparedRow[]): void {
  let last = ''
  for (const row of rows) {
    if (row.name !== last) console.log(`\n${row.name}`)
    last = row.name
    console.log(
      `  ${row.measure.label.padEnd(24)} ${row.a.toFixed(1).padStart(10)} ${row.b.toFixed(1).padStart(10)}   ${ratioWords(row)}`,
    )
  }
  if (rows.length === 0) console.log('nothing in common')
}

/** Exit code 1 when a figure is missed or cannot be judged. */
function check(report: BenchReport): number {
  console.log('\nFigures to hold')
  const verdicts = judge(report)
  for (const { what, value, most, ok, needs } of verdicts) {
    const word = ok === undefined ? `cannot be judged: needs ${needs}` : ok ? 'holds' : 'MISSED'
    console.log(`  ${what}: ${value.toFixed(3)}, at most ${most}: ${word}`)
  }
  return verdicts.every(({ ok }) => ok === true) ? 0 : 1
}

try {
  process.exitCode = compare()
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
