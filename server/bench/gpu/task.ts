// What crosses between the bench and the child processes that touch a device.
import * as v from 'valibot'
import { OutcomeSchema } from './figure.ts'
import { AboutSchema } from './graphs.ts'

const RuntimeSchema = { provider: v.string(), threads: v.number() }
const MeasureSchema = { ...RuntimeSchema, figures: v.array(v.string()), dir: v.string(), runs: v.number() }

/** Where a frame's latents are between steps. */
export const LATENTS = ['host', 'device'] as const
export type Latents = (typeof LATENTS)[number]

const FramesSchema = {
  ...MeasureSchema,
  about: AboutSchema,
  pixels: v.boolean(),
  latents: v.picklist(LATENTS),
}

/** The one argument of a child, as JSON. */
export const TaskSchema = v.variant('kind', [
  v.object({ kind: v.literal('probe'), ...RuntimeSchema }),
  v.object({ kind: v.literal('graph'), ...MeasureSchema }),
  v.object({ kind: v.literal('frames'), ...FramesSchema }),
])

export const MessageSchema = v.variant('type', [
  v.object({ type: v.literal('figure'), name: v.string(), outcome: OutcomeSchema }),
  /** What is wrong with the provider; absent when it works. */
  v.object({ type: v.literal('probed'), problem: v.optional(v.string()) }),
])

export type Task = v.InferOutput<typeof TaskSchema>
export type Message = v.InferOutput<typeof MessageSchema>
