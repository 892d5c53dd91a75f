import { useState } from 'react'
import { groupRuns, type Metric } from '../../lib/benchmark/group.ts'
import type { RunResult } from '../../lib/benchmark/report.ts'
import { Segmented } from '../ui/segmented.tsx'
import { DistributionChart, FpsChart, StagesChart } from './charts.tsx'
import { figure } from './format.ts'
import { ResultsTable, StagesTable } from './results-tables.tsx'
import { STAGE_FAMILIES, stageFamilies } from './stage-families.ts'

const METRIC_OPTIONS = [
  { id: 'penToPaint', label: 'Pen-to-paint' },
  { id: 'server', label: 'Server' },
  { id: 'network', label: 'Network' },
] as const

const WORDS: Readonly<Record<Metric, string>> = {
  penToPaint: 'Pen-to-paint',
  server: 'Time at the server',
  network: 'Time on the network',
}

/** Charts, and the tables of the same numbers. */
export function ResultsView({ runs }: { readonly runs: readonly RunResult[] }) {
  const [metric, setMetric] = useState<Metric>('penToPaint')
  const groups = groupRuns(runs)
  const last = groups.at(-1)
  return (
    <>
      <div className="bench-pair">
        <section aria-labelledby="latency-title" className="bench-card">
          <header className="bench-card-head">
            <h2 id="latency-title">Latency</h2>
            <Segmented label="Latency of" onChange={setMetric} options={METRIC_OPTIONS} value={metric} />
          </header>
          <p className="bench-quiet">So many percent of the frames were faster than the line.</p>
          <DistributionChart groups={groups} metric={metric} words={WORDS[metric]} />
          <ul className="bench-legend">
            {groups.map(({ name, config }) => (
              <li key={name}>
                <i style={{ background: `var(--chart-${config.transport})` }} />
                {name}
              </li>
            ))}
          </ul>
        </section>
        <section aria-labelledby="fps-title" className="bench-card">
          <header className="bench-card-head">
            <h2 id="fps-title">Frames per second</h2>
          </header>
          <p className="bench-quiet">Painted, all connections together. More is better.</p>
          <FpsChart groups={groups} />
        </section>
      </div>
      <section aria-labelledby="stages-title" className="bench-card">
        <h2 id="stages-title">Where the time goes</h2>
        <div className="bench-stages">
          <StagesChart groups={groups} />
          <ul className="bench-legend bench-legend-tall">
            {STAGE_FAMILIES.map(({ name, colour, means }, index) => (
              <li key={name}>
                <i style={{ background: `var(${colour})` }} />
                <span>
                  <b>{name}</b> {means}
                </span>
                <span className="bench-legend-figure">
                  {last ? figure(stageFamilies(last.stages)[index]?.ms ?? Number.NaN) : ''}
                </span>
              </li>
            ))}
          </ul>
        </div>
        <p className="bench-quiet">{`Means of all frames; the numbers beside the names are those of the last bar, in ms.`}</p>
        <StagesTable groups={groups} />
      </section>
      <section aria-labelledby="table-title" className="bench-card">
        <h2 id="table-title">All numbers</h2>
        <ResultsTable runs={runs} />
      </section>
    </>
  )
}
