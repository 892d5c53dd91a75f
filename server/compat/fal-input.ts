// What fal's lcm-sd15-i2i takes, as its own server took it: Pydantic's coercions (strings for numbers, floats for
// whole numbers), unknown keys ignored, null as absent. Source: fal's published endpoint types and real clients.
import type { WireError } from '../../lib/protocol/errors.ts'
import { HARD_LIMITS } from '../../lib/protocol/params.ts'
import type { DrawParams, ModelInfo } from '../../lib/protocol/params.ts'
import { imageSize } from './image-size.ts'
import type { ImageSize } from './image-size.ts'
import { imageFromText } from './image-text.ts'
import { echo, isRecord } from './validation.ts'

export interface FalInput {
  readonly params: DrawParams
  readonly image: Uint8Array
  readonly numImages: number
  /** Echoed as it came, "" when absent. */
  readonly requestId: string
}

export type FalParsed =
  { readonly ok: true; readonly input: FalInput } | { readonly ok: false; readonly error: WireError }

const PRESETS: Readonly<Record<string, ImageSize>> = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
}
/** fal's documented defaults; where the loaded model cannot do one, the model's own applies. */
const DEFAULTS = { strength: 0.8, guidanceScale: 1, steps: 4 }
const MAX_IMAGES = 8
/** fal scales larger inputs down to this; so do we, when the size follows from the image. */
const MAX_DERIVED_SIDE = 1024

class InputError extends Error {
  readonly error: WireError
  constructor(error: WireError) {
    super(error.message)
    this.error = error
  }
}

/** Reads one request body. Errors name fal's own field. */
export function parseFalInput(body: unknown, model: ModelInfo, randomSeed: () => number): FalParsed {
  try {
    if (!isRecord(body)) throw fault('body', body, 'a JSON object')
    return { ok: true, input: readInput(new Fields(body), model, randomSeed) }
  } catch (error) {
    if (error instanceof InputError) return { ok: false, error: error.error }
    throw error
  }
}

function readInput(fields: Fields, model: ModelInfo, randomSeed: () => number): FalInput {
  const prompt = fields.text('prompt', HARD_LIMITS.promptChars)
  if (prompt === undefined) throw fault('prompt', undefined, PROMPT_RANGE)
  const url = fields.text('image_url')
  if (url === undefined) throw fault('image_url', undefined, 'a base64 data URI')
  const image = imageFromText(url, 'image_url')
  if (!image.ok) throw new InputError(image.error)
  const params: DrawParams = {
    prompt,
    strength: fields.number('strength', HARD_LIMITS.strength) ?? fallback('strength', model),
    guidanceScale:
      fields.number('guidance_scale', HARD_LIMITS.guidanceScale) ?? fallback('guidanceScale', model),
    steps: fields.whole('num_inference_steps', HARD_LIMITS.steps) ?? fallback('steps', model),
    seed: toU32(fields.number('seed') ?? randomSeed()),
    ...sizeOf(fields, image.bytes, model),
  }
  const numImages = fields.whole('num_images', [1, MAX_IMAGES]) ?? 1
  return { params, image: image.bytes, numImages, requestId: fields.text('request_id') ?? '' }
}

const PROMPT_RANGE = `text of 0 to ${HARD_LIMITS.promptChars} characters`

function fallback(field: 'strength' | 'guidanceScale' | 'steps', model: ModelInfo): number {
  const [low, high] = model.limits[field]
  return DEFAULTS[field] >= low && DEFAULTS[field] <= high ? DEFAULTS[field] : model.defaults[field]
}

/** Clients send floats, negatives and clocks as seeds; each stands for one unsigned 32-bit number. */
function toU32(seed: number): number {
  return Math.trunc(seed) >>> 0
}

function sizeOf(fields: Fields, image: Uint8Array, model: ModelInfo): ImageSize {
  const asked = fields.value('image_size')
  if (typeof asked === 'string') {
    const preset = Object.hasOwn(PRESETS, asked) ? PRESETS[asked] : undefined
    if (!preset) throw fault('image_size', asked, Object.keys(PRESETS).join(', '))
    return preset
  }
  const own = isRecord(asked) ? new Fields(asked) : fields
  const width = own.whole('width', HARD_LIMITS.side)
  const height = own.whole('height', HARD_LIMITS.side)
  const derived = fitted(imageSize(image) ?? model.defaults)
  return { width: width ?? height ?? derived.width, height: height ?? width ?? derived.height }
}

function fitted(size: ImageSize): ImageSize {
  const scale = Math.min(1, MAX_DERIVED_SIDE / Math.max(size.width, size.height, 1))
  const side = (px: number) => Math.max(HARD_LIMITS.side[0], Math.round(px * scale))
  return { width: side(size.width), height: side(size.height) }
}

function fault(field: string, value: unknown, range: string): InputError {
  const what = value === undefined ? 'is missing' : 'does not fit'
  const shown = value === undefined ? {} : { value: echo(value) }
  return new InputError({
    code: 'invalid_params',
    message: `${field} ${what}; send ${range}`,
    field,
    ...shown,
    range,
  })
}

/** The keys of a request, read with Pydantic's leniency. */
class Fields {
  readonly #record: Readonly<Record<string, unknown>>

  constructor(record: Readonly<Record<string, unknown>>) {
    this.#record = record
  }

  value(key: string): unknown {
    return this.#record[key] ?? undefined
  }

  text(key: string, maxChars = Infinity): string | undefined {
    const value = this.value(key)
    if (value === undefined || (typeof value === 'string' && value.length <= maxChars)) return value
    throw fault(key, value, maxChars === Infinity ? 'text' : `text of 0 to ${maxChars} characters`)
  }

  number(key: string, range?: readonly [number, number]): number | undefined {
    const value = this.value(key)
    if (value === undefined) return undefined
    const number =
      typeof value === 'string' && value.trim() !== ''
        ? Number(value)
        : typeof value === 'boolean'
          ? Number(value)
          : value
    const shown = range ? `a number from ${range[0]} to ${range[1]}` : 'a number'
    if (typeof number !== 'number' || !Number.isFinite(number)) throw fault(key, value, shown)
    if (range && (number < range[0] || number > range[1])) throw fault(key, value, shown)
    return number
  }

  whole(key: string, range: readonly [number, number]): number | undefined {
    const number = this.number(key, range)
    return number === undefined ? undefined : Math.trunc(number)
  }
}
