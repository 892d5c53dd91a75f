import type { RunResult } from '../../lib/benchmark/report.ts'
import type { Distribution } from '../../lib/std/statistics.ts'
import { bytes, figure, ms } from './format.ts'

/** The figures of the run that is going on, or of the last one. */
export function Figures({ run }: { readonly run: RunResult }) {
  return (
    <div className="bench-figures">
      <Spread label="Pen-to-paint" strong value={run.penToPaintMs} />
      <Spread label="Server" value={run.serverMs} />
      <Spread label="Network" value={run.networkMs} />
      <dl className="bench-tile bench-counts">
        <Count label="Frames per second" value={figure(run.fps)} />
        <Count
          label="Superseded"
          value={`${run.superseded} of ${run.frames + run.superseded + run.failed}`}
        />
        <Count label="Up per frame" value={bytes(run.bytesUpPerFrame)} />
        <Count label="Down per frame" value={bytes(run.bytesDownPerFrame)} />
      </dl>
    </div>
  )
}

interface SpreadProps {
  readonly label: string
  readonly value: Distribution
  readonly strong?: boolean
}

function Spread({ label, value, strong }: SpreadProps) {
  return (
    <dl className="bench-tile" data-strong={strong}>
      <div className="bench-main">
        <dt>{label}, median</dt>
        <dd>{ms(value.p50)}</dd>
      </div>
      <Count label="p95" value={ms(value.p95)} />
      <Count label="p99" value={ms(value.p99)} />
      <Count label="max" value={ms(value.max)} />
    </dl>
  )
}

function Count({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div className="bench-count">
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  )
}
