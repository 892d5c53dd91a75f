// Pictures that AUTOMATIC1111's clients have made larger: whole servers, and the process that resamples.
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { plainRequest } from './gateway/testing/ws-client.ts'
import { resample } from './engine/resample/resample.ts'
import { call, imagesOf } from './testing/a1111-client.ts'
import { cleanUpAfterTests, start } from './testing/running-server.ts'

cleanUpAfterTests()

/** Left half red, right half see-through. */
const RAW = Buffer.alloc(40 * 20 * 4)
for (let i = 0; i < 40 * 20; i++) if (i % 40 < 20) RAW.set([255, 0, 0, 255], 4 * i)
const HALVES = await sharp(RAW, { raw: { width: 40, height: 20, channels: 4 } })
  .png()
  .toBuffer()
const asked = (more: object = {}) => ({ image: HALVES.toString('base64'), upscaler_1: 'Lanczos', ...more })
const SINGLE = '/sdapi/v1/extra-single-image'

describe('POST /sdapi/v1/extra-single-image', () => {
  it('answers with the picture at its new size, see-through where it was, and paints nothing', async () => {
    const { server, engine } = await start()
    const { status, body } = await call(server, SINGLE, asked({ upscaling_resize: 3 }))
    expect([status, body['html_info']]).toEqual([200, 'Size: 120x60'])
    const image = sharp(Buffer.from(String(body['image']), 'base64'))
    expect(await image.metadata()).toMatchObject({ format: 'png', width: 120, height: 60, hasAlpha: true })
    const { data } = await image.raw().toBuffer({ resolveWithObject: true })
    const at = (x: number, y: number) => [...data.subarray(4 * (120 * y + x), 4 * (120 * y + x) + 4)]
    expect([at(10, 30), at(110, 30)[3]]).toEqual([[255, 0, 0, 255], 0])
    expect(engine.jobs).toEqual([])
  })

  it('takes the nearest pixels, cuts what is over, and does several, one after the other', async () => {
    const { server } = await start()
    const crop = { resize_mode: 1, upscaling_resize_w: 60, upscaling_resize_h: 60, upscaler_1: 'Nearest' }
    const { body } = await call(server, `${SINGLE}/`, asked(crop))
    const { data, info } = await sharp(Buffer.from(String(body['image']), 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([60, 60])
    // No pixel that was not there.
    expect(new Set(data.filter((_, i) => i % 4 === 3))).toEqual(new Set([0, 255]))
    const list = [1, 2].map((name) => ({ data: HALVES.toString('base64'), name: `${name}.png` }))
    const batch = { imageList: list, upscaler_1: 'Lanczos', upscaling_resize: 2 }
    const images = imagesOf((await call(server, '/sdapi/v1/extra-batch-images', batch)).body)
    for (const image of images) expect(await sharp(image).metadata()).toMatchObject({ width: 80, height: 40 })
    expect(images).toHaveLength(2)
  })

  it('says what is wrong with a picture in the shape of that API', async () => {
    const { server } = await start()
    const damaged = HALVES.subarray(0, HALVES.length - 40).toString('base64')
    for (const image of [damaged, Buffer.from('GIF89a').toString('base64'), undefined]) {
      const { status, body } = await call(server, SINGLE, { image, upscaler_1: 'Lanczos' })
      expect([status, Object.keys(body).sort()]).toEqual([500, ['body', 'detail', 'error', 'errors']])
    }
    // Far more pixels than are unpacked, in a few hundred bytes.
    const bomb = Buffer.from(HALVES)
    bomb.writeUInt32BE(30_000, 16)
    bomb.writeUInt32BE(30_000, 20)
    const { body } = await call(server, SINGLE, asked({ image: bomb.toString('base64') }))
    expect(body).toMatchObject({ error: expect.stringMatching(/image/) })
  })

  it('lets only so many of one caller wait', async () => {
    const { server } = await start()
    const post = () =>
      plainRequest(server.port, { method: 'POST', path: SINGLE, body: JSON.stringify(asked()) })
    const statuses = (await Promise.all(Array.from({ length: 6 }, post))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(4)
    expect(statuses).toContain(429)
    expect((await post()).status).toBe(200)
  })
})

describe('the process that resamples', () => {
  const work = {
    image: new Uint8Array(HALVES),
    size: { width: 80, height: 40 },
    fit: 'stretch',
    kernel: 'lanczos3',
  } as const

  it('ends with whoever waits for it', async () => {
    const gone = new AbortController()
    const pending = resample(work, { signal: gone.signal })
    gone.abort()
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' })
    await expect(resample(work, { signal: gone.signal })).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('makes no picture larger than one that is unpacked', async () => {
    const { signal } = new AbortController()
    const size = { width: 65_535, height: 65_535 }
    await expect(resample({ ...work, size }, { signal })).rejects.toMatchObject({ code: 'image_too_large' })
  })

  it('ends when its time is over', async () => {
    const { signal } = new AbortController()
    await expect(resample(work, { signal, deadlineMs: 1 })).rejects.toMatchObject({ code: 'engine_crashed' })
  })
})
