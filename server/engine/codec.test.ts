import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Color } from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeImage, decodeMask, encodeImage, MAX_IMAGE_PIXELS } from './codec.ts'

const RED = { r: 200, g: 40, b: 30 }
const size = { width: 32, height: 24 }

function solid(background: Color, channels: 3 | 4 = 3) {
  return sharp({ create: { width: 64, height: 48, channels, background } })
}

/** A PNG from its parts: IHDR and one IDAT of `raw` bytes. */
function png(
  width: number,
  height: number,
  { depth, colour, raw }: { depth: number; colour: number; raw: Uint8Array },
) {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const out = Buffer.alloc(body.length + 8)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc(body), body.length + 4)
    return out
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([depth, colour], 8)
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    magic,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

// node:zlib has crc32 only from Node 22.2 on.
function crc(data: Uint8Array): number {
  if (typeof crc32 === 'function') return crc32(data)
  let value = 0xffffffff
  for (const byte of data) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}

async function firstPixel(bytes: Uint8Array): Promise<number[]> {
  const rgb = await decodeImage(bytes, size)
  expect(rgb).toHaveLength(size.width * size.height * 3)
  return [...rgb.subarray(0, 3)]
}

function expectNear(found: number[], expected: readonly number[], tolerance: number) {
  found.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThanOrEqual(tolerance))
}

describe('decodeImage', () => {
  it('reads JPEG, PNG and WebP by their bytes into RGB of the asked size', async () => {
    expect(await firstPixel(await solid(RED).png().toBuffer())).toEqual([200, 40, 30])
    expectNear(await firstPixel(await solid(RED).jpeg({ quality: 95 }).toBuffer()), [200, 40, 30], 3)
    expect(await firstPixel(await solid(RED).webp({ lossless: true }).toBuffer())).toEqual([200, 40, 30])
  })

  it('lays transparency on white', async () => {
    expect(await firstPixel(await solid({ r: 0, g: 0, b: 0, alpha: 0 }, 4).png().toBuffer())).toEqual([
      255, 255, 255,
    ])
    const half = await solid({ r: 0, g: 0, b: 0, alpha: 0.5 }, 4).png().toBuffer()
    expectNear(await firstPixel(half), [127, 127, 127], 2)
  })

  it('brings grey, 1-bit and palette PNG to 8-bit RGB', async () => {
    expect(await firstPixel(png(1, 1, { depth: 8, colour: 0, raw: Buffer.from('0080', 'hex') }))).toEqual([
      128, 128, 128,
    ])
    expect(await firstPixel(png(8, 1, { depth: 1, colour: 0, raw: Buffer.from('00ff', 'hex') }))).toEqual([
      255, 255, 255,
    ])
    expect(await firstPixel(await solid(RED).png({ palette: true }).toBuffer())).toEqual([200, 40, 30])
  })

  it.each([
    ['RGB', png(1, 1, { depth: 16, colour: 2, raw: Buffer.from('00c80028001e00', 'hex') })],
    ['grey', png(1, 1, { depth: 16, colour: 0, raw: Buffer.from('008000', 'hex') })],
    ['RGBA', png(1, 1, { depth: 16, colour: 6, raw: Buffer.from('00ffff000000000000', 'hex') })],
  ])('E2 refuses 16-bit %s with what was found and what would do', async (_name, bytes) => {
    await expect(decodeImage(bytes, size)).rejects.toMatchObject({
      code: 'unsupported_image',
      place: { field: 'image', value: '16 bits per channel', range: 'RGB or grey, 8 bits per channel' },
    })
  })

  it('E2 refuses CMYK with what was found and what would do', async () => {
    const cmyk = await solid(RED).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk')
    await expect(decodeImage(cmyk, size)).rejects.toMatchObject({
      code: 'unsupported_image',
      message: expect.stringContaining('save it as RGB'),
      place: { field: 'image', value: 'CMYK' },
    })
  })

  it('turns a photo as its EXIF says', async () => {
    const topBlack = sharp(Buffer.concat([Buffer.alloc(16 * 8 * 3, 0), Buffer.alloc(16 * 8 * 3, 255)]), {
      raw: { width: 16, height: 16, channels: 3 },
    })
    const turned = await topBlack.withMetadata({ orientation: 3 }).jpeg().toBuffer()
    expectNear(await firstPixel(turned), [255, 255, 255], 3)
  })

  it('stretches to the asked size without cropping', async () => {
    const raw = Buffer.concat([Buffer.alloc(10 * 3, 0), Buffer.alloc(10 * 3, 255)])
    const wide = await sharp(raw, { raw: { width: 20, height: 1, channels: 3 } })
      .png()
      .toBuffer()
    const rgb = await decodeImage(wide, { width: 4, height: 16 })
    expect([rgb[0], rgb[9]].map((value) => (value ?? 0) > 127)).toEqual([false, true])
  })

  it.each([
    ['nothing', new Uint8Array(), 'unsupported_image'],
    ['text', new TextEncoder().encode('hello'), 'unsupported_image'],
    [
      'SVG',
      new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'unsupported_image',
    ],
    ['GIF', Buffer.from('R0lGODlhAQABAAAAACw=', 'base64'), 'unsupported_image'],
    ['only a JPEG magic', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'broken_image'],
    ['only a PNG magic', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), 'broken_image'],
    ['only a WebP magic', new TextEncoder().encode('RIFF\0\0\0\0WEBPVP8 '), 'broken_image'],
  ])('refuses %s with %s', async (_name, bytes, code) => {
    await expect(decodeImage(bytes, size)).rejects.toMatchObject({
      name: 'EngineError',
      code,
      field: 'image',
    })
  })

  it('refuses every format when cut short', async () => {
    const noise = {
      create: {
        width: 200,
        height: 200,
        channels: 3 as const,
        background: 'white',
        noise: { type: 'gaussian' as const, mean: 120, sigma: 40 },
      },
    }
    for (const codec of ['jpeg', 'png', 'webp'] as const) {
      const whole = await sharp(noise)[codec]().toBuffer()
      for (const share of [0.1, 0.5, 0.95]) {
        const cut = whole.subarray(0, Math.floor(whole.length * share))
        await expect(decodeImage(cut, size), `${codec} at ${share}`).rejects.toMatchObject({
          code: 'broken_image',
        })
      }
    }
  })

  it('refuses 30000x30000 in a small file by its header, in no time', async () => {
    const bomb = png(30_000, 30_000, { depth: 1, colour: 0, raw: Buffer.alloc(30_000 * 3_751) })
    expect(bomb.length).toBeLessThan(200_000)
    const startMs = performance.now()
    const error: unknown = await decodeImage(bomb, size).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'image_too_large', place: { field: 'image', value: '30000x30000' } })
    expect(String(error)).toContain('30000x30000')
    expect(String(error)).toContain(String(MAX_IMAGE_PIXELS))
    expect(performance.now() - startMs).toBeLessThan(1_000)
  })
})

describe('encodeImage', () => {
  const image = { rgb: new Uint8Array(64 * 48 * 3).fill(90), width: 64, height: 48 }

  it('is undone by decodeImage, PNG without loss', async () => {
    for (const codec of ['jpeg', 'png', 'webp'] as const) {
      const rgb = await decodeImage(await encodeImage(image, { codec, quality: 90 }), image)
      expectNear([...rgb], [...image.rgb], codec === 'png' ? 0 : 2)
    }
  })

  it('scales to exactly the asked size', async () => {
    const bytes = await encodeImage(image, { codec: 'webp', quality: 80, size: { width: 77, height: 131 } })
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 77, height: 131 })
  })
})

describe('a picture of another shape', () => {
  const BLUE = { r: 20, g: 40, b: 200 }
  /** 64x16: red on the left, white in the middle, blue on the right. */
  const wide = async () => {
    const block = (background: Color) => ({
      create: { width: 16, height: 16, channels: 3 as const, background },
    })
    const sides = [
      { input: block(RED), left: 0, top: 0 },
      { input: block(BLUE), left: 48, top: 0 },
    ]
    const white = { create: { width: 64, height: 16, channels: 3 as const, background: '#fff' } }
    return new Uint8Array(await sharp(white).composite(sides).png().toBuffer())
  }
  const WHITE = { r: 255, g: 255, b: 255 }
  const square = { width: 32, height: 32 }
  const at = (rgb: Uint8Array, x: number, y: number) => {
    const [r = 0, g = 0, b = 0] = rgb.subarray(3 * (32 * y + x))
    return { r, g, b }
  }
  const near = (a: typeof RED, b: typeof RED) =>
    Math.max(Math.abs(a.r - b.r), Math.abs(a.g - b.g), Math.abs(a.b - b.b)) <= 2
  const looks = async (fit: 'stretch' | 'crop' | 'fill', shape = square) => {
    const rgb = await decodeImage(await wide(), square, { fit, shape })
    expect(rgb).toHaveLength(32 * 32 * 3)
    const name = (x: number, y: number) => {
      const pixel = at(rgb, x, y)
      return near(pixel, RED) ? 'red' : near(pixel, BLUE) ? 'blue' : near(pixel, WHITE) ? 'white' : 'mixed'
    }
    return [name(1, 1), name(16, 1), name(30, 1), name(1, 16), name(1, 30), name(30, 30)]
  }

  it('is stretched', async () => {
    expect(await looks('stretch')).toEqual(['red', 'white', 'blue', 'red', 'red', 'blue'])
  })

  it('gives its middle', async () => {
    expect(await looks('crop')).toEqual(['white', 'white', 'white', 'white', 'white', 'white'])
  })

  it('is whole, with its edges drawn out to the border', async () => {
    expect(await looks('fill')).toEqual(['red', 'white', 'blue', 'red', 'red', 'blue'])
    // Half as high as wide: a quarter of the height is left for it, and no more than its own height is used.
    const rgb = await decodeImage(await wide(), square, { fit: 'fill', shape: { width: 16, height: 64 } })
    expect([at(rgb, 16, 1), at(rgb, 16, 16), at(rgb, 16, 30)].every((pixel) => near(pixel, WHITE))).toBe(true)
  })

  it('is fitted to the shape that was asked for, whatever the model renders in', async () => {
    // Asked as wide as it is, nothing is cut off although the model renders squares.
    expect(await looks('crop', { width: 128, height: 32 })).toEqual([
      'red',
      'white',
      'blue',
      'red',
      'red',
      'blue',
    ])
    expect(await looks('fill', { width: 128, height: 32 })).toEqual([
      'red',
      'white',
      'blue',
      'red',
      'red',
      'blue',
    ])
  })

  it('is turned as EXIF says before its middle is taken', async () => {
    const turned = await sharp(await wide())
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer()
    const rgb = await decodeImage(new Uint8Array(turned), square, { fit: 'crop', shape: square })
    expect(near(at(rgb, 16, 16), WHITE)).toBe(true)
    const whole = await decodeImage(new Uint8Array(turned), square, { fit: 'fill', shape: square })
    // Standing: red is on top now.
    expect([at(whole, 16, 2), at(whole, 16, 29)].map(({ r, b }) => r > b)).toEqual([true, false])
  })
})

describe('decodeMask', () => {
  const first = async (bytes: Uint8Array) => (await decodeMask(bytes, size))[0]

  it('reads how white it is, out of colours and out of grey', async () => {
    expect(await decodeMask(await solid('#fff').png().toBuffer(), size)).toHaveLength(32 * 24)
    for (const [background, weight] of [
      ['#fff', 255],
      ['#000', 0],
      ['#808080', 128],
      ['#f00', 76],
    ] as const)
      expect(await first(await solid(background).png().toBuffer())).toBe(weight)
    expect(await first(await solid('#808080').greyscale().png().toBuffer())).toBe(128)
  })

  it('reads how opaque it is where it has transparent places', async () => {
    const white = { r: 255, g: 255, b: 255 }
    expect(
      await first(
        await solid({ ...white, alpha: 0 }, 4)
          .png()
          .toBuffer(),
      ),
    ).toBe(0)
    const black = solid({ r: 0, g: 0, b: 0, alpha: 1 }, 4)
    expect(await first(await black.clone().png().toBuffer())).toBe(0)
    // With a hole elsewhere, black counts as opaque.
    const input = Buffer.from('<svg width="8" height="8"><rect width="8" height="8"/></svg>')
    const holed = black.composite([{ input, left: 40, top: 30, blend: 'dest-out' }])
    expect(await first(await holed.png().toBuffer())).toBe(255)
  })

  it('says what is wrong with it by the name of mask', async () => {
    const bytes = await solid('#fff').png().toBuffer()
    await expect(decodeMask(bytes.subarray(0, 50), size)).rejects.toMatchObject({
      code: 'broken_image',
      message: expect.stringContaining('mask'),
      place: { field: 'mask' },
    })
    await expect(decodeMask(new Uint8Array(3), size)).rejects.toMatchObject({ code: 'unsupported_image' })
  })
})
