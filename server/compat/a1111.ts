// AUTOMATIC1111's REST: POST /sdapi/v1/txt2img and img2img. Pictures go back as bare base64 PNG with their settings in
// the file, as every tool of that world expects.
import { ERROR_TABLE } from '../../lib/protocol/errors.ts'
import type { WireError } from '../../lib/protocol/errors.ts'
import type { DrawParams } from '../../lib/protocol/params.ts'
import { formatParameters, samplerName, withPngText } from '../../lib/protocol/png-parameters.ts'
import { COMPAT_MESSAGE_LIMIT_BYTES } from '../../lib/protocol/version.ts'
import { nthPicture } from '../session/fit-params.ts'
import type { ImageEvent, TerminalEvent } from '../session/session-event.ts'
import { MAX_PICTURES, parseA1111 } from './a1111-request.ts'
import type { A1111Request } from './a1111-request.ts'
import type { Decoded, Exchange, Inbound, OnceAnswer, OnceContext, OnceDialect } from './dialect.ts'
import { toBase64 } from './image-text.ts'
import { parseJson } from './validation.ts'
import type { ParsedJson } from './validation.ts'

/** Both doors share their caller's one queue, and are what `progress` and `interrupt` are about. */
export const A1111_DOOR = 'a1111'
const OUTPUT = { codec: 'png', quality: 100 } as const

/** Of a body that brings a picture: clients send PNG of 2048x2048 and larger, as text. */
export const A1111_PICTURE_LIMIT_BYTES = 32 * 1024 * 1024

export const txt2img = dialect('txt2img')
export const img2img = dialect('img2img')

function dialect(kind: 'txt2img' | 'img2img'): OnceDialect {
  return {
    id: A1111_DOOR,
    reply: 'once',
    isPartialFine: true,
    messageLimitBytes: COMPAT_MESSAGE_LIMIT_BYTES,
    imageLimitBytes: A1111_PICTURE_LIMIT_BYTES,
    policy: {
      mailbox: { depth: 2 * MAX_PICTURES, whenFull: 'reject-new' },
      credit: 2 * MAX_PICTURES + 1,
      maxRunning: 1,
    },
    exchange: (context) => new A1111Exchange(kind, context),
  }
}

/** A body of txt2img or img2img; none is as good as one without fields, as there. */
export function readA1111(body: Inbound): ParsedJson {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  return parseJson(text === '' ? '{}' : text)
}

class A1111Exchange implements Exchange {
  readonly #kind: 'txt2img' | 'img2img'
  readonly #context: OnceContext
  #request: A1111Request | undefined
  #missing = false

  constructor(kind: 'txt2img' | 'img2img', context: OnceContext) {
    this.#kind = kind
    this.#context = context
  }

  decode(body: Inbound, json = readA1111(body)): Decoded[] {
    if (!json.ok) return [problem({ code: 'not_json', message: 'The body must be JSON' })]
    const { model, randomSeed, nextSeq } = this.#context
    const parsed = parseA1111(json.value, { kind: this.#kind, model, randomSeed })
    if (!parsed.ok) {
      this.#missing = parsed.status === 404
      return [problem(parsed.error)]
    }
    this.#request = parsed.request
    const { request } = parsed
    const { sketch, fit, mask, counts } = request
    return Array.from({ length: counts.batchSize * counts.batches }, (_, index): Decoded => {
      const seq = nextSeq()
      const image = sketch.kind === 'bytes' ? sketch.bytes : undefined
      const { params, wanted } = nthPicture(request, index)
      const how = {
        mode: 'live',
        image,
        ...(fit && { fit }),
        ...(mask && { mask }),
        output: OUTPUT,
        wanted,
      } as const
      return {
        kind: 'frame',
        frame: { seq, rev: seq, ...how },
        params,
        ...(sketch.kind === 'url' ? { imageUrl: sketch.url } : {}),
      }
    })
  }

  answer(ends: readonly TerminalEvent[]): OnceAnswer {
    const failed = ends.find(
      (end) => (end.type === 'refused' || end.type === 'failed') && end.error.code !== 'cancelled',
    )
    if (failed && 'error' in failed) return this.refuse(failed.error)
    const request = this.#request
    if (!request || ends.some((end) => end.type === 'superseded'))
      return this.refuse({ code: 'internal', message: 'The server lost this request; send it again' })
    // Interrupted or skipped pictures are simply not there, as in the original when nothing of them was kept.
    const pictures = ends.filter((end) => end.type === 'image')
    const images = pictures.map((end) => toBase64(withSettings(end)))
    const model = pictures[0]?.model ?? this.#context.model
    const sampler = { sampler_name: samplerName(model) }
    const used = { ...usedParams(pictures[0]?.params ?? request.params, request), ...sampler }
    const interrupted = pictures.length < ends.length
    const info = JSON.stringify({
      ...used,
      ...infoOf(request, pictures),
      sd_model_name: model.name,
      interrupted,
    })
    return json(200, {
      images: request.sendImages ? images : [],
      parameters: { ...request.echo, ...used, ...(request.sketch.kind === 'none' ? {} : NOT_ECHOED) },
      info,
    })
  }

  refuse(error: WireError): OnceAnswer {
    return json(this.#missing ? 404 : a1111Status(error), a1111Error(error))
  }
}

/** A picture that cannot be had or read is 500 there; whatever else is wrong with the input, no JSON too, 422. */
export function a1111Status({ code, field }: WireError): number {
  if (code === 'not_json') return 422
  const isPicture = field === 'image' || code === 'broken_image' || code === 'unsupported_image'
  return isPicture && code !== 'image_too_large' ? 500 : ERROR_TABLE[code].httpStatus
}

/** The shape of every error of that API. */
export function a1111Error(error: WireError): Record<string, unknown> {
  const { code, message, field, value, range } = error
  const where = field === undefined ? {} : { field, value, range }
  return {
    error: code,
    detail: message,
    body: '',
    errors: field === undefined ? message : JSON.stringify(where),
  }
}

/** Of the original's ways to inpaint the one there is: on the sketch as it is, the whole of it at a time. */
const AS_MASKED = { inpainting_fill: 1, inpaint_full_res: false }

/** Pictures are not sent back to where they came from. */
const NOT_ECHOED = { init_images: null, mask: null }

function textOf({ params, model }: ImageEvent): string {
  return formatParameters(params, model)
}

function withSettings(end: ImageEvent): Uint8Array {
  return withPngText(end.image, [{ keyword: 'parameters', text: textOf(end) }])
}

/** What the model made of the request: what was asked beyond its limits has become what it can do. */
function usedParams(params: DrawParams, request: A1111Request): Record<string, unknown> {
  const { sketch, mask, counts, isEnlarged } = request
  const { prompt, negativePrompt, steps, guidanceScale, width, height, seed, strength } = params
  return {
    prompt,
    negative_prompt: negativePrompt ?? '',
    steps,
    cfg_scale: guidanceScale,
    width,
    height,
    seed,
    ...(sketch.kind === 'none' ? {} : { denoising_strength: strength }),
    batch_size: counts.batchSize,
    n_iter: counts.batches,
    ...(isEnlarged ? { enable_hr: false } : {}),
    ...(mask ? { ...AS_MASKED, mask_blur: mask.blurPx } : {}),
  }
}

function infoOf(request: A1111Request, pictures: readonly ImageEvent[]): Record<string, unknown> {
  const all = <T>(value: T) => pictures.map(() => value)
  const { asked, batchSize, batches } = request.counts
  return {
    all_prompts: all(request.params.prompt),
    all_negative_prompts: all(request.params.negativePrompt ?? ''),
    all_seeds: pictures.map(({ seed }) => seed),
    subseed: 0,
    all_subseeds: all(0),
    subseed_strength: 0,
    batch_size: batchSize,
    sd_model_hash: '',
    extra_generation_params: asked > batchSize * batches ? { 'Pictures asked for': asked } : {},
    index_of_first_image: 0,
    infotexts: pictures.map(textOf),
    styles: [],
    job_timestamp: '',
    clip_skip: 1,
    version: 'sketchwire',
  }
}

function problem(error: WireError): Decoded {
  return { kind: 'problem', error }
}

function json(status: number, body: Record<string, unknown>): OnceAnswer {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return { status, headers, body: JSON.stringify(body) }
}
