// The result of a benchmark as it is kept: one format, read back with the same schema it is written by.
import * as v from 'valibot'
import { AppError } from '../std/errors.ts'
import { TRANSPORTS } from './settings.ts'

export const REPORT_FORMAT = 'sketchwire-benchmark'
export const REPORT_VERSION = 1

/** JSON has no NaN: a figure of no frames is null there. */
const Figure = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
)
const DistributionSchema = v.object({ p50: Figure, p95: Figure, p99: Figure, max: Figure, count: v.number() })

const RunResultSchema = v.object({
  config: v.object({
    transport: v.picklist(TRANSPORTS),
    steps: v.number(),
    width: v.number(),
    height: v.number(),
    previews: v.boolean(),
    connections: v.number(),
  }),
  repeat: v.number(),
  seconds: v.number(),
  /** Painted frames, of all connections together. */
  frames: v.number(),
  superseded: v.number(),
  failed: v.number(),
  /** Words of the last failure. */
  problem: v.optional(v.string()),
  fps: Figure,
  penToPaintMs: DistributionSchema,
  /** Sent to received. */
  latencyMs: DistributionSchema,
  serverMs: DistributionSchema,
  networkMs: DistributionSchema,
  /** The whole snapshot, compressing included. */
  snapshotMs: DistributionSchema,
  /** Median share of snapshot, encode and paint in pen-to-paint, 0..1. */
  browserShare: Figure,
  bytesUpPerFrame: Figure,
  bytesDownPerFrame: Figure,
  /** Mean of each stage in ms. */
  stages: v.array(v.object({ name: v.string(), ms: Figure })),
  /** One row a painted frame: ms since the start, pen-to-paint, server, network. */
  samples: v.array(v.tuple([v.number(), v.number(), v.number(), v.number()])),
})
export type RunResult = v.InferOutput<typeof RunResultSchema>

export const BenchReportSchema = v.object({
  format: v.literal(REPORT_FORMAT),
  version: v.literal(REPORT_VERSION),
  createdAt: v.string(),
  /** Query of the permalink. */
  settings: v.string(),
  browser: v.object({ userAgent: v.string(), cores: v.number() }),
  /** The server's machine, as it says itself. */
  machine: v.optional(v.object({ cpu: v.string(), cores: v.number(), runtime: v.string() })),
  model: v.object({ id: v.string(), name: v.string(), provider: v.string() }),
  /** Add to the browser's clock to get the server's, and the round trip it was estimated by. */
  clock: v.optional(v.object({ offsetMs: v.number(), roundTripMs: v.number() })),
  /** Not stopped before its end. */
  complete: v.boolean(),
  runs: v.array(RunResultSchema),
})
export type BenchReport = v.InferOutput<typeof BenchReportSchema>

/** Reads a report; throws AppError `bad_report` that says what does not fit and where. */
export function readReport(text: string, name = 'The file'): BenchReport {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new AppError('bad_report', `${name} is not JSON; choose one that the benchmark page saved`, {
      cause,
    })
  }
  const result = v.safeParse(BenchReportSchema, json)
  if (result.success) return result.output
  const [issue] = result.issues
  const field = v.getDotPath(issue) ?? 'format'
  const message = `${name} is no benchmark of version ${REPORT_VERSION} (${field}: ${issue.message}); choose one that the benchmark page saved`
  throw new AppError('bad_report', message, { field })
}

export const writeReport = (report: BenchReport): string => `${JSON.stringify(report, null, 1)}\n`

const COLUMNS = ['transport', 'steps', 'width', 'height', 'previews', 'connections'] as const
const MEASURES = ['penToPaintMs', 'latencyMs', 'serverMs', 'networkMs', 'snapshotMs'] as const
const SINGLE = ['seconds', 'frames', 'superseded', 'failed', 'fps'] as const
const BYTES = ['bytesUpPerFrame', 'bytesDownPerFrame', 'browserShare'] as const
const QUANTILES = ['p50', 'p95', 'p99', 'max'] as const

/** One line a run, a heading first; stages of the longest run each in a column. */
export function toCsv(report: BenchReport): string {
  const stages = stageNames(report)
  const head = [
    ...COLUMNS,
    'repeat',
    ...SINGLE,
    ...MEASURES.flatMap((measure) => QUANTILES.map((quantile) => `${measure}_${quantile}`)),
    ...BYTES,
    ...stages.map((name) => `stage_${name.replaceAll(' ', '_')}_ms`),
  ]
  const rows = report.runs.map((run) => [
    ...COLUMNS.map((column) => run.config[column]),
    run.repeat,
    ...SINGLE.map((column) => run[column]),
    ...MEASURES.flatMap((measure) => QUANTILES.map((quantile) => run[measure][quantile])),
    ...BYTES.map((column) => run[column]),
    ...stages.map((name) => run.stages.find((stage) => stage.name === name)?.ms ?? Number.NaN),
  ])
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/** Names of all stages that occur, in the order they happen. */
export function stageNames({ runs }: Pick<BenchReport, 'runs'>): string[] {
  const most = runs.reduce<RunResult['stages']>((a, { stages: b }) => (b.length > a.length ? b : a), [])
  return most.map(({ name }) => name)
}

function cell(value: string | number | boolean): string {
  if (typeof value !== 'number') return String(value)
  return Number.isFinite(value) ? String(Math.round(value * 1000) / 1000) : ''
}
