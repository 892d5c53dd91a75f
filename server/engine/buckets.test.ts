import { describe, expect, it } from 'vitest'
import { nearestBucket, wholeFactor } from './buckets.ts'

const sizes = [
  { width: 512, height: 512 },
  { width: 256, height: 256 },
  { width: 384, height: 256 },
  { width: 256, height: 384 },
]

describe('nearestBucket', () => {
  it.each([
    [{ width: 256, height: 256 }, '256x256'],
    [{ width: 300, height: 300 }, '256x256'],
    [{ width: 400, height: 400 }, '512x512'],
    [{ width: 2048, height: 2048 }, '512x512'],
    [{ width: 64, height: 64 }, '256x256'],
    [{ width: 768, height: 512 }, '384x256'],
    [{ width: 1920, height: 1080 }, '384x256'],
    [{ width: 512, height: 768 }, '256x384'],
    [{ width: 300, height: 290 }, '256x256'],
  ])('renders %o at %s', (asked, expected) => {
    const { width, height } = nearestBucket(sizes, asked)
    expect(`${width}x${height}`).toBe(expected)
  })

  it('refuses a model without sizes', () => {
    expect(() => nearestBucket([], { width: 1, height: 1 })).toThrow(RangeError)
  })
})

describe('wholeFactor', () => {
  it('is the factor on both sides, or nothing', () => {
    expect(wholeFactor({ width: 256, height: 256 }, { width: 512, height: 512 })).toBe(2)
    expect(wholeFactor({ width: 256, height: 384 }, { width: 512, height: 512 })).toBeUndefined()
    expect(wholeFactor({ width: 384, height: 256 }, { width: 512, height: 512 })).toBeUndefined()
  })
})
