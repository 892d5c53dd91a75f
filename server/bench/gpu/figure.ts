// One figure of the report, as the child that measured it sends it and as JSON keeps it.
import * as v from 'valibot'

const TimesSchema = v.object({ p50: v.number(), p95: v.number(), runs: v.number() })

/** What nvidia-smi saw while a figure was measured. */
const GpuReadingSchema = v.object({
  /** The most memory that a GPU had in use, less what it had before the bench began. */
  memoryRiseMiB: v.number(),
  /** Towards the end, when runs are timed; absent where the driver does not tell. */
  utilizationPercent: v.optional(v.number()),
  smClockMHz: v.optional(v.number()),
})

const MeasuredSchema = v.object({
  /** Until the graphs were open. */
  openMs: v.number(),
  /** The first run: shaders and kernels are compiled, memory is taken. */
  firstMs: v.number(),
  ms: TimesSchema,
  /** Pictures a second: runs times the batch. */
  perSecond: v.number(),
})

/** Why it could not be measured; the others are measured all the same. */
const FailedSchema = v.object({ failed: v.string() })

export const OutcomeSchema = v.union([MeasuredSchema, FailedSchema])

const SeenSchema = v.object({
  gpu: v.optional(GpuReadingSchema),
  /** Why it may be the figure of another device than the one the report names. */
  doubt: v.optional(v.string()),
})

export const FigureSchema = v.union([
  v.object({ ...MeasuredSchema.entries, ...SeenSchema.entries }),
  v.object({ ...FailedSchema.entries, ...SeenSchema.entries }),
])

export type GpuReading = v.InferOutput<typeof GpuReadingSchema>
/** What the measuring child knows. */
export type Outcome = v.InferOutput<typeof OutcomeSchema>
/** An outcome and what was seen of the GPU meanwhile. */
export type Figure = v.InferOutput<typeof FigureSchema>

/** Whether it need not be measured again. */
export function isSound(figure: Figure | undefined): boolean {
  return figure !== undefined && !('failed' in figure) && figure.doubt === undefined
}
