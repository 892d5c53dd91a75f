import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import goldenSchedules from './golden/schedule.json' with { type: 'json' }
import goldenTimesteps from './golden/timesteps.json' with { type: 'json' }
import {
  alphaCumprodAt,
  createSchedule,
  LCM_DEFAULTS,
  ScheduleError,
  timesteps,
  type SchedulerConfig,
} from './schedule.ts'

const schedule = createSchedule(LCM_DEFAULTS)

function lcm(steps: number, strength: number): readonly number[] {
  return timesteps(schedule, { steps, strength, semantics: 'lcm' })
}

function generic(steps: number, strength: number): readonly number[] {
  return timesteps(schedule, { steps, strength, semantics: 'generic' })
}

function errorOf(run: () => unknown): ScheduleError {
  try {
    run()
  } catch (error) {
    if (error instanceof ScheduleError) return error
    throw error
  }
  throw new Error('expected a ScheduleError')
}

describe('createSchedule', () => {
  it.each<[number, [number, number, number]]>([
    [0, [0.99915, 0.9995749096, 0.0291547595]],
    [19, [0.9822439911, 0.9910822323, 0.1332516751]],
    [99, [0.8954627735, 0.9462889482, 0.3233221714]],
    [139, [0.8431402188, 0.9182266707, 0.3960552754]],
    [199, [0.7552383612, 0.8690445105, 0.4947339071]],
    [259, [0.6589755269, 0.811773076, 0.5839730072]],
    [379, [0.4585093295, 0.6771331697, 0.7358604967]],
    [399, [0.4260863636, 0.6527529116, 0.7575708788]],
    [499, [0.2776696505, 0.5269436881, 0.8499001998]],
    [599, [0.161752515, 0.4021846777, 0.9155585645]],
    [759, [0.0522129283, 0.2285014842, 0.9735435644]],
    [799, [0.0371949998, 0.1928600523, 0.9812262737]],
    [999, [0.0046600985, 0.0682649142, 0.9976672298]],
  ])('has the float64 table value at t=%i', (t, [alphaProd, sqrtAlphaProd, sqrtOneMinusAlphaProd]) => {
    const actual = alphaCumprodAt(schedule, t)
    expect(actual).toBeCloseTo(alphaProd, 10)
    expect(Math.sqrt(actual)).toBeCloseTo(sqrtAlphaProd, 9)
    expect(Math.sqrt(1 - actual)).toBeCloseTo(sqrtOneMinusAlphaProd, 9)
  })

  it('agrees with diffusers for every beta schedule', () => {
    const configs: Record<string, SchedulerConfig> = {
      defaults: LCM_DEFAULTS,
      linear: { ...LCM_DEFAULTS, betaSchedule: 'linear', betaStart: 0.0001, betaEnd: 0.02 },
      squaredcos: { ...LCM_DEFAULTS, betaSchedule: 'squaredcos_cap_v2' },
      zeroSnr: { ...LCM_DEFAULTS, rescaleBetasZeroSnr: true, predictionType: 'v_prediction' },
    }
    expect(goldenSchedules.map((golden) => golden.name)).toEqual(Object.keys(configs))
    for (const { name, t, alphasCumprod } of goldenSchedules) {
      const built = createSchedule(configs[name] ?? LCM_DEFAULTS)
      t.forEach((timestep, i) => {
        const expected = alphasCumprod[i] ?? NaN
        // torch accumulates in float32: 2e-6 relative for the model's own schedule; zero SNR then divides
        // neighbouring values that are nearly equal, and the cosine table loses its last digits.
        const relative = name === 'defaults' || name === 'linear' ? 2e-6 : 5e-4
        const difference = Math.abs(alphaCumprodAt(built, timestep) - expected)
        expect(difference, `${name} t=${timestep}`).toBeLessThanOrEqual(relative * expected + 1e-8)
      })
    }
  })

  it('falls from near 1 to near 0 and ends in finalAlphaCumprod below timestep 0', () => {
    expect(schedule.alphasCumprod.length).toBe(1000)
    for (let t = 1; t < 1000; t++)
      expect(alphaCumprodAt(schedule, t)).toBeLessThan(alphaCumprodAt(schedule, t - 1))
    expect(alphaCumprodAt(schedule, -1)).toBe(1)
    const own = createSchedule({ ...LCM_DEFAULTS, setAlphaToOne: false })
    expect(alphaCumprodAt(own, -1)).toBe(alphaCumprodAt(own, 0))
  })

  it('is frozen and does not follow later changes of the config', () => {
    const config = { ...LCM_DEFAULTS, originalInferenceSteps: 25 }
    const built = createSchedule(config)
    config.originalInferenceSteps = 10
    expect(built.config.originalInferenceSteps).toBe(25)
    expect(Object.isFrozen(built)).toBe(true)
    expect(Object.isFrozen(built.config)).toBe(true)
  })

  it.each([
    ['numTrainTimesteps', { numTrainTimesteps: 0 }],
    ['originalInferenceSteps', { originalInferenceSteps: 1001 }],
    ['betaStart', { betaStart: 0 }],
    ['betaEnd', { betaEnd: 1 }],
    ['timestepScaling', { timestepScaling: 0 }],
    ['predictionType', { rescaleBetasZeroSnr: true }],
  ])('refuses a config that could only give NaN: %s', (field, change) => {
    const error = errorOf(() => createSchedule({ ...LCM_DEFAULTS, ...change }))
    expect(error).toMatchObject({ code: 'config_invalid', field })
    expect(error.message).toContain(field)
  })

  it.each([1000, 0.5, NaN])('refuses timestep %s', (t) => {
    expect(errorOf(() => alphaCumprodAt(schedule, t)).code).toBe('timestep_out_of_range')
  })
})

describe('timesteps, lcm semantics', () => {
  it.each<[number, number, number[]]>([
    [4, 0.5, [499, 379, 259, 139]],
    [4, 0.65, [639, 479, 319, 159]],
    [4, 0.8, [799, 599, 399, 199]],
    [4, 0.95, [939, 719, 479, 239]],
    [4, 1, [999, 759, 499, 259]],
    [2, 0.5, [499, 259]],
    [2, 0.8, [799, 399]],
    [2, 1, [999, 499]],
    [1, 0.5, [499]],
    [1, 0.8, [799]],
    [1, 1, [999]],
    [3, 0.5, [499, 339, 179]],
    [3, 0.8, [799, 539, 279]],
    [8, 0.5, [499, 439, 379, 319, 259, 199, 139, 79]],
    [8, 0.8, [799, 699, 599, 499, 399, 299, 199, 99]],
    [8, 1, [999, 879, 759, 639, 499, 379, 259, 139]],
    [4, 0.1, [99, 79, 59, 39]],
    [4, 0.08, [79, 59, 39, 19]],
  ])('gives the documented list for n=%i at strength %d', (steps, strength, expected) => {
    expect(lcm(steps, strength)).toEqual(expected)
  })

  it('lists all 50 origin timesteps for n=50', () => {
    expect(lcm(50, 1)).toEqual(Array.from({ length: 50 }, (_, i) => 999 - 20 * i))
  })

  it.each([
    [0.58, 28],
    [0.29, 14],
    [0.7, 35],
    [0.9, 45],
    [Math.fround(0.7), 34],
    [Math.fround(0.9), 44],
  ])('truncates 50 x %d to %i origin steps, as Python does with doubles', (strength, length) => {
    expect(lcm(1, strength)).toEqual([length * 20 - 1])
  })

  it('agrees with diffusers on the whole golden grid', () => {
    for (const [steps, strength, expected] of goldenTimesteps) {
      const label = `n=${String(steps)} strength=${String(strength)}`
      const options = { steps: Number(steps), strength: Number(strength), semantics: 'lcm' } as const
      if (expected === null)
        expect(errorOf(() => timesteps(schedule, options)).code, label).toBe('steps_strength_too_small')
      else expect(timesteps(schedule, options), label).toEqual(expected)
    }
  })

  it.each([6, 8])('refuses %i steps at strength 0.1 and names the remedy', (steps) => {
    const error = errorOf(() => lcm(steps, 0.1))
    expect(error).toMatchObject({ code: 'steps_strength_too_small', field: 'strength' })
    expect(error.message).toBe(
      `strength 0.1 keeps 5 of 50 timesteps, and ${steps} are needed: ` +
        `raise strength until trunc(50 * strength) is at least ${steps}, or lower steps to at most 5`,
    )
  })

  it('offers no step count when strength leaves none', () => {
    expect(errorOf(() => lcm(1, 0)).message).toBe(
      'strength 0 keeps 0 of 50 timesteps, and 1 are needed: raise strength until trunc(50 * strength) is at least 1',
    )
  })

  it('is strictly descending, within the schedule, and n long', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, strength) => {
          fc.pre(Math.trunc(50 * strength) >= steps)
          const list = lcm(steps, strength)
          expect(list).toHaveLength(steps)
          expect(list[0]).toBe(Math.trunc(50 * strength) * 20 - 1)
          list.slice(1).forEach((t, i) => expect(t).toBeLessThan(list[i] ?? 0))
          expect(list.at(-1)).toBeGreaterThanOrEqual(19)
        },
      ),
    )
  })
})

describe('timesteps, generic semantics', () => {
  it.each<[number, number, number[]]>([
    [4, 0.5, [499, 259]],
    [4, 0.8, [759, 499, 259]],
    [4, 0.65, [499, 259]],
    [4, 1, [999, 759, 499, 259]],
  ])('gives the documented list for n=%i at strength %d', (steps, strength, expected) => {
    expect(generic(steps, strength)).toEqual(expected)
  })

  it('agrees with diffusers on the golden grid', () => {
    for (const [steps, strength, , expected] of goldenTimesteps) {
      if (Number(steps) > 10) continue
      const label = `n=${String(steps)} strength=${String(strength)}`
      const run = () => generic(Number(steps), Number(strength))
      if (expected === null) expect(errorOf(run).code, label).toBe('steps_strength_too_small')
      else expect(run(), label).toEqual(expected)
    }
  })
})

describe('timesteps, refused options', () => {
  it.each([0, 51, 2.5, NaN])('steps %s', (steps) => {
    expect(errorOf(() => lcm(steps, 1))).toMatchObject({ code: 'steps_out_of_range', field: 'steps' })
  })

  it.each([-0.1, 1.01, NaN])('strength %s', (strength) => {
    const error = errorOf(() => lcm(4, strength))
    expect(error).toMatchObject({ code: 'strength_out_of_range', field: 'strength' })
    expect(error.message).toContain('from 0 to 1')
  })
})
