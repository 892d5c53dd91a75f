// What fal's LCM apps take. Nonsense is refused as fal refuses it; what makes sense and the loaded model cannot do is
// clamped to the manifest's limits, and the reply says what was used. A value left out is the model's own default.
import type { WireError } from '../../lib/protocol/errors.ts'
import { clamp } from '../../lib/protocol/fit-to-model.ts'
import { HARD_LIMITS } from '../../lib/protocol/param-limits.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import type { Size } from '../../lib/std/size.ts'
import { fitTo } from '../session/fit-params.ts'
import type { Fitted } from '../session/fit-params.ts'
import type { FrameRequest } from '../session/frame-request.ts'
import { SIZE_PRESETS } from './fal-apps.ts'
import type { FalApp } from './fal-apps.ts'
import type { FalFiles } from './fal-files.ts'
import { fault, Fields, InputError } from './fal-fields.ts'
import { imageSize } from './image-size.ts'
import { imageFromText } from './image-text.ts'
import { isRecord } from './validation.ts'

export interface FalInput extends Fitted {
  readonly image: Uint8Array | undefined
  /** Where the picture is, when it did not come along. Neither of the two: paint from the words alone. */
  readonly imageUrl: string | undefined
  /** Part of the picture that is painted anew; all of it without one. */
  readonly mask: FrameRequest['mask']
  /** 1 to 8, with seeds of their own. */
  readonly numImages: number
  /** The reply carries the pictures themselves even where it could carry URLs. */
  readonly syncMode: boolean
  /** Echoed as it came, "" when absent. */
  readonly requestId: string
}

export type FalParsed =
  { readonly ok: true; readonly input: FalInput } | { readonly ok: false; readonly error: WireError }

export interface FalInputContext {
  readonly app: FalApp
  /** Pictures that were uploaded here and are named by address. */
  readonly files: Pick<FalFiles, 'read'>
  readonly model: ModelInfo
  readonly randomSeed: () => number
}

export const MAX_IMAGES = 8
/** fal scales larger inputs down to this; so do we, when the size follows from the image. */
const MAX_DERIVED_SIDE = 1024

/** Reads one request body, out of JSON or msgpack. Errors name fal's own field. */
export function parseFalInput(body: unknown, context: FalInputContext): FalParsed {
  try {
    if (!isRecord(body)) throw fault('body', body, 'a JSON object')
    return { ok: true, input: readInput(new Fields(body), context) }
  } catch (error) {
    if (error instanceof InputError) return { ok: false, error: error.error }
    throw error
  }
}

function readInput(fields: Fields, context: FalInputContext): FalInput {
  const { app, model, randomSeed } = context
  const prompt = fields.words('prompt')
  if (prompt === undefined) throw fault('prompt', undefined, 'text')
  const { image, imageUrl } = app.image === 'none' ? NO_IMAGE : readImage(fields, context)
  const asked = {
    prompt,
    negativePrompt: fields.words('negative_prompt'),
    strength: fields.number('strength', HARD_LIMITS.strength),
    guidanceScale: fields.number('guidance_scale', [0, Infinity]),
    steps: fields.whole('num_inference_steps', [1, Infinity]),
    seed: fields.number('seed') ?? randomSeed(),
  }
  const hasImage = image !== undefined || imageUrl !== undefined
  // The other apps name a mask for compatibility alone.
  const mask = app.image === 'optional' ? readMask(fields, context, hasImage) : undefined
  const sized = { ...asked, ...sizeOf(fields, image) }
  return {
    ...fitTo(model, { asked: sized, hasImage, size: 'exact' }),
    image,
    imageUrl,
    mask,
    numImages: fields.whole('num_images', [1, MAX_IMAGES]) ?? 1,
    syncMode: fields.flag('sync_mode') ?? app.syncMode,
    requestId: readId(fields),
  }
}

type Sketch = Pick<FalInput, 'image' | 'imageUrl'>
const NO_IMAGE: Sketch = { image: undefined, imageUrl: undefined }

/**
 * What is under `image_bytes` (msgpack; older apps: `image`) or `image_url`: bytes, a data URI, bare base64, the address of an upload of
 * ours, or somebody else's address, which only the gateway may follow.
 */
function readImage(fields: Fields, { app, files }: FalInputContext): Sketch {
  const inBytes = app.hasBareImage ? ['image', 'image_bytes'] : ['image_bytes']
  const field = inBytes.find((key) => fields.value(key) !== undefined) ?? 'image_url'
  const value = fields.value(field)
  if (value instanceof Uint8Array) return { ...NO_IMAGE, image: value }
  // Real clients send "" before anything is drawn.
  if (value === undefined || (value === '' && app.image === 'optional')) {
    if (app.image === 'optional') return NO_IMAGE
    throw fault('image_url', undefined, 'a base64 data URI')
  }
  if (typeof value !== 'string') throw fault(field, value, 'a base64 data URI')
  if (/^https?:\/\//i.test(value)) {
    if (value.length > MAX_ADDRESS_CHARS) throw fault(field, value, SHORTER_ADDRESS)
    const image = files.read(value)
    return image ? { ...NO_IMAGE, image } : { ...NO_IMAGE, imageUrl: value }
  }
  const image = imageFromText(value, field)
  if (!image.ok) throw new InputError(image.error)
  return { ...NO_IMAGE, image: image.bytes }
}

/** It waits with the request, and no limit counts it. */
const MAX_ADDRESS_CHARS = 8192
const SHORTER_ADDRESS = `an address of at most ${MAX_ADDRESS_CHARS} characters, or a base64 data URI`
const MAX_ID_CHARS = 1024

/** As long as a request waits its id is kept, too. */
function readId(fields: Fields): string {
  const id = fields.text('request_id') ?? ''
  if (id.length > MAX_ID_CHARS) throw fault('request_id', id, `text of at most ${MAX_ID_CHARS} characters`)
  return id
}

/** White is painted anew, black stays. */
function readMask(fields: Fields, { files }: FalInputContext, hasImage: boolean): FrameRequest['mask'] {
  const text = fields.text('mask_url')
  if (!text) return undefined
  if (!hasImage) throw fault('image_url', undefined, 'the picture that mask_url is a mask of')
  const uploaded = files.read(text)
  if (uploaded) return { image: uploaded, blurPx: MASK_BLUR_PX, invert: false }
  const image = imageFromText(text, 'mask_url')
  if (!image.ok) throw new InputError(image.error)
  return { image: image.bytes, blurPx: MASK_BLUR_PX, invert: false }
}

/** fal's clients do not say; a hard edge shows. */
const MASK_BLUR_PX = 4

/** `undefined` where neither the request nor its picture says one: it is the model's then. */
function sizeOf(fields: Fields, image: Uint8Array | undefined): Size | undefined {
  const asked = fields.value('image_size')
  if (typeof asked === 'string') {
    const preset = Object.hasOwn(SIZE_PRESETS, asked) ? SIZE_PRESETS[asked] : undefined
    if (!preset) throw fault('image_size', asked, Object.keys(SIZE_PRESETS).join(', '))
    return preset
  }
  const sides = isRecord(asked) ? new Fields(asked) : fields
  const width = sides.whole('width', [1, Infinity])
  const height = sides.whole('height', [1, Infinity])
  const either = width ?? height
  if (either !== undefined) return fitted({ width: either, height: height ?? either }, HARD_LIMITS.side[1])
  const own = image && imageSize(image)
  return own && fitted(own, MAX_DERIVED_SIDE)
}

/** Scaled down, shape kept, until no side is longer than `maxSide`. */
function fitted(size: Size, maxSide: number): Size {
  const scale = Math.min(1, maxSide / Math.max(size.width, size.height, 1))
  const side = (px: number) => clamp(Math.round(px * scale), HARD_LIMITS.side)
  return { width: side(size.width), height: side(size.height) }
}
