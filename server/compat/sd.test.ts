import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { paramsFor } from '../session/fit-params.ts'
import type { AskedParams } from '../session/fit-params.ts'
import { pngInfo } from './a1111-lists.ts'
import { parseInfotext } from '../../lib/protocol/infotext.ts'
import { withPngText } from '../../lib/protocol/png-parameters.ts'
import { CONTEXT, MODEL, PNG, REQUEST } from './dialect.contract.ts'
import { errorCard } from './error-card.ts'
import { generateSocket } from './generate-socket.ts'
import { toBase64 } from './image-text.ts'
import { sdnextPreview } from './sdnext-preview.ts'
import { sdxlWebsocket } from './sdxl-websocket.ts'
import { sse } from './sse.ts'

describe('dialects of the Stable Diffusion clients', () => {
  const values = fc.oneof(
    fc.constant(undefined),
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
  )
  const bodies = fc.oneof(
    fc.string(),
    fc.json(),
    fc.uint8Array({ maxLength: 32 }),
    fc
      .record({
        steps: values,
        width: values,
        seed: values,
        samples: values,
        text_prompts: fc.array(fc.record({ text: values, weight: values })),
      })
      .map((body) => JSON.stringify(body)),
  )

  it('answer anything at all with a decoding, never with an exception', () => {
    for (const dialect of [sdxlWebsocket, generateSocket, sdnextPreview])
      fc.assert(
        fc.property(bodies, (body) => {
          expect(dialect.translator(CONTEXT).decode(body).length).toBeGreaterThan(0)
        }),
        // Every refusal of sdxl-websocket is drawn as a picture.
        { numRuns: 30 },
      )
  })

  it('read any query string', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('prompt', 'steps', 'every', 'seed', 'encoding', 'width'), fc.string()),
        (query) => {
          const request = { ...REQUEST, query: new URLSearchParams(query) }
          const context = { ...CONTEXT, request, requestId: 'id', streamId: 's', nextSeq: () => 0 }
          expect(sse.exchange(context).decode(new Uint8Array())).toHaveLength(1)
        },
      ),
    )
  })
})

describe('parameters of other services', () => {
  const asked = { prompt: 'x', seed: 1 }
  const fitted = (given: AskedParams, hasImage: boolean) =>
    paramsFor({ asked: given, hasImage, size: 'fitted' }, MODEL)

  it('are clamped to what the model can, and are its own where they were left out', () => {
    const { steps, guidanceScale, strength, width, height } = MODEL.defaults
    expect(fitted(asked, true)).toMatchObject({ steps, guidanceScale, strength, width, height })
    const much = { ...asked, steps: 40, guidanceScale: 30, width: 1536, height: 640, seed: -1.5 }
    expect(fitted(much, false)).toMatchObject({
      steps: 8,
      guidanceScale: 8,
      width: 256,
      height: 107,
      strength: 1,
      seed: 4294967295,
    })
  })

  it('always leave the model something to do', () => {
    const strength = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(strength, fc.integer({ min: 1, max: 60 }), (value, steps) => {
        const params = fitted({ ...asked, strength: value, steps }, true)
        const left = Math.trunc(MODEL.originalInferenceSteps * params.strength)
        expect(left).toBeGreaterThanOrEqual(params.steps)
      }),
    )
  })
})

describe('parseInfotext', () => {
  it('takes the words and the settings apart', () => {
    const text =
      'a cat, \nred\nNegative prompt: blurry\nSteps: 4, Sampler: LCM, Size: 300x200, Model: "a, b: c"'
    expect(parseInfotext(text)).toEqual({
      Prompt: 'a cat, \nred',
      'Negative prompt': 'blurry',
      Steps: '4',
      Sampler: 'LCM',
      Size: '300x200',
      'Size-1': '300',
      'Size-2': '200',
      Model: 'a, b: c',
    })
    expect(parseInfotext('only words')).toEqual({ Prompt: 'only words', 'Negative prompt': '' })
    expect(parseInfotext('')).toEqual({})
  })

  it('finds names behind any separator', () => {
    const text = 'Steps: 4,Sampler: LCM, \t Lora-hash: "a: \\"1\\", b: 2", -CFG scale: 1, odd words, Seed: '
    expect(parseInfotext(text)).toMatchObject({
      Steps: '4',
      Sampler: 'LCM',
      'Lora-hash': 'a: "1", b: 2',
      'CFG scale': '1',
      Seed: '',
    })
  })

  it.each([
    ['a word', 'x'.repeat(60_000)],
    ['spaces', `x${' '.repeat(60_000)}`],
    ['dashes', '- '.repeat(30_000)],
    ['quotes', 'a:"b,'.repeat(12_000)],
    ['a word longer than any settings', 'x'.repeat(500_000)],
  ])('takes no longer for %s without an end than for as many settings', (_name, last) => {
    const took = () => {
      const beganMs = performance.now()
      parseInfotext(`a cat\n${last}`)
      return performance.now() - beganMs
    }
    // What tries every character as the beginning of a name takes four seconds for 60,000 of them. The least of a few:
    // a machine with other work to do may stop for a second at any time.
    expect(Math.min(took(), took(), took())).toBeLessThan(1000)
  })
})

describe('png-info', () => {
  it('answers shortly, and with the settings, for a picture that has a megabyte of text beside them', () => {
    const entries = [
      { keyword: 'notes', text: 'x'.repeat(1024 * 1024) },
      { keyword: 'parameters', text: 'a cat\nSteps: 4, Sampler: LCM, Seed: 7' },
    ]
    const image = toBase64(withPngText(PNG, entries))
    const answer = pngInfo(new TextEncoder().encode(JSON.stringify({ image })))
    expect(answer).toMatchObject({ body: { parameters: { Seed: '7' } } })
    expect(JSON.stringify(answer).length).toBeLessThan(100_000)
  })
})

describe('errorCard', () => {
  it('is a PNG with as much ink as the message has words, whatever they are', async () => {
    const inkOf = async (message: string) => {
      const { data, info } = await sharp(errorCard(message))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true })
      expect([info.width, info.height]).toEqual([512, 512])
      return data.filter((value) => value < 128).length
    }
    expect(await inkOf('')).toBe(0)
    expect(await inkOf('steps must be at most 8')).toBeGreaterThan(await inkOf('steps'))
    expect(await inkOf(`${'word '.repeat(2000)} \u{1f680} ${'x'.repeat(3000)}`)).toBeGreaterThan(1000)
  })
})
