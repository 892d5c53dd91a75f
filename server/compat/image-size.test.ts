import sharp from 'sharp'
import { expect, it } from 'vitest'
import { imageSize } from './image-size.ts'

const picture = sharp({ create: { width: 321, height: 123, channels: 3, background: '#abc' } })

it.each([
  ['JPEG', () => picture.clone().jpeg()],
  ['progressive JPEG', () => picture.clone().jpeg({ progressive: true })],
  [
    'JPEG with metadata',
    () =>
      picture
        .clone()
        .withExif({ IFD0: { Copyright: 'x'.repeat(500) } })
        .jpeg(),
  ],
  ['PNG', () => picture.clone().png()],
  ['lossy WebP', () => picture.clone().webp()],
  ['lossless WebP', () => picture.clone().webp({ lossless: true })],
  [
    'WebP with metadata',
    () =>
      picture
        .clone()
        .withExif({ IFD0: { Copyright: 'me' } })
        .webp(),
  ],
])('reads the size of a %s', async (_name, make) => {
  const bytes = new Uint8Array(await make().toBuffer())
  expect(imageSize(bytes)).toEqual({ width: 321, height: 123 })
  for (let length = 0; length < Math.min(bytes.length, 400); length++)
    expect(() => imageSize(bytes.subarray(0, length))).not.toThrow()
})

it('says nothing about what it does not know', () => {
  expect(imageSize(new Uint8Array([1, 2, 3]))).toBeUndefined()
  expect(imageSize(new Uint8Array([0xff, 0xd8, 0xff, 0xff, 0xff]))).toBeUndefined()
})

it.each([
  ['JPEG', () => picture.clone().jpeg()],
  ['WebP', () => picture.clone().webp()],
  ['PNG', () => picture.clone().png()],
])('counts the rotation that EXIF asks of a %s', async (_name, make) => {
  for (const [orientation, width, height] of [
    [1, 321, 123],
    [3, 321, 123],
    [5, 123, 321],
    [6, 123, 321],
    [8, 123, 321],
  ] as const) {
    const bytes = new Uint8Array(await make().withMetadata({ orientation }).toBuffer())
    expect([orientation, imageSize(bytes)]).toEqual([orientation, { width, height }])
    // What the decoder makes of it is what counts.
    const { info } = await sharp(bytes).rotate().toBuffer({ resolveWithObject: true })
    expect(info).toMatchObject({ width, height })
    for (let length = 0; length < Math.min(bytes.length, 400); length++)
      expect(() => imageSize(bytes.subarray(0, length))).not.toThrow()
  }
})
