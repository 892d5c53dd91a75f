// AUTOMATIC1111's extra-single-image and extra-batch-images, as far as they go without a model that upscales: pictures are
// resampled. Faces are not restored, and a second upscaler is not blended in.
import type { WireError } from '../../lib/protocol/errors.ts'
import type { Size } from '../../lib/std/size.ts'
import type { FrameRequest } from '../session/frame-request.ts'
import { fault, Fields, InputError } from './fal-fields.ts'
import { imageSize } from './image-size.ts'
import { imageFromText, toBase64 } from './image-text.ts'
import { isRecord } from './validation.ts'

/** One picture to resample. */
export interface Extra {
  readonly image: Uint8Array
  readonly size: Size
  readonly fit: NonNullable<FrameRequest['fit']>
  readonly kernel: 'lanczos3' | 'nearest'
}

export type ExtrasParsed =
  | { readonly ok: true; readonly extras: readonly Extra[]; readonly note: string }
  | { readonly ok: false; readonly error: WireError }

/** GET /sdapi/v1/upscalers. */
export const UPSCALERS = ['None', 'Lanczos', 'Nearest'].map((name) => ({
  name,
  model_name: null,
  model_path: null,
  model_url: null,
  scale: 4,
}))

/** The longest side that is made, in pixels. */
const MAX_SIDE = 4096
const MAX_BATCH = 8
/** Of all pictures of one request, which are one text in the end. */
const MAX_PIXELS = 2 * MAX_SIDE * MAX_SIDE

/** @param kind with one picture under `image`, or several under `imageList` */
export function parseExtras(body: unknown, kind: 'single' | 'batch'): ExtrasParsed {
  try {
    if (!isRecord(body)) throw fault('body', body, 'a JSON object')
    const fields = new Fields(body)
    const pictures = kind === 'single' ? [readPicture(body['image'], 'image')] : readList(body['imageList'])
    const upscaler = fields.text('upscaler_1') ?? 'None'
    const maxSide = Math.min(MAX_SIDE, Math.floor(Math.sqrt(MAX_PIXELS / pictures.length)))
    const scaled = pictures.map((image) => ({ image, ...scaledSize(fields, image, maxSide) }))
    const extras = scaled.map(({ image, own, ...target }): Extra => {
      if (upscaler === 'None')
        return { image, size: within(own, 1, maxSide), fit: 'stretch', kernel: 'lanczos3' }
      return { image, ...target, kernel: upscaler === 'Nearest' ? 'nearest' : 'lanczos3' }
    })
    return { ok: true, extras, note: noteOf(upscaler, extras) }
  } catch (error) {
    if (error instanceof InputError) return { ok: false, error: error.error }
    throw error
  }
}

/** @param pictures PNG bytes, in the order of the request */
export function extrasBody(
  pictures: readonly Uint8Array[],
  { kind, note }: { readonly kind: 'single' | 'batch'; readonly note: string },
): unknown {
  const images = pictures.map(toBase64)
  return kind === 'single' ? { html_info: note, image: images[0] } : { html_info: note, images }
}

/** Plain words: pages put them between their tags, so nothing of the request is repeated. */
function noteOf(upscaler: string, extras: readonly Extra[]): string {
  const isKnown = UPSCALERS.some(({ name }) => name === upscaler)
  const model = isKnown ? '' : 'There is no such upscaler here, nor a model that upscales; Lanczos was used. '
  const sizes = extras.map(({ size: { width, height } }) => `${width}x${height}`)
  return `${model}Size: ${sizes.join(', ')}`
}

function readPicture(text: unknown, field: string): Uint8Array {
  if (typeof text !== 'string') throw fault(field, text, 'a picture in base64')
  const image = imageFromText(text, field)
  if (!image.ok) throw new InputError(image.error)
  return image.bytes
}

function readList(list: unknown): readonly Uint8Array[] {
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_BATCH)
    throw fault('imageList', list, `a list of 1 to ${MAX_BATCH} {data, name}`)
  const items: readonly unknown[] = list
  return items.map((item) => readPicture(isRecord(item) ? item['data'] : undefined, 'imageList'))
}

/** `resize_mode` 0: times `upscaling_resize`; 1: to a size that is filled, and what is over is cut off unless told not to. */
function scaledSize(
  fields: Fields,
  image: Uint8Array,
  maxSide: number,
): Pick<Extra, 'size' | 'fit'> & { own: Size } {
  const own = imageSize(image)
  if (!own || own.width === 0 || own.height === 0) throw new InputError(UNREADABLE)
  const byFactor = (fields.whole('resize_mode', [0, 1]) ?? 0) === 0
  const factor = fields.number('upscaling_resize', [0.01, 100]) ?? 2
  const width = fields.whole('upscaling_resize_w', [1, 16_384]) ?? 512
  const height = fields.whole('upscaling_resize_h', [1, 16_384]) ?? 512
  const scaled = (size: Size, scale: number) => within(size, scale, maxSide)
  if (byFactor) return { own, fit: 'stretch', size: scaled(own, factor) }
  if (fields.flag('upscaling_crop') ?? true) return { own, fit: 'crop', size: scaled({ width, height }, 1) }
  const cover = Math.max(width / own.width, height / own.height)
  return { own, fit: 'stretch', size: scaled(own, cover) }
}

const UNREADABLE: WireError = {
  code: 'unsupported_image',
  message: 'The image must be a whole JPEG, PNG or WebP',
  field: 'image',
}

/** Scaled, shape kept, no side longer than `maxSide`. */
function within({ width, height }: Size, scale: number, maxSide: number): Size {
  const fitted = Math.min(scale, maxSide / Math.max(width, height))
  const side = (px: number) => Math.max(1, Math.round(px * fitted))
  return { width: side(width), height: side(height) }
}
