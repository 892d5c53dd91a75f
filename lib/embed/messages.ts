// The messages between an embedded canvas ("frame") and the page around it ("host"), as postMessage carries them.
// Every one bears the version under `sketchwire`, so that neither side mistakes somebody else's message for ours.
import * as v from 'valibot'
import { EMBED_VERSION } from '../protocol/version.ts'

const ours = { sketchwire: v.literal(EMBED_VERSION) }
const call = { ...ours, id: v.pipe(v.number(), v.integer()) }

/** Formats a picture can be exported in. */
export const EXPORT_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const
export type ExportType = (typeof EXPORT_TYPES)[number]

/** Host to frame. A message with an `id` is a call: it gets exactly one `result` or `failure` with that id. */
export const HostMessageSchema = v.variant('type', [
  /** Attributes that changed, as text; `null` for one that was taken away. */
  v.object({ ...ours, type: v.literal('set'), options: v.record(v.string(), v.nullable(v.string())) }),
  v.object({ ...call, type: v.literal('setPrompt'), prompt: v.string() }),
  v.object({ ...call, type: v.literal('clear') }),
  /** Text of a `.sketchwire.json` file. */
  v.object({ ...call, type: v.literal('loadDrawing'), drawing: v.string() }),
  v.object({ ...call, type: v.literal('exportImage'), format: v.picklist(EXPORT_TYPES) }),
  v.object({ ...call, type: v.literal('exportDrawing') }),
  /** The answer to `needToken`; `null` when the page has none. */
  v.object({ ...call, type: v.literal('token'), token: v.nullable(v.string()) }),
])
export type HostMessage = v.InferOutput<typeof HostMessageSchema>

const ErrorFields = {
  code: v.string(),
  message: v.string(),
  field: v.optional(v.string()),
  value: v.optional(v.unknown()),
  range: v.optional(v.string()),
}
export const EmbedErrorSchema = v.object(ErrorFields)
/** What went wrong, where, and the remedy in `message`. */
export type EmbedError = v.InferOutput<typeof EmbedErrorSchema>

const Size = { width: v.number(), height: v.number() }

export const ReadyDetailSchema = v.object({
  model: v.object({ id: v.string(), name: v.string() }),
  /** Pixels of the picture that will be painted. */
  ...Size,
})
/** The canvas can be drawn on and the server answers. */
export type ReadyDetail = v.InferOutput<typeof ReadyDetailSchema>

export const FrameDetailSchema = v.object({
  seq: v.number(),
  ...Size,
  prompt: v.string(),
  seed: v.number(),
  steps: v.number(),
  /** The better pass after the pen rested. */
  refined: v.boolean(),
  /** Received by the server to picture there, in ms. */
  serverMs: v.number(),
})
/** A picture was painted. */
export type FrameDetail = v.InferOutput<typeof FrameDetailSchema>

export const StatusDetailSchema = v.object({
  connection: v.picklist(['connecting', 'live', 'waiting', 'locked', 'reload', 'closed']),
  /** What is happening to the drawing, as the client's `Activity`. */
  activity: v.string(),
  /** Both in words for people. */
  text: v.string(),
  /** False while this browser refuses to keep the drawing; servers of before do not say. */
  kept: v.optional(v.boolean()),
})
export type StatusDetail = v.InferOutput<typeof StatusDetailSchema>

/** Frame to host. */
export const FrameMessageSchema = v.variant('type', [
  /** The page is there and listens; the first message. */
  v.object({ ...ours, type: v.literal('hello') }),
  v.object({ ...ours, type: v.literal('ready'), detail: ReadyDetailSchema }),
  v.object({ ...ours, type: v.literal('frame'), detail: FrameDetailSchema }),
  v.object({ ...ours, type: v.literal('status'), detail: StatusDetailSchema }),
  v.object({ ...ours, type: v.literal('error'), detail: EmbedErrorSchema }),
  /** Height in CSS pixels at which nothing of the canvas is cut off or wasted at its present width. */
  v.object({ ...ours, type: v.literal('height'), height: v.pipe(v.number(), v.minValue(1)) }),
  /** Text of a `.sketchwire.json` file, soon after each change of a drawing that this browser refuses to keep. */
  v.object({ ...ours, type: v.literal('drawing'), drawing: v.string() }),
  v.object({ ...call, type: v.literal('result'), ok: v.literal(true), value: v.optional(v.unknown()) }),
  v.object({ ...call, type: v.literal('needToken') }),
  /** A call that failed. */
  v.object({ ...call, type: v.literal('failure'), error: EmbedErrorSchema }),
])
export type FrameMessage = v.InferOutput<typeof FrameMessageSchema>

type Bare<T> = T extends unknown ? Omit<T, 'sketchwire'> : never
/** A message before it is marked with the version. */
export type BareHostMessage = Bare<HostMessage>
export type BareFrameMessage = Bare<FrameMessage>
