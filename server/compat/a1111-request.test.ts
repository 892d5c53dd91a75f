import { describe, expect, it } from 'vitest'
import { paramsFor } from '../session/fit-params.ts'
import { parseA1111 } from './a1111-request.ts'
import { img2img, txt2img } from './a1111.ts'
import { CONTEXT, imageEvent, MODEL, PNG_BASE64 } from './dialect.contract.ts'

/** A model that paints up to 512. */
const LARGE = { ...MODEL, sizes: [...MODEL.sizes, { width: 512, height: 512 }] }

function read(body: object, kind: 'txt2img' | 'img2img' = 'txt2img') {
  const parsed = parseA1111(body, { kind, model: LARGE, randomSeed: () => 99 })
  if (!parsed.ok) throw new Error(parsed.error.message)
  return parsed.request
}

/** The reply to a request all of whose pictures were painted. */
function answered(dialect: typeof txt2img, body: object) {
  let seq = 0
  const exchange = dialect.exchange({ ...CONTEXT, requestId: 'id', nextSeq: () => seq++ })
  const decoded = exchange.decode(JSON.stringify(body))
  const { parameters, info } = JSON.parse(exchange.answer(decoded.map((_, i) => imageEvent(i))).body)
  return { pictures: decoded.length, parameters, info: JSON.parse(info) }
}

describe('enable_hr', () => {
  const hr = { enable_hr: true, width: 200, height: 100 }

  it.each([
    [{}, 400, 200],
    [{ hr_scale: 1.5 }, 300, 150],
    [{ hr_scale: 4 }, 512, 256],
    [{ hr_resize_x: 300, hr_resize_y: 240 }, 300, 240],
    [{ hr_resize_x: 300 }, 300, 150],
    [{ hr_resize_y: 150, hr_scale: 2 }, 300, 150],
    [{ hr_resize_x: 2048, hr_resize_y: 1024 }, 512, 256],
    [{ width: undefined, height: undefined }, 512, 512],
  ])('with %j is painted at %i x %i at once', (more, width, height) => {
    expect(read({ ...hr, ...more }).params).toMatchObject({ width, height })
  })

  it('is measured by the model that paints', () => {
    const { wanted } = read({ enable_hr: true })
    expect(paramsFor(wanted, MODEL)).toMatchObject({ width: 256, height: 256 })
  })

  it('is said to have been none, with the size that was painted', () => {
    const { parameters } = answered(txt2img, { ...hr, hr_scale: 2 })
    expect(parameters).toMatchObject({ enable_hr: false, hr_scale: 2 })
    expect(answered(txt2img, {}).parameters).not.toHaveProperty('enable_hr')
  })

  it('means nothing to img2img, as there, and names what does not fit', () => {
    expect(read({ ...hr, init_images: [PNG_BASE64] }, 'img2img').params).toMatchObject({
      width: 200,
      height: 100,
    })
    for (const field of ['hr_scale', 'hr_resize_x', 'hr_resize_y'])
      expect(
        parseA1111({ enable_hr: true, [field]: -1 }, { kind: 'txt2img', model: LARGE, randomSeed: () => 1 }),
      ).toMatchObject({ ok: false, error: { field } })
  })
})

describe('more pictures than are painted', () => {
  it.each([
    [{ batch_size: 8 }, 8, 1],
    [{ n_iter: 8 }, 1, 8],
    [{ batch_size: 20 }, 8, 1],
    [{ n_iter: 64 }, 1, 8],
    [{ batch_size: 4, n_iter: 5 }, 4, 2],
    [{ batch_size: 3, n_iter: 4 }, 3, 2],
  ])('%j is %i x %i, and the reply says so', (asked, batch_size, n_iter) => {
    const { pictures, parameters, info } = answered(txt2img, asked)
    expect(pictures).toBe(batch_size * n_iter)
    expect(parameters).toMatchObject({ batch_size, n_iter })
    const { batch_size: size = 1, n_iter: times = 1 } = { batch_size: 1, n_iter: 1, ...asked }
    const isFewer = size * times > pictures
    expect(info).toMatchObject({
      batch_size,
      extra_generation_params: isFewer ? { 'Pictures asked for': size * times } : {},
    })
    expect(info.all_seeds).toHaveLength(pictures)
  })

  it.each([{ batch_size: 0 }, { n_iter: 1001 }, { batch_size: 'many' }])('%j is a mistake', (asked) => {
    expect(parseA1111(asked, { kind: 'txt2img', model: LARGE, randomSeed: () => 1 })).toMatchObject({
      ok: false,
      error: { field: Object.keys(asked)[0] },
    })
  })
})

describe('the echo of a request', () => {
  it('has the words that were used of those that are too many', () => {
    const { prompt, negativePrompt } = read({
      prompt: 'x'.repeat(2001),
      negative_prompt: 'y'.repeat(9000),
    }).params
    expect([prompt.length, negativePrompt?.length]).toEqual([2000, 2000])
  })

  it('holds none of its pictures while it waits, and keeps the rest', () => {
    const { echo } = read({ init_images: [PNG_BASE64], mask: PNG_BASE64, styles: ['a'] }, 'img2img')
    expect(echo).toEqual({ styles: ['a'] })
    expect(answered(img2img, { init_images: [PNG_BASE64], styles: ['a'] }).parameters).toMatchObject({
      styles: ['a'],
      init_images: null,
    })
  })
})
