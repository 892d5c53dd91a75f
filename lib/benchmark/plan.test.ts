import { describe, expect, it } from 'vitest'
import { configName, configsOf, estimateMs, planRuns } from './plan.ts'
import type { BenchSettings } from './settings.ts'

const SETTINGS: BenchSettings = {
  transports: ['rest', 'json', 'binary'],
  steps: [1, 4],
  sizes: ['256x256'],
  previews: [false, true],
  connections: [1, 8],
  shapes: 200,
  seconds: 5,
  repeats: 1,
  surface: 'auto',
}

describe('the plan', () => {
  it('has every choice once, and no REST with previews', () => {
    const names = configsOf(SETTINGS).map(configName)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toHaveLength(2 * 2 * (3 + 2))
    expect(names.filter((name) => name.includes('REST') && name.includes('previews'))).toEqual([])
    expect(names[0]).toBe('REST, base64, 1 step, 256x256, 1 connection')
  })

  it('alternates the choices, every second time backwards, so that drift touches all alike', () => {
    const two: BenchSettings = { ...SETTINGS, transports: ['json', 'binary'], steps: [4], previews: [false] }
    const plan = planRuns({ ...two, connections: [1], repeats: 4 })
    expect(plan.map(({ config, repeat }) => `${config.transport}${repeat}`)).toEqual([
      'json1',
      'binary1',
      'binary2',
      'json2',
      'json3',
      'binary3',
      'binary4',
      'json4',
    ])
  })

  it('takes at least the measured seconds', () => {
    expect(estimateMs(6, 5)).toBeGreaterThan(30_000)
    expect(estimateMs(0, 5)).toBe(0)
  })
})
