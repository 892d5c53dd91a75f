import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { ImageMetaSchema, PreviewMetaSchema, ServerMessageSchema } from '../protocol/control.ts'
import { checkImageMeta, checkPreviewMeta, checkText } from './server-messages.ts'

const params = { prompt: 'a', strength: 0.5, seed: 1, steps: 4, guidanceScale: 8, width: 256, height: 256 }
const model = {
  id: 'pocket',
  name: 'Pocket',
  provider: 'cpu',
  sizes: [{ width: 256, height: 256 }],
  limits: { steps: [1, 8], strength: [0, 1], guidanceScale: [1, 14] },
  originalInferenceSteps: 50,
  strengthSemantics: 'lcm',
  defaults: { ...params, negativePrompt: 'b' },
  refine: { width: 512, height: 512, steps: 6 },
  words: { light: ['day', 'night'] },
}
const error = { code: 'busy', message: 'm', field: 'f', value: 3, range: '1..2', retryAfterMs: 5 }
const frame = { seq: 1, rev: 2 }
const MESSAGES: Record<string, unknown>[] = [
  {
    type: 'welcome',
    protocol: 1,
    session: 's',
    credit: 2,
    messageLimitBytes: 9,
    engine: 'ready',
    model,
  },
  { type: 'status', engine: 'loading', detail: 'd' },
  { type: 'model', model },
  { type: 'started', ...frame },
  { type: 'step', ...frame, step: 1, steps: 4 },
  { type: 'superseded', ...frame, by: 3 },
  { type: 'refused', ...frame, ...error },
  { type: 'failed', ...frame, retryable: true, ...error },
  { type: 'error', ...error },
  { type: 'pong', clientMs: 1.5, serverMs: 2 },
]
const IMAGE_META = {
  mode: 'live',
  renderedWidth: 256,
  renderedHeight: 256,
  steps: 4,
  seed: 7,
  nsfwDetected: true,
  timings: {
    waitMs: 1,
    decodeMs: 1,
    textEncodeMs: 1,
    vaeEncodeMs: 1,
    unetMs: [1, 2],
    vaeDecodeMs: 1,
    encodeMs: 1,
    engineMs: 1,
    totalMs: 1,
  },
}

/** Every place inside a value, as paths. */
function placesOf(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([name, inner]) => placesOf(inner, [...at, name]))]
}

/** A copy with something else in one place; `GONE` takes the place away. */
const GONE = Symbol('gone')
function spoilt(value: unknown, [name, ...rest]: string[], wrong: unknown): unknown {
  if (name === undefined) return wrong
  const copy: Record<string, unknown> = Array.isArray(value)
    ? (Object.assign([], value) as unknown as Record<string, unknown>)
    : { ...(value as Record<string, unknown>) }
  if (rest.length === 0 && wrong === GONE) delete copy[name]
  else copy[name] = spoilt(copy[name], rest, wrong)
  return copy
}

/** A list with a hole in it cannot come as JSON. */
function isHole(place: readonly string[], wrong: unknown): boolean {
  return wrong === GONE && /^\d+$/.test(place.at(-1) ?? '')
}

const WRONG = [GONE, null, 'text', -1.5, Number.NaN, true, [], {}, ['x']]

describe('what the server says, read by the client', () => {
  it('is every message of the protocol but pictures as text', () => {
    for (const message of MESSAGES) {
      expect(v.is(ServerMessageSchema, message)).toBe(true)
      expect(checkText(message)).toEqual({ value: message })
    }
    const known = ServerMessageSchema.options.map((option) => option.entries.type.literal)
    const read = MESSAGES.map(({ type }) => type)
    expect(known.filter((type) => !read.includes(type))).toEqual(['preview', 'image'])
    expect(checkText({ type: 'of-tomorrow' })).toBeUndefined()
    expect(checkText({ type: 'toString' })).toBeUndefined()
  })

  it('passes and fails with the schemas of the protocol, whatever is wrong and wherever', () => {
    const cases = fc.constantFrom(...MESSAGES).chain((message) =>
      fc.record({
        message: fc.constant(message),
        place: fc.constantFrom(
          ...placesOf(message).filter(([name]) => name !== undefined && name !== 'type'),
        ),
        wrong: fc.constantFrom(...WRONG),
      }),
    )
    fc.assert(
      fc.property(cases, ({ message, place, wrong }) => {
        // Limits of the defaults are the model's own matter here, not the reader's.
        fc.pre(!place.includes('defaults') || typeof wrong !== 'number')
        fc.pre(!(place.includes('limits') && Array.isArray(wrong)) && !isHole(place, wrong))
        const broken = spoilt(message, place, wrong)
        const result = checkText(broken)
        expect(result !== undefined && 'value' in result).toBe(v.is(ServerMessageSchema, broken))
      }),
      { numRuns: 1500 },
    )
  })

  it('passes and fails with the schemas for what stands beside a picture', () => {
    const cases = fc.record({
      place: fc.constantFrom(...placesOf(IMAGE_META)),
      wrong: fc.constantFrom(...WRONG),
    })
    expect(checkImageMeta(IMAGE_META)).toEqual({ value: IMAGE_META })
    fc.assert(
      fc.property(cases, ({ place, wrong }) => {
        fc.pre(!isHole(place, wrong))
        const broken = spoilt(IMAGE_META, place, wrong)
        expect('value' in checkImageMeta(broken)).toBe(v.is(ImageMetaSchema, broken))
      }),
      { numRuns: 500 },
    )
    for (const meta of [{ step: 1, steps: 2 }, { step: 1 }, null, { step: '1', steps: 2 }])
      expect('value' in checkPreviewMeta(meta)).toBe(v.is(PreviewMetaSchema, meta))
  })
})
