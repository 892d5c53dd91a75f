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

it('goes by the frame header that a decoder finds, behind markers that have no length', async () => {
  const jpeg = await picture.clone().jpeg().toBuffer()
  // Read as a length, the two bytes behind the marker lead into the second comment, and there to another frame header.
  const frame = Buffer.from([
    0xff, 0xc0, 0, 17, 8, 0xff, 0xff, 0xff, 0xff, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1,
  ])
  const comment = (text: Buffer) => {
    const head = Buffer.from([0xff, 0xfe, 0, 0])
    head.writeUInt16BE(text.length + 2, 2)
    return Buffer.concat([head, text])
  }
  const lie = Buffer.concat([Buffer.alloc(60_000, 0xff), frame])
  const comments = Buffer.concat([comment(Buffer.alloc(40_000)), comment(lie)])
  for (const bare of [0x01, 0xd0, 0xd7]) {
    const bytes = Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, bare]), comments, jpeg.subarray(2)])
    expect(imageSize(bytes)).toEqual({ width: 321, height: 123 })
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 321, height: 123 })
  }
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
