import { describe, expect, it } from 'vitest'
import { maxDifference } from './_util/compare.ts'
import { samplerStep } from './sampler.ts'
import golden from './golden/euler.json' with { type: 'json' }
// As golden/euler.json, of diffusers 0.42.1 with rescale_betas_zero_snr in BASE.
import zeroSnr from './golden/euler-zero-snr.json' with { type: 'json' }
import { createSchedule, LCM_DEFAULTS, timesteps, type SchedulerConfig } from './schedule.ts'
import { addNoise } from './step.ts'

type Case = (typeof golden)[number] & { readonly rescaleBetasZeroSnr?: boolean }

const cases: readonly Case[] = [...golden, ...zeroSnr]

const wave = (scale: number, shift = 0) =>
  Float32Array.from({ length: 8 }, (_, i) => Math.sin(i * scale + shift))

const scheduleOf = ({ sampler, predictionType, rescaleBetasZeroSnr = false }: Case) =>
  createSchedule({ ...LCM_DEFAULTS, sampler, predictionType, rescaleBetasZeroSnr } as SchedulerConfig)

const nameOf = ({ sampler, predictionType, steps, strength, withImage, rescaleBetasZeroSnr }: Case) =>
  `${sampler} ${predictionType} ${steps}x${strength}${withImage ? '' : ' without an image'}${rescaleBetasZeroSnr ? ', zero terminal SNR' : ''}`

describe('Euler samplers', () => {
  it.each(cases.map((one) => [nameOf(one), one] as const))('follow diffusers through %s', (_, one) => {
    const schedule = scheduleOf(one)
    const list = timesteps(schedule, { steps: one.steps, strength: one.strength, semantics: 'generic' })
    expect(list).toEqual(one.timesteps)
    const latents = one.withImage ? wave(0.37) : new Float32Array(8)
    let sample = addNoise(schedule, list[0] ?? 0, { latents, noise: wave(1.7, 0) })
    for (const [k, row] of one.rows.entries()) {
      expect(maxDifference(sample, Float32Array.from(row.input))).toBeLessThan(2e-5)
      const modelOutput = sample.map((x, i) => 0.5 * x + 0.1 * Math.cos(i * (k + 1)))
      const next = { nextTimestep: list[k + 1], noise: wave(1.7, k + 1) }
      const out = samplerStep({ schedule, timestep: list[k] ?? 0, modelOutput, sample, ...next })
      expect(maxDifference(out.denoised, Float32Array.from(row.denoised))).toBeLessThan(5e-5)
      expect(maxDifference(out.prev, Float32Array.from(row.prev))).toBeLessThan(5e-5)
      sample = out.prev
    }
  })

  it('refuse a strength that leaves no step, whatever the semantics asked for', () => {
    const schedule = createSchedule({ ...LCM_DEFAULTS, sampler: 'euler' })
    expect(() => timesteps(schedule, { steps: 1, strength: 0.5, semantics: 'lcm' })).toThrow(
      /keeps 0 of 1 timesteps, and 1 are needed: raise strength until trunc\(1 \* strength\) is at least 1$/,
    )
  })

  it('an ancestral step between others must be given noise', () => {
    const schedule = createSchedule({ ...LCM_DEFAULTS, sampler: 'euler_ancestral' })
    const [sample, modelOutput] = [wave(1), wave(2)]
    const step = { schedule, sample, modelOutput, noise: undefined }
    expect(() => samplerStep({ ...step, timestep: 999, nextTimestep: 499 })).toThrow(/noise is missing/)
    expect(samplerStep({ ...step, timestep: 499, nextTimestep: undefined }).prev).toHaveLength(8)
  })
})
