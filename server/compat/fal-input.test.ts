import { describe, expect, it } from 'vitest'
import { MODEL, PNG, PNG_BASE64 } from './dialect.contract.ts'
import { DEFAULT_APP, findFalApp } from './fal-apps.ts'
import type { FalApp } from './fal-apps.ts'
import { parseFalInput } from './fal-input.ts'

const OURS = 'http://localhost:7878/files/id/a.png'
const files = { read: (url: string) => (url === OURS ? PNG : undefined) }

const body = {
  prompt: 'a cat',
  image_url: `data:image/png;base64,${PNG_BASE64}`,
  strength: 0.5,
  seed: 42,
  guidance_scale: 2,
  num_inference_steps: 4,
}

const parse = (input: unknown, app: FalApp = DEFAULT_APP, model = MODEL) =>
  parseFalInput(input, { app, model, files, randomSeed: () => 99 })

function parsed(input: unknown, app: FalApp = DEFAULT_APP, model = MODEL) {
  const result = parse(input, app, model)
  if (!result.ok) throw new Error(result.error.message)
  return result.input
}

describe('fal input', () => {
  it('hands negative_prompt to models that heed one', () => {
    expect(parsed({ ...body, negative_prompt: 'blurry' }).params).toMatchObject({ negativePrompt: 'blurry' })
    expect(parsed({ ...body, negative_prompt: '' }).params).not.toHaveProperty('negativePrompt')
    expect(parse({ ...body, negative_prompt: 5 })).toMatchObject({ error: { field: 'negative_prompt' } })
  })

  it('cuts words that are too many, which fal takes, and cuts no sign in two', () => {
    const signs = `${'x'.repeat(1998)}🎨🎨 and more`
    const { params } = parsed({ ...body, prompt: signs, negative_prompt: 'y'.repeat(9000) })
    expect(params).toMatchObject({ prompt: `${'x'.repeat(1998)}🎨🎨`, negativePrompt: 'y'.repeat(2000) })
  })

  it('leaves at least one step to a model whose strength says how many are run', () => {
    const generic = { ...MODEL, strengthSemantics: 'generic' as const }
    const { params } = parsed({ ...body, strength: 0.1, num_inference_steps: 4 }, DEFAULT_APP, generic)
    expect(Math.trunc(params.steps * params.strength)).toBe(1)
  })

  it("fills in the model's own defaults, a random seed, and the size of the image", () => {
    const png = Buffer.from(PNG_BASE64, 'base64')
    png.writeUInt32BE(700, 16)
    png.writeUInt32BE(500, 20)
    const { params, ...rest } = parsed({ prompt: '', image_url: png.toString('base64') })
    const { strength, guidanceScale, steps } = MODEL.defaults
    expect(params).toEqual({ prompt: '', strength, guidanceScale, steps, seed: 99, width: 700, height: 500 })
    expect(rest).toMatchObject({ numImages: 1, requestId: '', syncMode: false })
  })

  it.each([
    [{ num_inference_steps: 50 }, { steps: 8 }],
    [{ num_inference_steps: 200 }, { steps: 8 }],
    [{ guidance_scale: 0 }, { guidanceScale: 1 }],
    [{ guidance_scale: 40 }, { guidanceScale: 8 }],
    [{ strength: 0.01 }, { strength: 0.1, steps: 4 }],
    [
      { strength: 0.1, num_inference_steps: 8 },
      { strength: 0.1, steps: 5 },
    ],
    [{ image_size: { width: 30000, height: 64 } }, { width: 2048, height: 64 }],
    [{ image_size: { width: 4096, height: 2048 } }, { width: 2048, height: 1024 }],
  ])('clamps %j to what the model can do: %j', (patch, used) => {
    expect(parsed({ ...body, ...patch }).params).toMatchObject(used)
  })

  it('raises a strength that leaves not even the fewest steps', () => {
    const eager = {
      ...MODEL,
      limits: { ...MODEL.limits, steps: [4, 8] as [number, number], strength: [0.01, 1] as [number, number] },
    }
    expect(parsed({ ...body, strength: 0.02 }, DEFAULT_APP, eager).params).toMatchObject({
      steps: 4,
      strength: 0.08,
    })
  })

  it.each([
    ['square_hd', 1024, 1024],
    ['landscape_16_9', 1024, 576],
  ])('knows the size %s', (image_size, width, height) => {
    expect(parsed({ ...body, image_size }).params).toMatchObject({ width, height })
  })

  it.each([
    [6543.21, 6543],
    [-5, 4294967291],
    [2 ** 32 + 3, 3],
    ['17', 17],
  ])('makes seed %s the 32-bit number %s', (seed, expected) => {
    expect(parsed({ ...body, seed }).params.seed).toBe(expected)
  })

  it.each([
    ['no prompt', { prompt: undefined }, 'prompt', /missing/],
    ['a prompt that is a number', { prompt: 5 }, 'prompt', /text/],
    ['no image', { image_url: undefined }, 'image_url', /missing/],
    ['an address that is no web address', { image_url: 'file:///etc/passwd' }, 'image_url', /fetches none/],
    ['strength 2', { strength: 2 }, 'strength', /0 to 1/],
    ['strength "high"', { strength: 'high' }, 'strength', /0 to 1/],
    ['an empty number', { strength: '' }, 'strength', /0 to 1/],
    ['no steps at all', { num_inference_steps: 0 }, 'num_inference_steps', /at least 1/],
    ['guidance below zero', { guidance_scale: -1 }, 'guidance_scale', /at least 0/],
    ['nine images', { num_images: 9 }, 'num_images', /1 to 8/],
    ['a size nobody has', { image_size: 'poster' }, 'image_size', /square_hd/],
    ['a size that every object has', { image_size: 'constructor' }, 'image_size', /square_hd/],
    ['a side of nothing', { image_size: { width: 0, height: 64 } }, 'width', /at least 1/],
    ['sync_mode "maybe"', { sync_mode: 'maybe' }, 'sync_mode', /true or false/],
    ['an address without end', { image_url: `http://a/${'b'.repeat(9000)}` }, 'image_url', /8192 characters/],
    ['an id without end', { request_id: 'c'.repeat(1025) }, 'request_id', /1024 characters/],
  ])('refuses %s, naming the field', (_name, patch, field, message) => {
    const result = parse({ ...body, ...patch })
    expect(result).toMatchObject({ ok: false, error: { field, message: expect.stringMatching(message) } })
  })

  it('takes image_bytes, as bytes and as base64, before image_url', () => {
    expect(parsed({ ...body, image_url: 'nonsense://', image_bytes: PNG }).image).toEqual(PNG)
    expect(parsed({ prompt: '', image_bytes: PNG_BASE64 }).image).toEqual(PNG)
    expect(parsed({ prompt: '', image_url: PNG }).image).toEqual(PNG)
    expect(parse({ prompt: '', image_bytes: 7 })).toMatchObject({ error: { field: 'image_bytes' } })
  })
})

describe('pictures by address', () => {
  it('takes an upload of ours as if it had come along', () => {
    expect(parsed({ ...body, image_url: OURS })).toMatchObject({ image: PNG, imageUrl: undefined })
  })

  it("leaves somebody else's address to the gateway, and takes the size of the model", () => {
    const url = 'https://example.org/cat.png'
    const { image, imageUrl, params } = parsed({ ...body, image_url: url })
    expect({ image, imageUrl }).toEqual({ image: undefined, imageUrl: url })
    expect(params).toMatchObject({ strength: 0.5, width: 256, height: 256 })
  })
})

describe('fal apps', () => {
  const app = (id: string): FalApp => {
    const found = findFalApp(id)
    if (!found) throw new Error(`no app ${id}`)
    return found
  }

  it.each([
    ['fal-ai/lcm-sd15-i2i', 'fal-ai/lcm-sd15-i2i'],
    ['110602490-lcm-sd15-i2i', 'fal-ai/lcm-sd15-i2i'],
    ['110602490/lcm-sd15-i2i', 'fal-ai/lcm-sd15-i2i'],
    ['110602490-lcm', 'fal-ai/lcm'],
    ['110602490/fast-lcm-diffusion/image-to-image', 'fal-ai/fast-lcm-diffusion/image-to-image'],
    ['110602490-sdxl-turbo-realtime', 'fal-ai/sdxl-turbo-realtime'],
    ['110602490/sdxl-turbo-realtime', 'fal-ai/sdxl-turbo-realtime'],
    ['110602490-lcm-plexed-sd15-i2i', 'fal-ai/lcm-plexed-sd15-i2i'],
    ['fal-ai/fast-turbo-diffusion', 'fal-ai/fast-turbo-diffusion'],
    ['fal-ai/fast-turbo-diffusion/image-to-image', 'fal-ai/fast-turbo-diffusion/image-to-image'],
    ['fal-ai/fast-lightning-sdxl', 'fal-ai/fast-lightning-sdxl'],
    ['fal-ai/flux-schnell-realtime', 'fal-ai/flux-schnell-realtime'],
    ['110602490-sd-turbo-real-time-high-fps-msgpack', 'fal-ai/sd-turbo-real-time-high-fps-msgpack'],
    ['fal-ai/sd-turbo-real-time-high-fps-msgpack-a10g', 'fal-ai/sd-turbo-real-time-high-fps-msgpack-a10g'],
  ])('knows %s as %s', (id, name) => {
    expect(app(id).id).toBe(name)
  })

  it.each(['', 'fal-ai', 'fal-ai/flux', 'fal-ai/lcm/', 'constructor'])('does not know %j', (id) => {
    expect(findFalApp(id)).toBeUndefined()
  })

  it("paints from the words where the app's request brings no image, at the model's size and full strength", () => {
    const words = { prompt: 'a boat', strength: 0.3 }
    for (const id of ['fal-ai/lcm', 'fal-ai/fast-lcm-diffusion']) {
      const { image, params } = parsed(words, app(id))
      expect({ image, ...params }).toMatchObject({ image: undefined, strength: 1, width: 256, height: 256 })
    }
    expect(parsed(body, app('fal-ai/fast-lcm-diffusion')).image).toBeUndefined()
    expect(parsed(body, app('fal-ai/lcm')).image).toEqual(PNG)
    expect(parsed({ ...body, image_url: '' }, app('fal-ai/lcm')).image).toBeUndefined()
  })

  it('takes a picture where the app has one, under the name it has there', () => {
    const turbo = app('fal-ai/sdxl-turbo-realtime')
    expect(parsed(body, turbo).image).toEqual(PNG)
    expect(parsed({ prompt: 'a boat' }, turbo).image).toBeUndefined()
    expect(parse({ prompt: '' }, app('fal-ai/fast-turbo-diffusion/image-to-image'))).toMatchObject({
      error: { field: 'image_url' },
    })
    expect(parsed(body, app('fal-ai/flux-schnell-realtime')).image).toBeUndefined()
    const bare = { prompt: 'a cat', image: PNG }
    expect(parsed(bare, app('110602490-sd-turbo-real-time-high-fps-msgpack')).image).toEqual(PNG)
    // Elsewhere that is a key nobody knows.
    expect(parse(bare)).toMatchObject({ error: { field: 'image_url' } })
  })

  it('reads the mask of fal-ai/lcm, and overlooks it where fal names it for compatibility alone', () => {
    const masked = { ...body, mask_url: `data:image/png;base64,${PNG_BASE64}` }
    expect(parsed(masked, app('fal-ai/lcm')).mask).toMatchObject({ image: PNG, invert: false })
    expect(parsed(masked).mask).toBeUndefined()
    expect(parsed({ ...body, mask_url: '' }, app('fal-ai/lcm')).mask).toBeUndefined()
    for (const [mask_url, field] of [
      ['https://example.org/mask.png', 'mask_url'],
      [7, 'mask_url'],
    ])
      expect(parse({ ...body, mask_url }, app('fal-ai/lcm'))).toMatchObject({ error: { field } })
    const bare = { ...masked, image_url: undefined }
    expect(parse(bare, app('fal-ai/lcm'))).toMatchObject({ error: { field: 'image_url' } })
  })
})
