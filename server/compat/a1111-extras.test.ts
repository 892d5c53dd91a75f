import { describe, expect, it } from 'vitest'
import { extrasBody, parseExtras } from './a1111-extras.ts'
import { PNG } from './dialect.contract.ts'

/** A PNG that says it is of this size. */
function sized(width: number, height: number): string {
  const png = Buffer.from(PNG)
  png.writeUInt32BE(width, 16)
  png.writeUInt32BE(height, 20)
  return png.toString('base64')
}

function read(more: object) {
  const parsed = parseExtras({ image: sized(300, 200), upscaler_1: 'Lanczos', ...more }, 'single')
  if (!parsed.ok) throw new Error(parsed.error.message)
  const { extras, note } = parsed
  if (!extras[0]) throw new Error('none')
  return { ...extras[0], note }
}

describe('extra-single-image', () => {
  it.each([
    [{}, 600, 400, 'stretch'],
    [{ upscaling_resize: 1.5 }, 450, 300, 'stretch'],
    [{ upscaling_resize: 0.01 }, 3, 2, 'stretch'],
    [{ upscaling_resize: 100 }, 4096, 2731, 'stretch'],
    [{ resize_mode: 1, upscaling_resize_w: 100, upscaling_resize_h: 400 }, 100, 400, 'crop'],
    [{ resize_mode: 1 }, 512, 512, 'crop'],
    [{ resize_mode: 1, upscaling_resize_w: 16_384, upscaling_resize_h: 8192 }, 4096, 2048, 'crop'],
    [
      { resize_mode: 1, upscaling_resize_w: 600, upscaling_resize_h: 600, upscaling_crop: false },
      900,
      600,
      'stretch',
    ],
    [{ upscaler_1: 'None', upscaling_resize: 4 }, 300, 200, 'stretch'],
    [{ upscaler_1: 'None', image: sized(65_535, 32_768) }, 4096, 2048, 'stretch'],
  ])('with %j is of %i x %i', (more, width, height, fit) => {
    expect(read(more)).toMatchObject({
      size: { width, height },
      fit,
      note: expect.stringContaining(`${width}x${height}`),
    })
  })

  it('takes the nearest pixels when told to, and says where it could not do as it was told', () => {
    expect(read({ upscaler_1: 'Nearest' })).toMatchObject({ kernel: 'nearest', note: 'Size: 600x400' })
    const other = read({ upscaler_1: '<b>R-ESRGAN 4x+</b>' })
    expect(other).toMatchObject({
      kernel: 'lanczos3',
      note: expect.stringMatching(/no such upscaler.*Lanczos/),
    })
    expect(other.note).not.toContain('<')
  })

  it.each([
    [{ image: undefined }, 'image'],
    [{ image: 'http://169.254.169.254/a.png' }, 'image'],
    [{ image: Buffer.from('GIF89a').toString('base64') }, 'image'],
    [{ image: sized(0, 5) }, 'image'],
    [{ upscaling_resize: 0 }, 'upscaling_resize'],
    [{ resize_mode: 1, upscaling_resize_w: 1e9 }, 'upscaling_resize_w'],
    [{ resize_mode: 2 }, 'resize_mode'],
    [{ upscaler_1: 5 }, 'upscaler_1'],
  ])('names what is wrong with %j', (more, field) => {
    const body = { image: sized(300, 200), upscaler_1: 'Lanczos', ...more }
    expect(parseExtras(body, 'single')).toMatchObject({ ok: false, error: { field } })
  })
})

describe('extra-batch-images', () => {
  const list = (count: number) =>
    Array.from({ length: count }, () => ({ data: sized(10, 20), name: 'a.png' }))

  it('reads several, and answers with as many', () => {
    const parsed = parseExtras({ imageList: list(2), upscaler_1: 'Lanczos' }, 'batch')
    expect(parsed).toMatchObject({ ok: true, note: 'Size: 20x40, 20x40' })
    const pictures = [PNG, PNG]
    expect(extrasBody(pictures, { kind: 'batch', note: 'x' })).toMatchObject({
      html_info: 'x',
      images: { length: 2 },
    })
  })

  it.each([
    [1, 4096],
    [2, 4096],
    [8, 2048],
  ])('makes %i no larger than %i, for they are one answer', (count, side) => {
    const imageList = list(count)
    const parsed = parseExtras(
      {
        imageList,
        upscaler_1: 'Lanczos',
        resize_mode: 1,
        upscaling_resize_w: 9000,
        upscaling_resize_h: 9000,
      },
      'batch',
    )
    expect(parsed).toMatchObject({ extras: imageList.map(() => ({ size: { width: side, height: side } })) })
  })

  it.each([[undefined], [[]], [list(9)], [['text']], [[{ name: 'a.png' }]]])('takes no %j', (imageList) => {
    expect(parseExtras({ imageList }, 'batch')).toMatchObject({ ok: false, error: { field: 'imageList' } })
  })
})
