import { useState } from 'react'
import {
  compareReports,
  compareTransports,
  type ComparedRow,
  ratioWords,
} from '../../lib/benchmark/compare.ts'
import { type BenchReport, readReport } from '../../lib/benchmark/report.ts'
import { messageOf } from '../../lib/std/errors.ts'
import { figure } from './format.ts'

interface Chosen {
  readonly name: string
  readonly report: BenchReport
}

type Side = 'a' | 'b'

/** Two results beside each other. The result of this page takes the place of whichever file is not chosen. */
export function CompareView({ report }: { readonly report: BenchReport | undefined }) {
  const [files, setFiles] = useState<Readonly<Partial<Record<Side, Chosen>>>>({})
  const [problem, setProblem] = useState('')
  const here = report ? { name: 'The result above', report } : undefined
  const a = files.a ?? here
  const b = files.b ?? (files.a ? here : undefined)
  const choose = async (side: Side, file: File | undefined) => {
    if (!file) return
    try {
      const chosen = { name: file.name, report: readReport(await file.text(), file.name) }
      setFiles((before) => ({ ...before, [side]: chosen }))
      setProblem('')
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  const base = a?.report.runs.some(({ config }) => config.transport === 'json') ? 'json' : 'rest'
  return (
    <section aria-labelledby="compare-title" className="bench-card">
      <h2 id="compare-title">Compare</h2>
      <div className="bench-sides">
        <SidePicker label="A" onFile={(file) => void choose('a', file)} side={a} />
        <SidePicker label="B" onFile={(file) => void choose('b', file)} side={b} />
      </div>
      {problem ? (
        <p className="bench-problem" role="alert">
          {problem}
        </p>
      ) : null}
      {a && b ? (
        <RatioTable
          caption="B over A, for every choice that both have; each run of one paired with each run of the other"
          none="These results have no choice in common."
          rows={compareReports(a.report, b.report)}
        />
      ) : a ? (
        <RatioTable
          caption={`Transports of A over ${base === 'json' ? 'the socket with base64' : 'REST'}; runs made in turn are paired`}
          none="A has one transport only. Measure another one too, or choose a second result."
          rows={compareTransports(a.report, base)}
        />
      ) : (
        <p className="bench-quiet">Run a benchmark, or choose files that this page saved.</p>
      )}
    </section>
  )
}

interface SidePickerProps {
  readonly label: string
  readonly side: Chosen | undefined
  readonly onFile: (file: File | undefined) => void
}

function SidePicker({ label, side, onFile }: SidePickerProps) {
  return (
    <label className="bench-side">
      <b>{label}</b>
      <span>
        {side ? side.name : 'Choose a JSON file'}
        {side ? <small>{factsOf(side.report)}</small> : null}
      </span>
      <input
        accept=".json,application/json"
        aria-label={`Result ${label}`}
        className="sr-only"
        onChange={(event) => onFile(event.target.files?.[0])}
        type="file"
      />
    </label>
  )
}

function factsOf({ createdAt, model, machine, complete }: BenchReport): string {
  const on = machine ? `${machine.cpu}, ${machine.cores} cores` : 'unknown machine'
  return `${model.name}, ${model.provider} · ${on} · ${createdAt.slice(0, 16).replace('T', ' ')}${complete ? '' : ' · stopped early'}`
}

interface RatioTableProps {
  readonly rows: readonly ComparedRow[]
  readonly caption: string
  /** Said where there is no row. */
  readonly none: string
}

function RatioTable({ rows, caption, none }: RatioTableProps) {
  if (rows.length === 0) return <p className="bench-quiet">{none}</p>
  const names = [...new Set(rows.map(({ name }) => name))]
  return (
    <>
      <p className="bench-quiet">{caption}.</p>
      <div className="bench-scroll">
        <table className="bench-table">
          <thead>
            <tr>
              {['Figure', 'A', 'B', 'Ratio'].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          {names.map((name) => (
            <tbody key={name}>
              <tr>
                <th className="bench-group" colSpan={4} scope="rowgroup">
                  {name}
                </th>
              </tr>
              {rows
                .filter((row) => row.name === name)
                .map((row) => (
                  <tr key={row.measure.id}>
                    <th scope="row">{row.measure.label}</th>
                    <td>{figure(row.a)}</td>
                    <td>{figure(row.b)}</td>
                    <td data-verdict={verdictOf(row)}>{ratioWords(row)}</td>
                  </tr>
                ))}
            </tbody>
          ))}
        </table>
      </div>
    </>
  )
}

/** Better or worse only where the whole spread says so. */
function verdictOf({ low, high, measure, pairs }: ComparedRow): 'better' | 'worse' | undefined {
  if (pairs < 2 || (low <= 1 && high >= 1)) return undefined
  return high < 1 === (measure.better === 'lower') ? 'better' : 'worse'
}
