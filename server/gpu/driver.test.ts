import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { cudaVersion, majorFor } from './driver.ts'
import { PROVIDER_13 } from './wheels.ts'

it.each([
  [13000, { major: 13, minor: 0 }, 13],
  [12040, { major: 12, minor: 4 }, 12],
  [14010, { major: 14, minor: 1 }, 13],
  [11080, { major: 11, minor: 8 }, undefined],
])('a driver that says %i runs CUDA %o', (code, version, major) => {
  expect(cudaVersion(code)).toEqual(version)
  expect(majorFor(version)).toBe(major)
})

it('no answer is no version', () => {
  expect([NaN, 0, 12.5].map(cudaVersion)).toEqual([undefined, undefined, undefined])
})

it('the wheel is of the onnxruntime that is installed', () => {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }
  expect(PROVIDER_13.version).toBe(version)
})
