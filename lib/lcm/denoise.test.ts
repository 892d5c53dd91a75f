import { describe, expect, it } from 'vitest'
import { maxDifference } from './_util/compare.ts'
import { dummyModels, dummySketch } from './_util/dummy-models.ts'
import { holding } from './_util/held.ts'
import { CancelledError } from './denoise.ts'
import { img2img, type Img2ImgJob } from './img2img.ts'
import { createSchedule, LCM_DEFAULTS } from './schedule.ts'

const schedule = createSchedule(LCM_DEFAULTS)
const size = { width: 48, height: 32 }
const job: Img2ImgJob = {
  prompt: 'a lake',
  rgb: dummySketch(size),
  size,
  steps: 4,
  strength: 0.8,
  guidanceScale: 8.5,
  seed: 42,
}
const always = { mayStay: () => true, onStep: () => undefined }

describe('latents that stay where the U-Net runs', () => {
  it.each(['none', 'concat'] as const)('are those that come back: image latents %s', async (imageLatents) => {
    const expected: Float32Array[] = []
    await img2img(dummyModels(imageLatents), schedule, job, {
      onStep: ({ denoised }) => void expected.push(denoised),
    })
    const { models, asked } = holding(dummyModels(imageLatents))
    const told: number[] = []
    const back: [number, Float32Array][] = []
    // The second and the last come back.
    const mayStay = ({ step }: { step: number }) => step !== 2
    const { latents } = await img2img(models, schedule, job, {
      onStep: ({ step, denoised }) => void back.push([step, denoised]),
      holding: { mayStay, onStep: ({ step }) => void told.push(step) },
    })
    expect(asked).toEqual(['advance', 'handBack', 'advance', 'handBack', 'release'])
    expect([told, back.map(([step]) => step)]).toEqual([
      [1, 3],
      [2, 4],
    ])
    for (const [step, denoised] of back)
      expect(maxDifference(denoised, expected[step - 1] ?? []), `step ${step}`).toBeLessThan(1e-5)
    expect(latents).toBe(back.at(-1)?.[1])
  })

  it('go back to where they were, once somebody needs them no more than before', async () => {
    const { models, asked } = holding(dummyModels())
    await img2img(models, schedule, job, { holding: { ...always, mayStay: ({ step }) => step === 3 } })
    expect(asked).toEqual(['advance', 'handBack', 'release'])
  })

  it.each([
    ['are of a single step', { steps: 1 }, {}],
    ['are of two passes', {}, { negative: 'empty' }],
  ] as const)('come back where they %s', async (_, change, traits) => {
    const { models, asked } = holding(dummyModels())
    await img2img({ ...models, ...traits }, schedule, { ...job, ...change }, { holding: always })
    expect(asked).toEqual([])
  })

  it('come back where a step is no sum, and where nobody lets them stay', async () => {
    const { models, asked } = holding(dummyModels())
    for (const change of [{ clipSample: true }, { thresholding: true }, { sampler: 'euler' }] as const)
      await img2img(models, createSchedule({ ...LCM_DEFAULTS, ...change }), job, { holding: always })
    await img2img(models, schedule, job)
    expect(asked).toEqual([])
  })

  it('are let go when the picture is cancelled, or a step fails', async () => {
    const { models, asked } = holding(dummyModels())
    const signal = { aborted: false }
    const onStep = ({ step }: { step: number }) => void (signal.aborted = step === 2)
    const cancelled = img2img(models, schedule, job, { signal, holding: { ...always, onStep } })
    await expect(cancelled).rejects.toEqual(new CancelledError(2))
    const failing = {
      ...always,
      onStep: () => {
        throw new Error('the listener fails')
      },
    }
    await expect(img2img(models, schedule, job, { holding: failing })).rejects.toThrow('the listener fails')
    expect(asked).toEqual(['advance', 'advance', 'release', 'advance', 'release'])
  })
})
