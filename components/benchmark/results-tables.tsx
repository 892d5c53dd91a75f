import { configName } from '../../lib/benchmark/plan.ts'
import { type RunResult, stageNames } from '../../lib/benchmark/report.ts'
import type { RunGroup } from '../../lib/benchmark/group.ts'
import type { Distribution } from '../../lib/std/statistics.ts'
import { bytes, figure } from './format.ts'

const SPREADS: readonly { readonly label: string; readonly of: (run: RunResult) => Distribution }[] = [
  { label: 'Pen-to-paint, ms', of: (run) => run.penToPaintMs },
  { label: 'Server, ms', of: (run) => run.serverMs },
  { label: 'Network, ms', of: (run) => run.networkMs },
  { label: 'Snapshot, ms', of: (run) => run.snapshotMs },
]
const QUANTILES = ['p50', 'p95', 'p99', 'max'] as const

/** Every figure of the charts, and the others, as numbers. */
export function ResultsTable({ runs }: { readonly runs: readonly RunResult[] }) {
  return (
    <div className="bench-scroll">
      <table className="bench-table">
        <caption className="sr-only">All runs</caption>
        <thead>
          <tr>
            <th rowSpan={2} scope="col">
              Run
            </th>
            {SPREADS.map(({ label }) => (
              <th colSpan={QUANTILES.length} key={label} scope="colgroup">
                {label}
              </th>
            ))}
            <th rowSpan={2} scope="col">
              fps
            </th>
            <th colSpan={3} scope="colgroup">
              Frames
            </th>
            <th colSpan={2} scope="colgroup">
              Bytes per frame
            </th>
            <th rowSpan={2} scope="col">
              Browser’s share
            </th>
          </tr>
          <tr>
            {SPREADS.flatMap(({ label }) =>
              QUANTILES.map((quantile) => (
                <th key={label + quantile} scope="col">
                  {quantile}
                </th>
              )),
            )}
            {['painted', 'superseded', 'failed', 'up', 'down'].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run, index) => (
            <tr key={index}>
              <th scope="row">{`${configName(run.config)}${run.repeat > 1 ? `, again ${run.repeat}` : ''}`}</th>
              {SPREADS.flatMap(({ label, of }) =>
                QUANTILES.map((quantile) => <td key={label + quantile}>{figure(of(run)[quantile])}</td>),
              )}
              <td>{figure(run.fps)}</td>
              <td>{run.frames}</td>
              <td>{run.superseded}</td>
              <td title={run.problem}>{run.failed}</td>
              <td>{bytes(run.bytesUpPerFrame)}</td>
              <td>{bytes(run.bytesDownPerFrame)}</td>
              <td>{`${figure(run.browserShare * 100)} %`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Mean of each stage of each choice, in ms, in the order they happen. */
export function StagesTable({ groups }: { readonly groups: readonly RunGroup[] }) {
  const names = stageNames({ runs: groups.flatMap(({ runs }) => runs) })
  return (
    <div className="bench-scroll">
      <table className="bench-table">
        <caption className="sr-only">Mean time of each stage of a frame, in milliseconds</caption>
        <thead>
          <tr>
            <th scope="col">Stage, mean ms</th>
            {groups.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((stage) => (
            <tr key={stage}>
              <th scope="row">{stage}</th>
              {groups.map(({ name, stages }) => (
                <td key={name}>{figure(stages.find((one) => one.name === stage)?.ms ?? Number.NaN)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
