import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxDifference, sumOf } from './_util/compare.ts'
import golden from './golden/step.json' with { type: 'json' }
import { TorchNormal } from './noise.ts'
import { createSchedule, LCM_DEFAULTS, timesteps, type Schedule, type SchedulerConfig } from './schedule.ts'
import { ShapeError } from './shape.ts'
import { addNoise, boundaryScalings, isLinear, lcmStep, linearStep, predictX0 } from './step.ts'

const schedule = createSchedule(LCM_DEFAULTS)

function lcmTimesteps(steps: number, strength: number): readonly number[] {
  return timesteps(schedule, { steps, strength, semantics: 'lcm' })
}

interface LoopInput {
  readonly list: readonly number[]
  readonly start: Float32Array
  readonly model: (x: Float32Array, t: number, k: number) => Float32Array
  readonly noise: (k: number) => Float32Array
}

/** Runs a whole loop and returns the output of every step. */
function runLoop({ list, start, model, noise }: LoopInput): { prev: Float32Array; denoised: Float32Array }[] {
  let sample = start
  return list.map((timestep, k) => {
    const nextTimestep = list[k + 1]
    const z = nextTimestep === undefined ? undefined : noise(k)
    const out = lcmStep({
      schedule,
      timestep,
      nextTimestep,
      modelOutput: model(sample, timestep, k),
      sample,
      noise: z,
    })
    sample = out.prev
    return out
  })
}

describe('boundaryScalings', () => {
  it.each([
    [0, 1, 0],
    [1, 2.493766e-3, 0.998752339],
    [19, 6.92516e-6, 0.999996537],
    [99, 2.550759e-7, 0.999999872],
    [259, 3.726838e-8, 0.99999998137],
    [999, 2.505e-9, 0.9999999987],
  ])('has the documented c_skip and c_out at t=%i', (t, cSkip, cOut) => {
    const scalings = boundaryScalings(t)
    expect(Math.abs(scalings.cSkip - cSkip)).toBeLessThanOrEqual(1e-6 * cSkip + 3e-13)
    expect(scalings.cOut).toBeCloseTo(cOut, 9)
  })

  it('keeps c_skip / 0.5 and c_out on a circle', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), (t) => {
        const { cSkip, cOut } = boundaryScalings(t)
        expect(cSkip + cOut ** 2).toBeCloseTo(1, 12)
      }),
    )
  })
})

describe('addNoise', () => {
  it.each([
    [499, 0.1019935882],
    [799, -0.2977530845],
  ])('mixes 1 and -0.5 at t=%i to %d', (t, expected) => {
    const out = addNoise(schedule, t, { latents: Float32Array.of(1), noise: Float32Array.of(-0.5) })
    expect(out[0]).toBeCloseTo(expected, 7)
  })

  it('is undone by predictX0 when the model output is that noise', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.integer(), (timestep, seed) => {
        const normal = new TorchNormal(seed >>> 0)
        const [latents, noise] = [normal.draw(32), normal.draw(32)]
        const sample = addNoise(schedule, timestep, { latents, noise })
        expect(
          maxDifference(predictX0({ schedule, timestep, modelOutput: noise, sample }), latents),
        ).toBeLessThan(1e-5)
      }),
    )
  })
})

describe('lcmStep', () => {
  it.each<[number, [number, number, number][]]>([
    [
      0.5,
      [
        [499, 0.8843395, 1.0343229],
        [379, 1.1757309, 1.0886594],
        [259, 1.560899, 1.3764113],
        [139, 1.6999061, 1.6999061],
      ],
    ],
    [
      0.8,
      [
        [799, 1.28332, 2.6217566],
        [599, 2.1644431, 2.7355798],
        [399, 3.1518287, 3.1998111],
        [199, 3.6267749, 3.6267749],
      ],
    ],
    [
      1,
      [
        [999, 1.9193662, 7.3346585],
        [759, 4.4021558, 7.5476863],
        [499, 7.0887073, 8.1928408],
        [259, 8.7323756, 8.7323756],
      ],
    ],
  ])('follows the scalar chain at strength %d', (strength, expected) => {
    const list = lcmTimesteps(4, strength)
    const outputs = runLoop({
      list,
      start: Float32Array.of(0.8),
      model: (_x, _t, k) => Float32Array.of(0.3 - 0.1 * k),
      noise: (k) => Float32Array.of(0.25 * (k + 1)),
    })
    const actual = outputs.flatMap(({ prev, denoised }, k) => [
      list[k] ?? 0,
      prev[0] ?? NaN,
      denoised[0] ?? NaN,
    ])
    expect(maxDifference(actual, expected.flat())).toBeLessThan(2e-6)
  })

  it.each([
    ['v_prediction', 0.2967652841, 0.1665848978],
    ['sample', 0.3871050795, 0.3000000065],
  ] as const)('steps 499 -> 379 with %s', (predictionType, prev, denoised) => {
    const out = lcmStep({
      schedule: createSchedule({ ...LCM_DEFAULTS, predictionType }),
      timestep: 499,
      nextTimestep: 379,
      modelOutput: Float32Array.of(0.3),
      sample: Float32Array.of(0.8),
      noise: Float32Array.of(0.25),
    })
    expect(out.prev[0]).toBeCloseTo(prev, 7)
    expect(out.denoised[0]).toBeCloseTo(denoised, 7)
  })

  it('follows the 256-element loop at strength 0.8', () => {
    const range = (f: (i: number) => number) => Float32Array.from({ length: 256 }, (_, i) => f(i))
    const list = lcmTimesteps(4, 0.8)
    const start = addNoise(schedule, 799, {
      latents: range((i) => 0.9 * Math.cos(0.37 * i)),
      noise: range((i) => Math.sin(1.7 * i)),
    })
    const outputs = runLoop({
      list,
      start,
      model: (x, _t, k) => x.map((value, i) => 0.5 * value + 0.1 * Math.cos(i * (k + 1))),
      noise: (k) => range((i) => Math.sin(1.3 * i + k)),
    })
    expect(
      maxDifference(
        outputs.map(({ prev }) => sumOf(prev)),
        [0.402533, 0.170368, 0.012197, 0.008138],
      ),
    ).toBeLessThan(2e-5)
    const last = outputs.at(-1)?.prev ?? new Float32Array()
    expect(last[0]).toBeCloseTo(0.5827312, 5)
    expect(last[7]).toBeCloseTo(-1.0954127, 5)
    expect(last[255]).toBeCloseTo(-0.4614255, 5)
  })

  it.each([
    { steps: 1, sum: 18.7097, mean: 0.02436, tolerance: 1e-3 },
    { steps: 10, sum: 197.7616, mean: 0.2575, tolerance: 1e-3 },
    { steps: 4, sum: 189.00719, mean: 0.2461031, tolerance: 1e-4 },
  ])("passes diffusers' own full loop with n=$steps: sum $sum", ({ steps, sum, mean, tolerance }) => {
    // Their sample is (3,8,8,4) permuted to (4,3,8,8); noise is drawn in the permuted layout.
    const start = Float32Array.from({ length: 768 }, (_, i) => ((i % 192) * 4 + Math.floor(i / 192)) / 768)
    const normal = new TorchNormal(0)
    const outputs = runLoop({
      list: lcmTimesteps(steps, 1),
      start,
      model: (x, t) => x.map((value) => (value * t) / (t + 1)),
      noise: () => normal.draw(768),
    })
    const magnitudes = (outputs.at(-1)?.prev ?? new Float32Array()).map(Math.abs)
    expect(Math.abs(sumOf(magnitudes) - sum)).toBeLessThan(tolerance)
    expect(sumOf(magnitudes) / 768).toBeCloseTo(mean, 4)
  })

  it('agrees with diffusers for every parameterisation, clipping and thresholding', () => {
    const variants: Record<string, Partial<SchedulerConfig>> = {
      epsilon: {},
      sample: { predictionType: 'sample' },
      v_prediction: { predictionType: 'v_prediction' },
      clip: { clipSample: true, clipSampleRange: 0.8 },
      threshold: { thresholding: true, sampleMaxValue: 2, dynamicThresholdingRatio: 0.9 },
      scaling: { timestepScaling: 0.01 },
      zeroSnr: { rescaleBetasZeroSnr: true, predictionType: 'v_prediction' },
    }
    expect(new Set(golden.cases.map(({ name }) => name))).toEqual(new Set(Object.keys(variants)))
    for (const { name, timestep, nextTimestep, prev, denoised } of golden.cases) {
      const out = lcmStep({
        schedule: createSchedule({ ...LCM_DEFAULTS, ...variants[name] }),
        timestep,
        nextTimestep: nextTimestep ?? undefined,
        modelOutput: Float32Array.from(golden.modelOutput),
        sample: Float32Array.from(golden.sample),
        noise: Float32Array.from(golden.noise),
      })
      // Zero SNR in float32 divides neighbours that are nearly equal; sqrt(1 - abar) keeps 4 digits there.
      const tolerance = name === 'zeroSnr' ? 1e-4 : 2e-5
      expect(maxDifference(out.denoised, denoised), `${name} t=${timestep}`).toBeLessThan(tolerance)
      expect(maxDifference(out.prev, prev), `${name} t=${timestep}`).toBeLessThan(tolerance)
    }
  })

  it('returns the denoised buffer itself at the last step, and leaves its inputs alone', () => {
    const sample = Float32Array.of(0.8)
    const modelOutput = Float32Array.of(0.3)
    const out = lcmStep({
      schedule,
      timestep: 139,
      nextTimestep: undefined,
      modelOutput,
      sample,
      noise: undefined,
    })
    expect(out.prev).toBe(out.denoised)
    expect([sample[0], modelOutput[0]]).toEqual([Math.fround(0.8), Math.fround(0.3)])
  })

  it('uses finalAlphaCumprod for a negative next timestep', () => {
    const step = (over: Schedule) =>
      lcmStep({
        schedule: over,
        timestep: 19,
        nextTimestep: -1,
        modelOutput: Float32Array.of(0.3),
        sample: Float32Array.of(0.8),
        noise: Float32Array.of(5),
      })
    expect(step(schedule).prev).toEqual(step(schedule).denoised)
    const own = step(createSchedule({ ...LCM_DEFAULTS, setAlphaToOne: false }))
    expect(own.prev).not.toEqual(own.denoised)
  })

  it('refuses missing noise and lengths that differ', () => {
    const one = Float32Array.of(1)
    const base = { schedule, timestep: 499, nextTimestep: 379, modelOutput: one, sample: one, noise: one }
    expect(() => lcmStep({ ...base, noise: undefined })).toThrow(/noise is missing/)
    expect(() => lcmStep({ ...base, noise: new Float32Array(2) })).toThrow(ShapeError)
    expect(() => lcmStep({ ...base, modelOutput: new Float32Array(2) })).toThrow(
      /modelOutput has 2 elements, expected 1/,
    )
  })
})

describe('linearStep', () => {
  it.each(['epsilon', 'sample', 'v_prediction'] as const)('is lcmStep in one sum: %s', (predictionType) => {
    const own = createSchedule({ ...LCM_DEFAULTS, predictionType })
    const normal = new TorchNormal(5)
    const [sample, modelOutput, noise] = [normal.draw(64), normal.draw(64), normal.draw(64)]
    const list = timesteps(own, { steps: 4, strength: 1, semantics: 'lcm' })
    for (const [i, timestep] of list.entries()) {
      const at = { schedule: own, timestep, nextTimestep: list[i + 1] }
      const { prev, denoised } = lcmStep({ ...at, sample, modelOutput, noise })
      const sumOf = ({ onSample, onOutput, onNoise }: ReturnType<typeof linearStep>) =>
        sample.map((x, k) => onSample * x + onOutput * (modelOutput[k] ?? 0) + onNoise * (noise[k] ?? 0))
      const most = Math.max(...denoised.map(Math.abs))
      expect(maxDifference(sumOf(linearStep(at)), prev), `t=${timestep}`).toBeLessThan(1e-6 * most)
      const last = linearStep({ ...at, nextTimestep: undefined })
      expect(last.onNoise).toBe(0)
      expect(maxDifference(sumOf(last), denoised), `t=${timestep}`).toBeLessThan(1e-6 * most)
    }
  })

  it.each([
    [true, {}],
    [false, { clipSample: true }],
    [false, { thresholding: true }],
    [false, { sampler: 'euler' }],
    [false, { sampler: 'euler_ancestral' }],
  ] as const)('is possible: %s, where %j', (expected, change) => {
    expect(isLinear(createSchedule({ ...LCM_DEFAULTS, ...change }))).toBe(expected)
  })
})
