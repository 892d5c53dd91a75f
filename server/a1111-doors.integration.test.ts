// What AUTOMATIC1111's and SD.Next's clients do, against a whole server on the fake engine.
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readPngText } from '../lib/protocol/png-parameters.ts'
import { call, imagesOf, turn } from './testing/a1111-client.ts'
import type { Body } from './testing/a1111-client.ts'
import { cleanUpAfterTests, dataUriOf, SKETCH, start } from './testing/running-server.ts'

cleanUpAfterTests()

const MASKED = { init_images: [dataUriOf(SKETCH)], mask: dataUriOf(SKETCH) }

/** Lets the paused engine do one step, and waits until whoever asked has heard of it. */
async function step(engine: { step(): number }, heard: () => boolean | Promise<boolean>): Promise<void> {
  while (engine.step() === 0) await turn()
  while (!(await heard())) await turn()
}

describe('POST /sdapi/v1/txt2img and img2img', () => {
  it('paint PNGs that carry their settings, which png-info reads back', async () => {
    const { server, engine } = await start()
    const asked = {
      prompt: 'a cat, "quoted"',
      negative_prompt: 'blurry',
      steps: 20,
      cfg_scale: 7,
      seed: 42,
      batch_size: 2,
      width: 300,
      height: 200,
    }
    const { status, body } = await call(server, '/sdapi/v1/txt2img', {
      ...asked,
      sampler_name: 'Euler a',
      unknown: 1,
    })
    expect(status).toBe(200)
    expect(body['parameters']).toMatchObject({
      steps: 8,
      cfg_scale: 7,
      seed: 42,
      sampler_name: 'LCM',
      width: 300,
    })
    const info = JSON.parse(String(body['info'])) as Body
    expect(info).toMatchObject({
      all_seeds: [42, 43],
      negative_prompt: 'blurry',
      steps: 8,
      interrupted: false,
    })
    const images = imagesOf(body)
    expect(images).toHaveLength(2)
    for (const [index, image] of images.entries()) {
      expect(await sharp(image).metadata()).toMatchObject({ format: 'png', width: 300, height: 200 })
      expect(readPngText(image).get('parameters')).toContain(`Seed: ${42 + index}`)
    }
    const read = await call(server, '/sdapi/v1/png-info', { image: String((body['images'] as string[])[1]) })
    expect(read.body['info']).toBe((info['infotexts'] as string[])[1])
    expect(read.body['parameters']).toMatchObject({
      Prompt: 'a cat, "quoted"',
      'Negative prompt': 'blurry',
      Steps: '8',
      Seed: '43',
      'Size-1': '300',
      Sampler: 'LCM',
    })
    expect(engine.jobs.map(({ image, strength }) => [image, strength])).toEqual([
      [undefined, 1],
      [undefined, 1],
    ])
  })

  it('take what is left out from the model', async () => {
    const { server, engine } = await start()
    await call(server, '/sdapi/v1/txt2img', { prompt: 'x' })
    const { steps, guidanceScale, width, height, strength } = engine.info.defaults
    expect(engine.jobs[0]).toMatchObject({ steps, guidanceScale, width, height })
    await call(server, '/sdapi/v1/img2img', { init_images: [dataUriOf(SKETCH)] })
    expect(engine.jobs[1]).toMatchObject({ strength, image: SKETCH })
  })

  it('fit a picture of another shape as resize_mode says', async () => {
    const { server, engine } = await start()
    const fits: unknown[] = []
    for (const resize_mode of [undefined, 0, 1, 2, 3]) {
      const asked = { init_images: [dataUriOf(SKETCH)], width: 256, height: 128, resize_mode }
      expect((await call(server, '/sdapi/v1/img2img', asked)).status).toBe(200)
      fits.push(engine.jobs.at(-1)?.fit)
    }
    expect(fits).toEqual(['stretch', 'stretch', 'crop', 'fill', 'stretch'])
    await call(server, '/sdapi/v1/txt2img', { enable_hr: false, script_name: '', alwayson_scripts: {} })
    expect(engine.jobs.at(-1)).not.toHaveProperty('fit')
  })

  it('paint through a mask, and say which of its settings were used', async () => {
    const { server, engine } = await start()
    const ask = async (more: object) => {
      const { status, body } = await call(server, '/sdapi/v1/img2img', { ...MASKED, ...more })
      return [status, body['parameters'], engine.jobs.at(-1)?.mask]
    }
    const used = { inpainting_fill: 1, inpaint_full_res: false, mask: null, init_images: null }
    expect(await ask({})).toMatchObject([200, { ...used, mask_blur: 4 }, { image: SKETCH, blurPx: 4 }])
    expect(
      await ask({ mask_blur: 9, inpainting_mask_invert: 1, inpainting_fill: 0, inpaint_full_res: true }),
    ).toMatchObject([200, { ...used, mask_blur: 9 }, { blurPx: 9, invert: true }])
    expect(await ask({ mask_blur_x: 0, mask_blur_y: 0 })).toMatchObject([200, {}, { blurPx: 0 }])
    expect((await ask({ mask: '' }))[2]).toBeUndefined()
    await call(server, '/sdapi/v1/txt2img', { mask: dataUriOf(SKETCH) })
    expect(engine.jobs.at(-1)).not.toHaveProperty('mask')
  })

  it('paint the size of enable_hr in one pass, and as many of many pictures as they can, and say both', async () => {
    const { server, engine } = await start()
    const asked = {
      enable_hr: true,
      hr_scale: 2,
      width: 200,
      height: 100,
      batch_size: 4,
      n_iter: 5,
      steps: 1,
    }
    const { status, body } = await call(server, '/sdapi/v1/txt2img', asked)
    const used = { width: 400, height: 200, batch_size: 4, n_iter: 2 }
    expect([status, body['parameters']]).toMatchObject([200, { ...used, enable_hr: false }])
    expect(JSON.parse(String(body['info']))).toMatchObject({ ...used, all_seeds: { length: 8 } })
    expect(engine.jobs).toHaveLength(8)
    expect(await sharp(imagesOf(body)[0]).metadata()).toMatchObject({ width: 400, height: 200 })
  })

  it('answer bad input in their own shape', async () => {
    const { server } = await start()
    const cases: [string, unknown, number, string][] = [
      ['/sdapi/v1/img2img', { prompt: 'x' }, 404, 'Init image not found'],
      ['/sdapi/v1/img2img', { init_images: ['!!'] }, 500, 'init_images'],
      ['/sdapi/v1/img2img', { init_images: ['http://example.org/a.png'] }, 500, 'SKETCHWIRE_FETCH_HOSTS'],
      ['/sdapi/v1/img2img', { init_images: [dataUriOf(SKETCH)], mask: 'x' }, 500, 'mask'],
      ['/sdapi/v1/img2img', { ...MASKED, mask_blur_x: 1, mask_blur_y: 2 }, 422, 'mask_blur_y'],
      ['/sdapi/v1/img2img', { ...MASKED, mask_blur: 65 }, 422, 'mask_blur'],
      ['/sdapi/v1/img2img', { init_images: [dataUriOf(SKETCH), 'x'] }, 422, 'init_images'],
      ['/sdapi/v1/img2img', { init_images: [dataUriOf(SKETCH)], resize_mode: 4 }, 422, 'resize_mode'],
      ['/sdapi/v1/txt2img', { enable_hr: true, hr_scale: 'much' }, 422, 'hr_scale'],
      ['/sdapi/v1/txt2img', { script_name: 'X/Y/Z plot' }, 422, "Script 'X/Y/Z plot' not found"],
      ['/sdapi/v1/txt2img', { alwayson_scripts: { controlnet: {} } }, 422, 'controlnet not found'],
      ['/sdapi/v1/interrogate', { model: 'clip' }, 404, 'Image not found'],
      ['/sdapi/v1/interrogate', { image: dataUriOf(SKETCH), model: 'clip' }, 404, 'Model not found'],
      ['/sdapi/v1/txt2img', { steps: 'many' }, 422, 'steps'],
      ['/sdapi/v1/txt2img', 'no json', 422, 'JSON'],
      ['/sdapi/v1/options', 'no json', 422, 'JSON'],
      ['/sdapi/v1/options', { sd_model_checkpoint: 'other' }, 404, 'other'],
    ]
    for (const [path, asked, status, words] of cases) {
      const answer = await call(server, path, asked)
      expect([path, answer.status]).toEqual([path, status])
      expect(Object.keys(answer.body).sort()).toEqual(['body', 'detail', 'error', 'errors'])
      expect(String(answer.body['detail'])).toContain(words)
    }
  })

  it('has the small lists', async () => {
    const { server, engine } = await start()
    const names = [
      'samplers',
      'schedulers',
      'upscalers',
      'loras',
      'embeddings',
      'scripts',
      'latent-upscale-modes',
      'sd-models',
      'options',
    ]
    for (const name of names) expect((await call(server, `/sdapi/v1/${name}`)).status).toBe(200)
    expect((await call(server, '/sdapi/v1/options')).body['sd_model_checkpoint']).toBe(engine.info.name)
    expect((await call(server, '/internal/ping')).status).toBe(200)
  })
})

describe('progress', () => {
  it('shows those who look, and decodes and encodes nothing for pages that are hidden', async () => {
    const { server, engine } = await start({ paused: true })
    const ask = (id: number, task = 'task(a)') =>
      call(server, '/internal/progress', { id_task: task, id_live_preview: id }).then(({ body }) => body)
    const painting = call(server, '/sdapi/v1/txt2img', { prompt: 'x', steps: 4, force_task_id: 'task(a)' })
    while (engine.running === 0) await turn()
    expect(await ask(-1)).toMatchObject({ active: true, queued: false, completed: false, live_preview: null })
    await step(engine, async () => (await ask(-1))['step'] === 1)
    expect(engine.previewWork).toEqual({ decoded: 0, encoded: 0 })

    // Two pages look, a third is hidden: one decoding, one encoding.
    expect(await ask(0)).toMatchObject({ live_preview: null, progress: 0.25 })
    await ask(0, 'task(b)')
    await ask(-1, 'task(c)')
    // A1111's page asks once more for the words alone, under the same name.
    await call(server, '/internal/progress', { id_task: 'task(b)', live_preview: false })
    await ask(-1)
    await step(engine, async () => (await ask(-1))['step'] === 2)
    expect(engine.previewWork).toEqual({ decoded: 1, encoded: 1 })
    const shown = await ask(0)
    expect(String(shown['live_preview'])).toMatch(/^data:image\/jpeg;base64,/)
    expect((await ask(Number(shown['id_live_preview'])))['live_preview']).toBeNull()

    await ask(-1)
    await ask(-1, 'task(b)')
    engine.resume()
    expect((await painting).status).toBe(200)
    expect(engine.previewWork).toEqual({ decoded: 1, encoded: 1 })
    expect(await ask(-1)).toMatchObject({ active: false, completed: true, progress: 1 })
  })

  it('is told by GET too, PNG and step counts included, and idle is idle', async () => {
    const { server, engine } = await start({ paused: true })
    const ask = async (query = '') => (await call(server, `/sdapi/v1/progress${query}`)).body
    const idle = { progress: 0, current_image: null, state: { job_count: 0, sampling_steps: 0 } }
    expect(await ask('?skip_current_image=true')).toMatchObject(idle)
    const painting = call(server, '/sdapi/v1/txt2img', { prompt: 'x', steps: 3 })
    while (engine.running === 0) await turn()
    expect(await ask()).toMatchObject({ progress: 0.01, state: { job_count: 1 } })
    await step(engine, async () => (await ask())['current_image'] !== null)
    const { current_image: image, state, progress } = await ask()
    expect([progress, state]).toMatchObject([0.33, { sampling_step: 1, sampling_steps: 3 }])
    expect((await sharp(Buffer.from(String(image), 'base64')).metadata()).format).toBe('png')
    engine.resume()
    await painting
    expect(await ask('?skip_current_image=true')).toMatchObject(idle)
  })

  it('covers every picture of a request, and has nothing of it for one that waits behind', async () => {
    const { server, engine } = await start({ paused: true })
    const share = async () => (await call(server, '/sdapi/v1/progress?skip_current_image=true')).body
    const ask = (id_task: string) =>
      call(server, '/internal/progress', { id_task, id_live_preview: -1 }).then(({ body }) => body)
    const named = (force_task_id: string) =>
      call(server, '/sdapi/v1/txt2img', { steps: 2, n_iter: 2, batch_size: 2, force_task_id })
    const first = named('first')
    while (engine.running === 0) await turn()
    const second = named('second')
    while ((await ask('second'))['queued'] !== true) await turn()
    const told: unknown[] = []
    const isAt = async (done: number) => {
      const { progress, state } = await share()
      const { job_no } = state as Body
      return Math.round(8 * Number(progress)) === done && job_no === Math.floor(done / 2)
    }
    for (let done = 1; done <= 7; done++) {
      await step(engine, () => isAt(done))
      const { progress, state, current_task: task } = await share()
      const { job_no, job_count } = state as Body
      told.push([progress, job_no, job_count, task])
      expect(await ask('first')).toMatchObject({ progress, batch_no: job_no, batch_count: 4, active: true })
      expect(await ask('second')).toMatchObject({ progress: 0, active: false, textinfo: 'In queue...' })
    }
    const shares = [0.13, 0.25, 0.38, 0.5, 0.63, 0.75, 0.88]
    expect(told).toEqual(shares.map((one, index) => [one, Math.floor((index + 1) / 2), 4, 'first']))
    expect((await call(server, '/internal/pending-tasks')).body).toEqual({ size: 1, tasks: ['second'] })
    engine.resume()
    expect((await first).status).toBe(200)
    expect((await second).status).toBe(200)
    expect(await ask('second')).toMatchObject({ progress: 1, completed: true })
  })

  it('can be interrupted and skipped', async () => {
    const { server, engine } = await start({ paused: true })
    const paint = () => call(server, '/sdapi/v1/txt2img', { prompt: 'x', n_iter: 3 })
    const interrupted = paint()
    while (engine.running === 0) await turn()
    expect((await call(server, '/sdapi/v1/interrupt', {})).body).toEqual({})
    expect(imagesOf((await interrupted).body)).toEqual([])
    while (engine.running > 0) await turn()
    const skipped = paint()
    while (engine.running === 0) await turn()
    expect((await call(server, '/sdapi/v1/skip', {})).body).toBeNull()
    engine.resume()
    expect(imagesOf((await skipped).body)).toHaveLength(2)
  })
})
