import { type Metric, quantiles, type RunGroup, samplesOf, shortNames } from '../../lib/benchmark/group.ts'
import type { Transport } from '../../lib/benchmark/settings.ts'
import { REFERENCES, referenceValue } from '../../lib/benchmark/references.ts'
import {
  AXIS_FONT,
  barPaths,
  Chart,
  type ChartColours,
  type Mark,
  type Options,
  referenceLines,
} from './chart.tsx'
import { STAGE_FAMILIES, stageFamilies } from './stage-families.ts'

interface GroupsProps {
  readonly groups: readonly RunGroup[]
}

const PERCENTS = Array.from({ length: 101 }, (_, percent) => percent)
const COLOUR: Readonly<Record<Transport, string>> = {
  rest: '--chart-rest',
  json: '--chart-json',
  binary: '--chart-binary',
}
/** Tells apart what has the same transport. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [10, 3, 2, 3]]

export function marksOf(metric: Metric | 'fps'): Mark[] {
  return REFERENCES.filter((reference) => reference.metric === metric).map((reference) => ({
    label: `${reference.label} ${referenceValue(reference)} · ${reference.hardware}`,
    values: reference.values,
  }))
}

/** Room above the data and the reference lines, from zero. */
function rangeWith(marks: readonly Mark[]) {
  const top = Math.max(0, ...marks.flatMap(({ values }) => values))
  return (_plot: unknown, _low: number, high: number): [number, number] => [0, Math.max(high, top, 1) * 1.12]
}

function axis(colours: ChartColours, more: NonNullable<Options['axes']>[number]) {
  const grid = { stroke: colours.line, width: 1 }
  return { stroke: colours.soft, font: AXIS_FONT, grid, ticks: grid, ...more }
}

/** What share of the frames was faster than how many milliseconds, one line a choice. */
export function DistributionChart({
  groups,
  metric,
  words,
}: GroupsProps & { metric: Metric; words: string }) {
  const marks = marksOf(metric)
  const options = (colours: ChartColours) => ({
    scales: { x: { time: false, range: [0, 100] as [number, number] }, y: { range: rangeWith(marks) } },
    axes: [
      axis(colours, { values: (_plot, ticks) => ticks.map((tick) => `${tick} %`) }),
      axis(colours, { size: 70, values: (_plot, ticks) => ticks.map((tick) => `${tick} ms`) }),
    ],
    series: [
      {},
      ...groups.map(({ config, name }, index) => ({
        label: name,
        stroke: colours.of(COLOUR[config.transport]),
        width: 2,
        dash: [...(DASHES[dashOf(groups, index)] ?? [])],
        points: { show: false },
      })),
    ],
    legend: { show: false },
    cursor: { show: false },
    hooks: referenceLines(marks, colours),
  })
  return (
    <Chart
      data={[PERCENTS, ...groups.map((group) => quantiles(samplesOf(group, metric), PERCENTS))]}
      height={280}
      label={`${words}: for each choice, the time that so many percent of the frames stayed below`}
      options={options}
      optionsKey={`${metric} ${groups.map(({ name }) => name).join('|')}`}
    />
  )
}

/** How many groups before this one have its transport, which is its colour. */
function dashOf(groups: readonly RunGroup[], index: number): number {
  const transport = groups[index]?.config.transport
  return groups.slice(0, index).filter(({ config }) => config.transport === transport).length % DASHES.length
}

/** One column a choice. */
function columns(groups: readonly RunGroup[]) {
  const names = shortNames(groups)
  const few = groups.length <= 6
  return {
    x: groups.map((_, index) => index),
    scale: { time: false, range: [-0.6, groups.length - 0.4] as [number, number] },
    splits: () => groups.map((_, index) => index),
    values: () => groups.map((_, index) => (few ? (names[index] ?? '') : String(index + 1))),
  }
}

/** Frames per second, one bar a choice, with what others published. */
export function FpsChart({ groups }: GroupsProps) {
  const marks = marksOf('fps')
  const { x, scale, splits, values } = columns(groups)
  const options = (colours: ChartColours) => ({
    scales: { x: scale, y: { range: rangeWith(marks) } },
    axes: [
      axis(colours, { splits, values, grid: { show: false }, ticks: { show: false } }),
      axis(colours, { size: 44 }),
    ],
    series: [
      {},
      ...(['rest', 'json', 'binary'] as const).map((transport) => ({
        label: transport,
        ...paths(0.5, 56),
        fill: colours.of(COLOUR[transport]),
        stroke: 'transparent',
        points: { show: false },
      })),
    ],
    legend: { show: false },
    cursor: { show: false },
    hooks: referenceLines(marks, colours),
  })
  const data = (['rest', 'json', 'binary'] as const).map((transport) =>
    groups.map(({ config, fps }) => (config.transport === transport && Number.isFinite(fps) ? fps : null)),
  )
  return (
    <Chart
      data={[x, ...data]}
      height={280}
      label="Frames per second of each choice"
      options={options}
      optionsKey={`fps ${groups.map(({ name }) => name).join('|')}`}
    />
  )
}

function paths(share: number, mostPx: number) {
  const bars = barPaths(share, mostPx)
  return bars ? { paths: bars } : {}
}

/** Where the time went: one stacked bar a choice. Drawn from the whole down, each bar over the longer one before. */
export function StagesChart({ groups }: GroupsProps) {
  const { x, scale, splits, values } = columns(groups)
  const heights = groups.map(({ stages }) => stageFamilies(stages).map(({ ms }) => ms))
  const upTo = (family: number) =>
    heights.map((stack) => stack.slice(0, family + 1).reduce((total, ms) => total + ms, 0))
  const order = STAGE_FAMILIES.map((_, index) => index).reverse()
  const options = (colours: ChartColours) => ({
    scales: { x: scale, y: { range: rangeWith([]) } },
    axes: [
      axis(colours, { splits, values, grid: { show: false }, ticks: { show: false } }),
      axis(colours, { size: 70, values: (_plot, ticks) => ticks.map((tick) => `${tick} ms`) }),
    ],
    series: [
      {},
      ...order.map((family) => ({
        label: STAGE_FAMILIES[family]?.name ?? '',
        ...paths(0.5, 72),
        fill: colours.of(STAGE_FAMILIES[family]?.colour ?? '--ink'),
        stroke: colours.surface,
        width: 1,
        points: { show: false },
      })),
    ],
    legend: { show: false },
    cursor: { show: false },
  })
  return (
    <Chart
      data={[x, ...order.map(upTo)]}
      height={320}
      label="Stages of a frame from the pen to the paint, stacked; the table below has every stage"
      options={options}
      optionsKey={`stages ${groups.map(({ name }) => name).join('|')}`}
    />
  )
}
