// Bodies of AUTOMATIC1111's txt2img and img2img. Every field is optional and unknown ones are ignored, as there; what
// would change the picture and cannot be done here is refused rather than left out without a word.
import type { WireError } from '../../lib/protocol/errors.ts'
import { HARD_LIMITS } from '../../lib/protocol/params.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import type { FrameRequest } from '../session/frame-request.ts'
import { fault, Fields, InputError } from './fal-fields.ts'
import { fitParams, wantedOf } from './fit-params.ts'
import type { Wanted } from './fit-params.ts'
import { imageFromText } from './image-text.ts'
import { imageSize } from './image-size.ts'
import { isRecord } from './validation.ts'

export type A1111Sketch =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'url'; readonly url: string }

export interface A1111Request extends Wanted {
  readonly sketch: A1111Sketch
  readonly fit: FrameRequest['fit']
  readonly mask: FrameRequest['mask']
  /** batch_size times n_iter. */
  readonly pictures: number
  readonly batchSize: number
  readonly sendImages: boolean
  /** As it came, for the reply's echo. */
  readonly body: Readonly<Record<string, unknown>>
}

export type A1111Parsed =
  | { readonly ok: true; readonly request: A1111Request }
  | { readonly ok: false; readonly error: WireError; readonly status?: number }

export const MAX_PICTURES = 8

class Missing extends Error {}

export function parseA1111(
  body: unknown,
  { kind, model, randomSeed }: { kind: 'txt2img' | 'img2img'; model: ModelInfo; randomSeed: () => number },
): A1111Parsed {
  try {
    if (!isRecord(body)) throw fault('body', body, 'a JSON object')
    return { ok: true, request: readRequest(body, { kind, model, randomSeed }) }
  } catch (error) {
    if (error instanceof Missing) return { ok: false, status: 404, error: NO_IMAGE }
    if (error instanceof InputError) return { ok: false, error: error.error }
    throw error
  }
}

const NO_IMAGE: WireError = { code: 'invalid_params', message: 'Init image not found', field: 'init_images' }

function readRequest(
  body: Readonly<Record<string, unknown>>,
  { kind, model, randomSeed }: { kind: 'txt2img' | 'img2img'; model: ModelInfo; randomSeed: () => number },
): A1111Request {
  const fields = new Fields(body)
  refuseOthers(body, fields)
  const sketch = kind === 'img2img' ? readSketch(body['init_images']) : NO_SKETCH
  const own = sketch.kind === 'bytes' ? imageSize(sketch.bytes) : undefined
  const seed = fields.number('seed') ?? -1
  const batchSize = fields.whole('batch_size', [1, MAX_PICTURES]) ?? 1
  const pictures = batchSize * (fields.whole('n_iter', [1, MAX_PICTURES]) ?? 1)
  if (pictures > MAX_PICTURES)
    throw fault('batch_size', pictures, `at most ${MAX_PICTURES} pictures with n_iter`)
  const asked = {
    prompt: fields.text('prompt', HARD_LIMITS.promptChars) ?? '',
    negativePrompt: fields.text('negative_prompt', HARD_LIMITS.promptChars),
    strength: kind === 'img2img' ? fields.number('denoising_strength', HARD_LIMITS.strength) : undefined,
    guidanceScale: fields.number('cfg_scale'),
    steps: fields.number('steps', [1, 1000]),
    seed: seed < 0 ? randomSeed() : seed,
    width: fields.whole('width', [1, 16_384]) ?? own?.width,
    height: fields.whole('height', [1, 16_384]) ?? own?.height,
  }
  const wanted = wantedOf((used) => fitParams(asked, used, sketch.kind !== 'none'), model)
  const fit = kind === 'img2img' ? FITS[fields.whole('resize_mode', [0, 3]) ?? 0] : undefined
  const mask = kind === 'img2img' ? readMask(fields) : undefined
  return {
    ...wanted,
    mask,
    sketch,
    fit,
    pictures,
    batchSize,
    sendImages: fields.flag('send_images') ?? true,
    body,
  }
}

const MAX_BLUR_PX = 64

/** White is painted anew. `mask_blur` stands for both directions; the two apart are of older clients. */
function readMask(fields: Fields): FrameRequest['mask'] {
  const text = fields.text('mask')
  if (!text) return undefined
  const image = imageFromText(text, 'mask')
  if (!image.ok) throw new InputError(image.error)
  const blur = (name: string) => fields.number(name, [0, MAX_BLUR_PX])
  const [both, x, y] = [blur('mask_blur'), blur('mask_blur_x') ?? 4, blur('mask_blur_y') ?? 4]
  if (both === undefined && x !== y)
    throw fault('mask_blur_y', y, `${x}, as mask_blur_x: edges are blurred evenly`)
  return { image: image.bytes, blurPx: both ?? x, invert: fields.flag('inpainting_mask_invert') ?? false }
}

/** `resize_mode`; 3 is the first done to latents there, and to pixels here. */
const FITS = ['stretch', 'crop', 'fill', 'stretch'] as const

/** What would make another picture and is not done here; scripts in the words they are missed with there. */
function refuseOthers(body: Readonly<Record<string, unknown>>, fields: Fields): void {
  if (fields.flag('enable_hr') === true)
    throw fault('enable_hr', true, 'false: ask for the larger size itself, or send the picture to img2img')
  const script = fields.text('script_name')
  if (script) throw missing('script_name', `Script '${script.slice(0, 80)}' not found`)
  const [always] = Object.keys(isRecord(body['alwayson_scripts']) ? body['alwayson_scripts'] : {})
  if (always !== undefined)
    throw missing('alwayson_scripts', `always on script ${always.slice(0, 80)} not found`)
}

function missing(field: string, message: string): InputError {
  return new InputError({ code: 'invalid_params', message, field })
}

const NO_SKETCH: A1111Sketch = { kind: 'none' }

function readSketch(images: unknown): A1111Sketch {
  const list: readonly unknown[] = Array.isArray(images) ? images : []
  const [first, second] = list
  if (typeof first !== 'string') throw new Missing()
  if (second !== undefined) throw fault('init_images', list, 'one picture; several take several requests')
  if (/^https?:\/\//i.test(first)) return { kind: 'url', url: first }
  const image = imageFromText(first, 'init_images')
  if (!image.ok) throw new InputError(image.error)
  return { kind: 'bytes', bytes: image.bytes }
}
