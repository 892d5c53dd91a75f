import { describe, expect, it } from 'vitest'
import { maxDifference, sumOf } from './_util/compare.ts'
import { dummyModels, dummySketch, type DummyModels } from './_util/dummy-models.ts'
import golden from './golden/loop.json' with { type: 'json' }
import { guidanceEmbedding } from './guidance.ts'
import { CancelledError, type StepReport } from './denoise.ts'
import { img2img, type Img2ImgJob } from './img2img.ts'
import { detailSeed, drawNoises, upsampleNoise } from './noise.ts'
import { createSchedule, LCM_DEFAULTS, ScheduleError } from './schedule.ts'
import { ShapeError } from './shape.ts'
import { addNoise } from './step.ts'

const schedule = createSchedule(LCM_DEFAULTS)
const size = { width: 48, height: 32 }
const LATENTS = 4 * 6 * 4

function jobWith(change: Partial<Img2ImgJob> = {}): Img2ImgJob {
  return {
    prompt: 'a lake',
    rgb: dummySketch(size),
    size,
    steps: 4,
    strength: 0.8,
    guidanceScale: 8.5,
    seed: 42,
    ...change,
  }
}

describe('img2img against the real diffusers pipelines', () => {
  it.each(golden)('$steps steps, strength $strength, seed $seed', async (expected) => {
    const sizePx = { width: expected.width, height: expected.height }
    const reports: StepReport[] = []
    const job = jobWith({
      rgb: expected.strength === null ? undefined : dummySketch(sizePx),
      size: sizePx,
      steps: expected.steps,
      strength: expected.strength ?? 0.1,
      guidanceScale: expected.guidanceScale,
      seed: expected.seed,
    })
    const result = await img2img(dummyModels(), schedule, job, {
      onStep: (report) => void reports.push(report),
    })
    expect(reports.map(({ timestep }) => timestep)).toEqual(
      expected.timesteps.map(({ timestep }) => timestep),
    )
    reports.forEach(({ denoised }, i) => {
      expect(maxDifference(denoised, expected.timesteps[i]?.denoised ?? []), `step ${i + 1}`).toBeLessThan(
        5e-5,
      )
    })
    const cells = result.rgb.filter(
      (_, i) => (Math.floor(i / 3) % sizePx.width) % 8 === 0 && Math.floor(i / 3 / sizePx.width) % 8 === 0,
    )
    expect(Array.from(cells)).toEqual(expected.cells)
    expect(sumOf(result.rgb)).toBe(expected.sum)
  })
})

describe('img2img order of work', () => {
  it('encodes, predicts once a step and decodes once', async () => {
    const models = dummyModels()
    const result = await img2img(models, schedule, jobWith())
    expect(models.calls).toEqual(['prompt', 'encode', 'predict', 'predict', 'predict', 'predict', 'decode'])
    expect(result.timesteps).toEqual([799, 599, 399, 199])
    expect(result.initTimestep).toBe(799)
    expect(models.predicted.map(({ timestep }) => timestep)).toEqual(result.timesteps)
    expect(models.predicted[0]?.timestepCond).toEqual(guidanceEmbedding(8.5))
    expect(result.rgb).toHaveLength(48 * 32 * 3)
  })

  it('runs fewer steps at lower strength under generic semantics', async () => {
    const models = dummyModels()
    const result = await img2img(models, schedule, jobWith({ strength: 0.5, semantics: 'generic' }))
    expect(result.timesteps).toEqual([499, 259])
    expect(models.predicted).toHaveLength(2)
  })

  it('passes no timestepCond to a U-Net without that input, and the width it has otherwise', async () => {
    const without = dummyModels()
    await img2img({ ...without, timestepCondDim: 0 }, schedule, jobWith({ steps: 1 }))
    expect(without.predicted[0]?.timestepCond).toBeUndefined()
    const narrow = dummyModels()
    await img2img({ ...narrow, timestepCondDim: 128 }, schedule, jobWith({ steps: 1 }))
    expect(narrow.predicted[0]?.timestepCond).toHaveLength(128)
  })

  it('starts from pure noise without an image, at strength 1 whatever the job says', async () => {
    const models = dummyModels()
    const result = await img2img(models, schedule, jobWith({ rgb: undefined, strength: 0 }))
    expect(models.calls).not.toContain('encode')
    expect(result.timesteps).toEqual([999, 759, 499, 259])
    expect(models.predicted[0]?.sample).toEqual(drawNoises(42, LATENTS, 1)[0])
  })

  it('is deterministic, and another seed gives another picture', async () => {
    const run = async (seed: number) => (await img2img(dummyModels(), schedule, jobWith({ seed }))).latents
    expect(await run(1)).toEqual(await run(1))
    expect(maxDifference(await run(1), await run(2))).toBeGreaterThan(0.1)
  })

  it('asks an injected supplier for one noise per step and uses what it gives', async () => {
    const asked: number[][] = []
    const models = dummyModels()
    await img2img(models, schedule, jobWith(), {
      noises: (seed, length, count) => {
        asked.push([seed, length, count])
        return Array.from({ length: count }, () => new Float32Array(length))
      },
    })
    expect(asked).toEqual([[42, LATENTS, 4]])
    const imageLatents = await models.encodeImage(dummySketch(size), size)
    const noised = addNoise(schedule, 799, { latents: imageLatents, noise: new Float32Array(LATENTS) })
    expect(models.predicted[0]?.sample).toEqual(noised)
  })
})

describe('img2img with concatenated image latents', () => {
  it('appends the clean image latents and still starts from the noised ones', async () => {
    const models = dummyModels('concat')
    await img2img(models, schedule, jobWith())
    const imageLatents = await models.encodeImage(dummySketch(size), size)
    const noised = addNoise(schedule, 799, {
      latents: imageLatents,
      noise: drawNoises(42, LATENTS, 1)[0] ?? imageLatents,
    })
    expect(models.predicted).toHaveLength(4)
    for (const { channels, sample } of models.predicted) {
      expect(channels).toBe(8)
      expect(sample.subarray(LATENTS)).toEqual(imageLatents)
    }
    expect(models.predicted[0]?.sample.subarray(0, LATENTS)).toEqual(noised)
  })

  it('appends zeros without an image', async () => {
    const models = dummyModels('concat')
    await img2img(models, schedule, jobWith({ rgb: undefined }))
    expect(models.predicted[0]?.sample.subarray(LATENTS)).toEqual(new Float32Array(LATENTS))
  })
})

describe('img2img refine pass', () => {
  const large = { width: 96, height: 64 }

  it('keeps the noise of the smaller size at every step', async () => {
    const models = dummyModels()
    await img2img(models, schedule, jobWith({ rgb: undefined, size: large, noiseFrom: size, steps: 1 }))
    const [low] = drawNoises(42, LATENTS, 1)
    const [fresh] = drawNoises(detailSeed(42), LATENTS * 4, 1)
    if (low === undefined || fresh === undefined) throw new Error('no noise')
    const expected = upsampleNoise({ low, fresh, lowGrid: { width: 6, height: 4 }, scale: 2 })
    expect(models.predicted[0]?.sample).toEqual(expected)
  })

  it('asks the supplier for both sizes, and only for one when they are equal', async () => {
    const asked: number[][] = []
    const noises = (seed: number, length: number, count: number) => {
      asked.push([seed, length, count])
      return drawNoises(seed, length, count)
    }
    await img2img(
      dummyModels(),
      schedule,
      jobWith({ rgb: dummySketch(large), size: large, noiseFrom: size }),
      { noises },
    )
    await img2img(dummyModels(), schedule, jobWith({ noiseFrom: size }), { noises })
    expect(asked).toEqual([
      [detailSeed(42), LATENTS * 4, 4],
      [42, LATENTS, 4],
      [42, LATENTS, 4],
    ])
  })

  it.each([
    { width: 32, height: 32 },
    { width: 48, height: 64 },
    { width: 64, height: 48 },
    { width: 20, height: 32 },
  ])('refuses $width x $height as the base of 96 x 64', async (noiseFrom) => {
    const run = img2img(dummyModels(), schedule, jobWith({ rgb: undefined, size: large, noiseFrom }))
    await expect(run).rejects.toMatchObject({ name: 'ShapeError', field: 'noiseFrom' })
  })
})

describe('img2img steps and cancellation', () => {
  it('reports each step, and waits for what onStep returns', async () => {
    const models = dummyModels()
    const reports: StepReport[] = []
    const onStep = async (report: StepReport) => {
      const predictedBefore = models.predicted.length
      await Promise.resolve()
      expect(models.predicted).toHaveLength(predictedBefore)
      reports.push(report)
    }
    const result = await img2img(models, schedule, jobWith(), { onStep })
    expect(reports.map(({ step, steps }) => [step, steps])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ])
    expect(reports.at(-1)?.denoised).toBe(result.latents)
  })

  it.each([1, 2, 3, 4])('stops after step %i when aborted there, without decoding', async (at) => {
    const models = dummyModels()
    const controller = { aborted: false }
    const onStep = ({ step }: StepReport) => {
      if (step === at) controller.aborted = true
    }
    const error = await img2img(models, schedule, jobWith(), { signal: controller, onStep }).catch(
      (e: unknown) => e,
    )
    expect(error).toBeInstanceOf(CancelledError)
    expect(error).toMatchObject({ name: 'CancelledError', stepsDone: at })
    expect(models.predicted).toHaveLength(at)
    expect(models.calls).not.toContain('decode')
  })

  it('runs no model when aborted before the start', async () => {
    const models = dummyModels()
    await expect(img2img(models, schedule, jobWith(), { signal: { aborted: true } })).rejects.toThrow(
      CancelledError,
    )
    expect(models.calls).toEqual([])
  })

  it('passes on what onStep and models throw', async () => {
    const failing = { onStep: () => Promise.reject(new Error('hook')) }
    await expect(img2img(dummyModels(), schedule, jobWith(), failing)).rejects.toThrow('hook')
    const models = { ...dummyModels(), predict: () => Promise.reject(new Error('device lost')) }
    await expect(img2img(models, schedule, jobWith())).rejects.toThrow('device lost')
  })
})

describe('img2img refusals', () => {
  it.each<[string, Partial<Img2ImgJob>]>([
    ['rgb', { rgb: new Uint8Array(3) }],
    ['size', { size: { width: 50, height: 32 } }],
    ['guidanceScale', { guidanceScale: NaN }],
  ])('refuses a bad %s before any model runs', async (field, change) => {
    const models = dummyModels()
    await expect(img2img(models, schedule, jobWith(change))).rejects.toMatchObject({
      name: 'ShapeError',
      field,
    })
    expect(models.calls).toEqual([])
  })

  it('refuses a noise supplier that gives too little', async () => {
    const run = (noises: () => Float32Array[]) => img2img(dummyModels(), schedule, jobWith(), { noises })
    await expect(run(() => [])).rejects.toMatchObject({ field: 'noises' })
    await expect(run(() => [new Float32Array(1)])).rejects.toMatchObject({ field: 'noises' })
    await expect(run(() => [new Float32Array(LATENTS)])).rejects.toThrow(/noise is missing/)
  })

  it('refuses steps and strength that do not go together before any model runs', async () => {
    const models = dummyModels()
    await expect(img2img(models, schedule, jobWith({ steps: 8, strength: 0.1 }))).rejects.toThrow(
      ScheduleError,
    )
    expect(models.calls).toEqual([])
  })

  it.each<[string, Partial<ReturnType<typeof dummyModels>>]>([
    ['encodeImage output', { encodeImage: () => Promise.resolve(new Float32Array(1)) }],
    ['predict output', { predict: () => Promise.resolve(new Float32Array(1)) }],
    ['predict output', { predict: () => Promise.resolve(new Float32Array(LATENTS).fill(NaN)) }],
    ['decodeImage output', { decodeImage: () => Promise.resolve(new Uint8Array(1)) }],
  ])('refuses a wrong %s', async (field, broken) => {
    const run = img2img({ ...dummyModels(), ...broken }, schedule, jobWith())
    await expect(run).rejects.toMatchObject({ name: 'ShapeError', field })
    await expect(run).rejects.toBeInstanceOf(ShapeError)
  })
})

describe('guidance by two passes', () => {
  const base = {
    prompt: 'a house',
    rgb: dummySketch({ width: 32, height: 32 }),
    size: { width: 32, height: 32 },
    steps: 2,
    strength: 1,
    seed: 3,
    semantics: 'generic',
  } as const

  /** Embeds a prompt as its length, so that the passes can be told apart. */
  const guidedModels = (negative: 'zeros' | 'empty'): DummyModels => ({
    ...dummyModels(),
    timestepCondDim: 0,
    negative,
    encodePrompt: async (prompt) => ({
      data: new Float32Array(24).fill(prompt.length / 100),
      dims: [1, 3, 8],
      pooled: Float32Array.of(1),
    }),
  })

  it('runs once a step at scale 1, twice above, and moves away from the negative prompt', async () => {
    const models = guidedModels('empty')
    const plain = await img2img(models, schedule, { ...base, guidanceScale: 1 })
    expect(models.predicted).toHaveLength(2)
    const guided = await img2img(models, schedule, { ...base, guidanceScale: 1.5, negativePrompt: 'blurry' })
    expect(models.predicted.slice(2).map(({ prompt }) => prompt.data[0])).toEqual(
      [7, 6, 7, 6].map((length) => Math.fround(length / 100)),
    )
    expect(guided.latents).not.toEqual(plain.latents)
  })

  it('is negative + scale * (prompt - negative)', async () => {
    const models = guidedModels('empty')
    const at = async (prompt: string, guidanceScale: number) =>
      (await img2img(models, schedule, { ...base, steps: 1, prompt, guidanceScale })).latents
    const [towards, away] = [await at('a house', 1), await at('', 1)]
    const expected = away.map((value, i) => value + 2 * ((towards[i] ?? 0) - value))
    expect(maxDifference(await at('a house', 2), expected)).toBeLessThan(1e-4)
  })

  it('without a negative prompt shows SDXL zeros, pooled ones too', async () => {
    const models = guidedModels('zeros')
    await img2img(models, schedule, { ...base, guidanceScale: 2, steps: 1 })
    const away = models.predicted[1]?.prompt
    expect([...(away?.data ?? [1])]).toEqual(Array(24).fill(0))
    expect(away?.pooled).toEqual(Float32Array.of(0))
  })
})
