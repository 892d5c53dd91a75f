import { ERROR_TABLE } from '../../lib/protocol/errors.ts'
import type { ErrorCode, WireError } from '../../lib/protocol/errors.ts'
import { dataUri } from '../../lib/protocol/image-bytes.ts'
import type { ImageEvent } from '../session/session-event.ts'
import { toBase64 } from './image-text.ts'

/** How one picture is put into a reply: a data URI, bytes, or the address it can be fetched from. */
export type PicturePlace = (event: ImageEvent) => Readonly<Record<string, unknown>>

export const asDataUri: PicturePlace = (event) => ({ url: dataUri(event.codec, toBase64(event.image)) })
export const asBytes: PicturePlace = (event) => ({ content: event.image })

/** fal's output: the union of both families' keys, plus what was really used and the size it was rendered in. */
export function falOutput(
  events: readonly ImageEvent[],
  requestId: string,
  place: PicturePlace = asDataUri,
): Record<string, unknown> {
  const used = events[0]?.params
  const safe = events.map(({ nsfwDetected = false }) => nsfwDetected)
  return {
    images: events.map((event) => ({ ...place(event), ...falImage(event) })),
    timings: { inference: inferenceSeconds(events) },
    seed: events[0]?.seed ?? 0,
    num_inference_steps: events[0]?.steps ?? 0,
    guidance_scale: used?.guidanceScale,
    strength: used?.strength,
    request_id: requestId,
    prompt: used?.prompt ?? '',
    nsfw_content_detected: safe,
    has_nsfw_concepts: safe,
  }
}

/** Header of a reply that says how long the engine worked, for the queue's metrics. */
export const INFERENCE_TIME = 'x-fal-inference-time'

export function inferenceSeconds(events: readonly ImageEvent[]): number {
  return events.reduce((sum, event) => sum + event.timings.engineMs, 0) / 1000
}

function falImage(event: ImageEvent): Record<string, unknown> {
  return {
    width: event.width,
    height: event.height,
    content_type: `image/${event.codec}`,
    file_size: event.image.length,
    rendered_width: event.renderedWidth,
    rendered_height: event.renderedHeight,
    seed: event.seed,
    /** Where the time went, in milliseconds; `timings.inference` above is in seconds, as fal's is. */
    timings_ms: event.timings,
  }
}

/** Our field names in fal's words. */
const FIELDS: Readonly<Record<string, string>> = {
  steps: 'num_inference_steps',
  guidanceScale: 'guidance_scale',
  image: 'image_url',
  width: 'image_size',
  height: 'image_size',
}

const INPUT_CODES: readonly ErrorCode[] = ['not_json', 'unsupported_image', 'broken_image', 'image_too_large']

/** fal answers every fault of the input with 422, no JSON and pictures it cannot read included; a body too large is 413. */
export function falStatus(error: WireError): number {
  return INPUT_CODES.includes(error.code) ? 422 : ERROR_TABLE[error.code].httpStatus
}

/**
 * fal's clients of today repeat what ended with 504 three times unless the limit was the user's own. Here it is the
 * operator's, and the same request would run into it again, each time for as long.
 */
export function falErrorHeaders(error: WireError): Readonly<Record<string, string>> {
  return falStatus(error) === 504 ? { 'x-fal-request-timeout-type': 'user' } : {}
}

/** Error body: `detail` as the list that clients turn into a ValidationError for 422, else a sentence. */
export function falErrorBody(error: WireError): Record<string, unknown> {
  const { code, message } = error
  if (falStatus(error) !== 422) return { detail: message, message, code }
  const field = error.field === undefined ? undefined : (FIELDS[error.field] ?? error.field)
  const loc = field === undefined || field === 'body' ? ['body'] : ['body', field]
  const ctx = {
    ...(error.value === undefined ? {} : { value: error.value }),
    ...(error.range === undefined ? {} : { range: error.range }),
  }
  const type = error.value === undefined && error.range !== undefined ? 'missing' : `value_error.${code}`
  return { detail: [{ loc, msg: message, type, ctx }], message, code }
}

/** Client libraries show `error: reason`; the code is fal's for bad input and for faults of the server, else ours. */
export function falSocketError(error: WireError, requestId: string | undefined): Record<string, unknown> {
  const isInput = ERROR_TABLE[error.code].httpStatus < 429
  return {
    type: 'x-fal-error',
    error: isInput
      ? 'VALIDATION_ERROR'
      : error.code === 'internal'
        ? 'INTERNAL_ERROR'
        : error.code.toUpperCase(),
    reason: error.message,
    code: error.code,
    ...(error.field === undefined ? {} : { field: FIELDS[error.field] ?? error.field }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  }
}
