// Bodies of AUTOMATIC1111's txt2img and img2img. Every field is optional and unknown ones are ignored, as there; what is
// beyond this server's limits is done as far as they go, and the reply says how far. What would make quite another picture
// is refused rather than left out without a word.
import type { WireError } from '../../lib/protocol/errors.ts'
import { HARD_LIMITS } from '../../lib/protocol/param-limits.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { firstChars } from '../../lib/std/text.ts'
import { fitTo } from '../session/fit-params.ts'
import type { Enlargement, Fitted } from '../session/fit-params.ts'
import type { FrameRequest } from '../session/frame-request.ts'
import { fault, Fields, InputError } from './fal-fields.ts'
import { imageFromText } from './image-text.ts'
import { imageSize } from './image-size.ts'
import { isRecord } from './validation.ts'

export type A1111Sketch =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'url'; readonly url: string }

export interface A1111Request extends Fitted {
  readonly sketch: A1111Sketch
  readonly fit: FrameRequest['fit']
  readonly mask: FrameRequest['mask']
  readonly counts: Counts
  /** `enable_hr` was asked for: its size is painted in one pass. */
  readonly isEnlarged: boolean
  readonly sendImages: boolean
  /** As it came, for the reply's echo; without its pictures, which would be held twice for as long as it waits. */
  readonly echo: Readonly<Record<string, unknown>>
}

export interface Counts {
  /** What was asked: batch_size times n_iter. */
  readonly asked: number
  /** What is made of it, within MAX_PICTURES. */
  readonly batchSize: number
  readonly batches: number
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
  const asked = {
    prompt: fields.words('prompt') ?? '',
    negativePrompt: fields.words('negative_prompt'),
    strength: kind === 'img2img' ? fields.number('denoising_strength', HARD_LIMITS.strength) : undefined,
    guidanceScale: fields.number('cfg_scale'),
    steps: fields.number('steps', [1, 1000]),
    seed: seed < 0 ? randomSeed() : seed,
    width: fields.whole('width', [1, 16_384]) ?? own?.width,
    height: fields.whole('height', [1, 16_384]) ?? own?.height,
  }
  const enlarged = kind === 'txt2img' ? readEnlargement(fields) : undefined
  const fit = kind === 'img2img' ? FITS[fields.whole('resize_mode', [0, 3]) ?? 0] : undefined
  const { init_images: _images, mask: _mask, ...echo } = body
  return {
    ...fitTo(model, { asked, hasImage: sketch.kind !== 'none', size: enlarged ?? 'fitted' }),
    mask: kind === 'img2img' ? readMask(fields) : undefined,
    sketch,
    fit,
    counts: readCounts(fields),
    isEnlarged: enlarged !== undefined,
    sendImages: fields.flag('send_images') ?? true,
    echo,
  }
}

/** More than anybody's slider has: beyond it a number is a mistake. */
const MAX_ASKED = 1000

/** Sliders go to 20 and more: whoever asks for so many gets as many as are painted in whole batches. */
function readCounts(fields: Fields): Counts {
  const size = fields.whole('batch_size', [1, MAX_ASKED]) ?? 1
  const times = fields.whole('n_iter', [1, MAX_ASKED]) ?? 1
  const batchSize = Math.min(size, MAX_PICTURES)
  const batches = Math.min(times, Math.floor(MAX_PICTURES / batchSize))
  return { asked: size * times, batchSize, batches }
}

/**
 * `enable_hr`: there a picture is painted small and then again at this size, so that large ones keep their composition;
 * here it is painted at this size at once, as far as the model goes. img2img has no such thing.
 */
function readEnlargement(fields: Fields): Enlargement | undefined {
  if (fields.flag('enable_hr') !== true) return undefined
  const scale = fields.number('hr_scale', [0, 100]) || 2
  const x = fields.whole('hr_resize_x', [0, 16_384]) ?? 0
  const y = fields.whole('hr_resize_y', [0, 16_384]) ?? 0
  return { scale, x, y }
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
  const script = fields.text('script_name')
  if (script) throw missing('script_name', `Script '${firstChars(script, 80)}' not found`)
  const [always] = Object.keys(isRecord(body['alwayson_scripts']) ? body['alwayson_scripts'] : {})
  if (always !== undefined)
    throw missing('alwayson_scripts', `always on script ${firstChars(always, 80)} not found`)
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
