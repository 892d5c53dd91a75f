import * as v from 'valibot'
import { DrawParamsSchema, ModelInfoSchema } from './params.ts'
import { PreviewWantFields } from './preview.ts'

/** Image formats on the wire, by the magic bytes of the data, not by what anyone claims. */
export const IMAGE_CODECS = ['jpeg', 'png', 'webp'] as const
export type ImageCodec = (typeof IMAGE_CODECS)[number]

const U32 = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4294967295))

/** `live` follows the pen; `refine` is the one better pass after it rests, and gives way to any live frame. */
export const FRAME_MODES = ['live', 'refine'] as const
export type FrameMode = (typeof FRAME_MODES)[number]

const FrameOverrides = {
  mode: v.optional(v.picklist(FRAME_MODES), 'live'),
}

/** JSON part of a binary client frame. */
export const FrameMetaSchema = v.object(FrameOverrides)

export const HelloSchema = v.object({
  type: v.literal('hello'),
  protocol: v.number(),
  client: v.optional(v.pipe(v.string(), v.maxLength(200))),
})

export const ClientMessageSchema = v.variant('type', [
  HelloSchema,
  /** From the next frame that names `rev` on, render with these. Revisions only grow. */
  v.object({
    type: v.literal('params'),
    rev: U32,
    params: DrawParamsSchema,
    /** Id of the model they were made for: when it is another by now, they are fitted, not refused. */
    model: v.optional(v.string()),
  }),
  /** A frame in the JSON encoding. No `image`: text-to-image. */
  v.object({
    type: v.literal('frame'),
    seq: U32,
    rev: U32,
    image: v.optional(v.string()),
    ...FrameOverrides,
  }),
  /** Step previews: every n-th step, 0 for none. Starts at 0; a running frame heeds it from its next step on. */
  v.object({ type: v.literal('previews'), ...PreviewWantFields }),
  /** Gives up a frame that waits or runs; it ends as `failed` with code `cancelled`. */
  v.object({ type: v.literal('cancel'), seq: U32 }),
  /** Clock offset and round trip, as in NTP: the server answers with its own time. */
  v.object({ type: v.literal('ping'), clientMs: v.pipe(v.number(), v.finite()) }),
])
export type ClientMessage = v.InferOutput<typeof ClientMessageSchema>

export const TimingsSchema = v.object({
  /** Received to handed to the engine. */
  waitMs: v.number(),
  /** Image bytes to raw RGB at the model's size. */
  decodeMs: v.number(),
  textEncodeMs: v.number(),
  vaeEncodeMs: v.number(),
  /** One entry per denoising step. */
  unetMs: v.array(v.number()),
  vaeDecodeMs: v.number(),
  /** Raw RGB to image bytes. */
  encodeMs: v.number(),
  /** Step previews of all who watched, decoded and encoded; absent when nobody did. */
  previewMs: v.optional(v.number()),
  /** Handed to the engine to result, waiting excluded. */
  engineMs: v.number(),
  /** Received to picture there: packing it for the wire and the wait for a slow socket come after. */
  totalMs: v.number(),
  /** When the gateway had read it, on the clock of `pong.serverMs`; servers before this field leave it out. */
  receivedAtMs: v.optional(v.number()),
})
/** Where the time of one frame went, in milliseconds. */
export type Timings = v.InferOutput<typeof TimingsSchema>

const ErrorFields = {
  code: v.string(),
  message: v.string(),
  field: v.optional(v.string()),
  value: v.optional(v.unknown()),
  range: v.optional(v.string()),
  retryAfterMs: v.optional(v.number()),
}

export const ENGINE_STATES = ['loading', 'ready', 'degraded', 'closed'] as const
export type EngineStateName = (typeof ENGINE_STATES)[number]
const EngineState = v.picklist(ENGINE_STATES)

/** JSON part of a binary `image` reply; the JSON encoding carries the same fields beside `image`. */
const ImageFields = {
  mode: v.picklist(FRAME_MODES),
  /** Size of the bucket it was rendered in; the picture itself has exactly the asked size. */
  renderedWidth: v.number(),
  renderedHeight: v.number(),
  steps: v.number(),
  seed: v.number(),
  /** What the safety checker said: true, and the picture is black. Absent where none looked. */
  nsfwDetected: v.optional(v.boolean()),
  timings: TimingsSchema,
}
export const ImageMetaSchema = v.object(ImageFields)
export type ImageMeta = v.InferOutput<typeof ImageMetaSchema>

const PreviewFields = { step: v.number(), steps: v.number() }
export const PreviewMetaSchema = v.object(PreviewFields)
export type PreviewMeta = v.InferOutput<typeof PreviewMetaSchema>

const FrameRef = { seq: U32, rev: U32 }
/** The least a message must hold to be a frame that can be answered by its number. */
export const FrameRefSchema = v.object(FrameRef)
const Picture = { image: v.string(), width: v.number(), height: v.number() }

export const ServerMessageSchema = v.variant('type', [
  v.object({
    type: v.literal('welcome'),
    protocol: v.number(),
    session: v.string(),
    credit: v.number(),
    messageLimitBytes: v.number(),
    engine: EngineState,
    model: ModelInfoSchema,
  }),
  v.object({ type: v.literal('status'), engine: EngineState, detail: v.optional(v.string()) }),
  /** From now on frames begin on this model. */
  v.object({ type: v.literal('model'), model: ModelInfoSchema }),
  /** The frame left the mailbox: an engine slot works on it. */
  v.object({ type: v.literal('started'), ...FrameRef }),
  v.object({ type: v.literal('step'), ...FrameRef, ...PreviewFields }),
  v.object({ type: v.literal('preview'), ...FrameRef, ...Picture, ...PreviewFields }),
  v.object({ type: v.literal('image'), ...FrameRef, ...Picture, ...ImageFields }),
  v.object({ type: v.literal('superseded'), ...FrameRef, by: U32 }),
  v.object({ type: v.literal('refused'), ...FrameRef, ...ErrorFields }),
  v.object({ type: v.literal('failed'), ...FrameRef, retryable: v.boolean(), ...ErrorFields }),
  /** About the connection or a message that was no frame; never terminal for a frame. */
  v.object({ type: v.literal('error'), ...ErrorFields }),
  v.object({ type: v.literal('pong'), clientMs: v.number(), serverMs: v.number() }),
])
export type ServerMessage = v.InferOutput<typeof ServerMessageSchema>
export type ServerMessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>
