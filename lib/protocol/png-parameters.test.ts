import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../client/testing/fakes.ts'
import { crc32, readChunks, writeChunks } from './png-chunks.ts'
import { formatParameters, readPngText, withParameters, withPngText } from './png-parameters.ts'

const POCKET = { name: 'Pocket' }
const PIXELS = { create: { width: 5, height: 3, channels: 3 as const, background: '#3366cc' } }
const encoded = async () => new Uint8Array(await sharp(PIXELS).png().toBuffer())

describe('withParameters', () => {
  it("writes AUTOMATIC1111's line and our own JSON, before the pixels, which stay as they are", async () => {
    const png = await encoded()
    const out = withParameters(
      png,
      { ...DEFAULTS, prompt: 'a house\nat night', seed: 4294967295 },
      { name: 'Pocket: v1', sampler: 'lcm' },
    )
    const text = readPngText(out)
    expect(text.get('parameters')).toBe(
      'a house\nat night\nSteps: 4, Sampler: LCM, CFG scale: 1, Seed: 4294967295, Size: 256x256, ' +
        'Model: "Pocket: v1", Denoising strength: 0.8, Version: sketchwire',
    )
    expect(JSON.parse(text.get('sketchwire') ?? '')).toMatchObject({
      model: 'Pocket: v1',
      params: { steps: 4 },
    })
    expect(
      readChunks(out)
        .map((chunk) => chunk.type)
        .slice(0, 3),
    ).toEqual(['IHDR', 'tEXt', 'tEXt'])
    const [before, after] = await Promise.all([png, out].map((bytes) => sharp(bytes).raw().toBuffer()))
    expect(after).toEqual(before)
  })

  it('is read by other decoders: libpng checks the CRC and hands out the text', async () => {
    const out = withParameters(await encoded(), DEFAULTS, POCKET)
    const { comments } = await sharp(out).metadata()
    expect(comments?.find((comment) => comment.keyword === 'parameters')?.text).toBe(
      formatParameters(DEFAULTS, POCKET),
    )
  })

  it.each([
    [undefined, 'LCM'],
    ['lcm', 'LCM'],
    ['euler', 'Euler'],
    ['euler_ancestral', 'Euler a'],
  ] as const)('says of sampler %s that it is %s, in the words of A1111', (sampler, name) => {
    const line = formatParameters(DEFAULTS, { name: 'Turbo', sampler })
    expect(line).toContain(`Steps: 4, Sampler: ${name}, CFG scale: 1,`)
  })

  it.each(['a house', 'café ÿ', 'дом', 'בית', '🏡 house', ''])('keeps the prompt %j', async (prompt) => {
    const out = withParameters(await encoded(), { ...DEFAULTS, prompt }, POCKET)
    expect(readPngText(out).get('parameters')?.split('\n')[0]).toBe(prompt)
    const type = readChunks(out)[1]?.type
    expect(type).toBe(/^[\u0000-\u00ff]*$/.test(prompt) ? 'tEXt' : 'iTXt')
    expect((await sharp(out).metadata()).width).toBe(5)
  })

  it('replaces what an earlier save wrote and keeps the text of others', async () => {
    const other = withPngText(await encoded(), [{ keyword: 'Author', text: 'Ann' }])
    const once = withParameters(other, DEFAULTS, POCKET)
    const twice = withParameters(once, { ...DEFAULTS, seed: 2 }, POCKET)
    expect([...readPngText(twice).keys()].sort()).toEqual(['Author', 'parameters', 'sketchwire'])
    expect(readPngText(twice).get('parameters')).toContain('Seed: 2,')
    expect(twice).toHaveLength(once.length)
  })
})

describe('png chunks', () => {
  it('has the CRC of the PNG specification for an empty IEND', () => {
    expect(crc32(new TextEncoder().encode('IEND'))).toBe(0xae426082)
  })

  it('rebuilds a file byte for byte', async () => {
    const png = await encoded()
    expect(writeChunks(readChunks(png))).toEqual(png)
  })

  it('copies what it keeps as it is: a CRC is made of what is new alone', async () => {
    const png = await encoded()
    const before = readChunks(png).find(({ type }) => type === 'IDAT')?.whole
    if (!before) throw new Error('no IDAT')
    // A view into the file.
    before.fill(7, before.length - 4)
    const chunks = readChunks(withParameters(png, DEFAULTS, POCKET))
    expect(chunks.find(({ type }) => type === 'IDAT')?.whole).toEqual(before)
  })

  it('leaves out text that is no settings by its length, and reads what stands beside it', async () => {
    const [header, ...rest] = readChunks(await encoded())
    if (!header) throw new Error('no IHDR')
    const long = { type: 'tEXt', data: Buffer.from(`workflow\0${'x'.repeat(4 * 1024 * 1024)}`) }
    const nameless = { type: 'tEXt', data: Buffer.from('x'.repeat(1000)) }
    const text = { type: 'tEXt', data: Buffer.from(`parameters\0${'y'.repeat(9000)}`) }
    const png = writeChunks([header, long, nameless, text, ...rest])
    expect([...readPngText(png)]).toEqual([['parameters', 'y'.repeat(9000)]])
    expect(readChunks(withParameters(png, DEFAULTS, POCKET))).toHaveLength(rest.length + 5)
  })

  it('refuses a file of chunks without end', async () => {
    const [header, ...rest] = readChunks(await encoded())
    if (!header) throw new Error('no IHDR')
    const empty = Array.from({ length: 65_536 }, () => ({ type: 'junk', data: new Uint8Array() }))
    expect(() => readPngText(writeChunks([header, ...empty, ...rest]))).toThrow(
      expect.objectContaining({ code: 'broken_image' }),
    )
  })

  it('skips compressed text, which it cannot read', async () => {
    const [header, ...rest] = readChunks(await encoded())
    if (!header) throw new Error('no IHDR')
    const packed = deflateSync(Buffer.from('secret'))
    const data = Uint8Array.from([...Buffer.from('note\0\u0001\0\0\0', 'latin1'), ...packed])
    const png = writeChunks([header, { type: 'iTXt', data }, ...rest])
    expect([...readPngText(png)]).toEqual([])
    expect(readChunks(withPngText(png, [{ keyword: 'a', text: 'b' }])).map((chunk) => chunk.type)).toContain(
      'iTXt',
    )
  })

  it('refuses other files, and a PNG that is cut anywhere', async () => {
    const jpeg = new Uint8Array(await sharp(PIXELS).jpeg().toBuffer())
    expect(() => readPngText(jpeg)).toThrow(expect.objectContaining({ code: 'unsupported_image' }))
    const png = await encoded()
    const ends = new Set([8])
    for (const chunk of readChunks(png))
      ends.add(chunk.data.byteOffset - png.byteOffset + chunk.data.length + 4)
    for (let length = 9; length < png.length; length++) {
      if (ends.has(length)) continue
      expect(() => readPngText(png.subarray(0, length))).toThrow(
        expect.objectContaining({ code: 'broken_image' }),
      )
    }
  })
})
