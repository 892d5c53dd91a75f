import { expect, it } from 'vitest'
import { probeProvider, slowness } from './provider-probe.ts'

it('finds nothing wrong with the CPU, and that it is not slower than itself', async () => {
  expect(await probeProvider({ provider: 'cpu', againstCpu: true })).toEqual({ problem: undefined })
})

it('says why a provider cannot be had, without advice on models', async () => {
  const { problem } = await probeProvider({ provider: 'nonsense', againstCpu: false })
  expect(problem).toMatch(/nonsense/)
  expect(problem).not.toContain('install the model again')
})

it.each([
  ['a software driver', 900, 12, true],
  ['one on a large server', 40, 2, true],
  ['a GPU that takes its time to start', 9, 1, false],
  ['a small GPU beside a good CPU', 25, 15, false],
  ['a GPU', 3, 25, false],
])('of a convolution, %s: %i ms, cpu %i ms', (_, providerMs, cpuMs, isSlow) => {
  expect(slowness(64, providerMs, cpuMs) !== undefined).toBe(isSlow)
})
