// What the server may say, as shapes. The schemas of lib/protocol/control.ts are the definition, and a test holds the
// two against each other; this form of them costs a page a few hundred bytes instead of a validation library.
import type { ImageMeta, PreviewMeta, ServerMessage } from '../protocol/control.ts'

/** A type name, a pattern of texts, an array of one shape, or an object: `name?` may be missing, `*` is every name. */
type Shape = 'string' | 'number' | 'boolean' | 'whole' | 'any' | RegExp | Shapes | readonly [Shape]
interface Shapes {
  readonly [name: string]: Shape
}

const engine = /^(loading|ready|degraded|closed)$/
const size = { width: 'number', height: 'number' } as const
const stage = { step: 'number', steps: 'number' } as const
const frame = { seq: 'whole', rev: 'whole' } as const
const error = {
  code: 'string',
  message: 'string',
  'field?': 'string',
  'value?': 'any',
  'range?': 'string',
  'retryAfterMs?': 'number',
} as const
const range = ['number'] as const

const model: Shapes = {
  id: 'string',
  name: 'string',
  provider: 'string',
  sizes: [size],
  limits: { steps: range, strength: range, guidanceScale: range },
  originalInferenceSteps: 'number',
  strengthSemantics: /^(lcm|generic)$/,
  defaults: {
    prompt: 'string',
    'negativePrompt?': 'string',
    strength: 'number',
    seed: 'number',
    steps: 'number',
    guidanceScale: 'number',
    ...size,
  },
  'refine?': { ...size, steps: 'number' },
  words: { '*': ['string'] },
}

const MESSAGES: Shapes = {
  welcome: {
    protocol: 'number',
    session: 'string',
    credit: 'number',
    messageLimitBytes: 'number',
    engine,
    model,
  },
  status: { engine, 'detail?': 'string' },
  model: { model },
  started: frame,
  step: { ...frame, ...stage },
  superseded: { ...frame, by: 'whole' },
  refused: { ...frame, ...error },
  failed: { ...frame, retryable: 'boolean', ...error },
  error,
  pong: { clientMs: 'number', serverMs: 'number' },
}

const PREVIEW_META: Shape = stage
const IMAGE_META: Shape = {
  mode: /^(live|refine)$/,
  renderedWidth: 'number',
  renderedHeight: 'number',
  steps: 'number',
  seed: 'number',
  'nsfwDetected?': 'boolean',
  timings: {
    waitMs: 'number',
    decodeMs: 'number',
    textEncodeMs: 'number',
    vaeEncodeMs: 'number',
    unetMs: ['number'],
    vaeDecodeMs: 'number',
    encodeMs: 'number',
    engineMs: 'number',
    totalMs: 'number',
  },
}

/** What this client reads as text: pictures come to it as binary messages. */
export type TextMessage = Exclude<ServerMessage, { type: 'image' | 'preview' }>

export type Checked<T> = { readonly value: T } | { readonly misfit: string }

function checked<T>(value: unknown, shape: Shape): Checked<T> {
  const found = misfit(value, shape)
  return found === undefined ? { value: value as T } : { misfit: found }
}

/** `undefined`: a type that a newer server added, or one that is not for us. */
export function checkText(data: unknown): Checked<TextMessage> | undefined {
  const type = isObject(data) ? data['type'] : undefined
  if (typeof type !== 'string') return { misfit: 'type' }
  const shape = Object.hasOwn(MESSAGES, type) ? MESSAGES[type] : undefined
  return shape && checked<TextMessage>(data, shape)
}

export const checkImageMeta = (meta: unknown) => checked<ImageMeta>(meta, IMAGE_META)
export const checkPreviewMeta = (meta: unknown) => checked<PreviewMeta>(meta, PREVIEW_META)

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Where `value` does not fit, as a path; `undefined` when it fits. */
function misfit(value: unknown, shape: Shape, at = 'message'): string | undefined {
  if (shape === 'any') return undefined
  if (shape instanceof RegExp) return typeof value === 'string' && shape.test(value) ? undefined : at
  if (shape === 'whole') return Number.isInteger(value) && Number(value) >= 0 ? undefined : at
  if (typeof shape === 'string') return typeof value === shape && !Number.isNaN(value) ? undefined : at
  return isObject(value) ? misfitWithin(value, shape, at) : at
}

function misfitWithin(
  value: Record<string, unknown>,
  shape: Shapes | readonly [Shape],
  at: string,
): string | undefined {
  if (isList(shape)) {
    if (!Array.isArray(value)) return at
    return first(Object.keys(value), (name) => misfit(value[Number(name)], shape[0], name))
  }
  return first(Object.entries(shape), ([name, inner]) => {
    if (name === '*') return first(Object.keys(value), (key) => misfit(value[key], inner, key))
    const bare = name.replace('?', '')
    return bare !== name && value[bare] === undefined ? undefined : misfit(value[bare], inner, bare)
  })
}

function isList(shape: Shapes | readonly [Shape]): shape is readonly [Shape] {
  return Array.isArray(shape)
}

function first<T>(list: readonly T[], look: (one: T) => string | undefined): string | undefined {
  for (const one of list) {
    const found = look(one)
    if (found !== undefined) return found
  }
  return undefined
}
