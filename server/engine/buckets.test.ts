import { describe, expect, it } from 'vitest'
import { nearestBucket, noiseBucket } from './buckets.ts'

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

describe('noiseBucket', () => {
  const large = { width: 512, height: 512 }

  it('is the bucket of the smaller size where it fits in a whole number of times on both sides, else none', () => {
    const small = { width: 256, height: 256 }
    expect(noiseBucket(sizes, small, large)).toEqual(small)
    expect(noiseBucket(sizes, { width: 200, height: 200 }, large)).toEqual(small)
    expect(noiseBucket(sizes, large, large)).toEqual(large)
    expect(noiseBucket(sizes, { width: 256, height: 384 }, large)).toBeUndefined()
    expect(noiseBucket(sizes, { width: 384, height: 256 }, large)).toBeUndefined()
    expect(noiseBucket(sizes, large, small)).toBeUndefined()
    expect(noiseBucket(sizes, undefined, large)).toBeUndefined()
  })

  it('asks the buckets, not the asked sizes: 200 fits into 400 twice, and 256 not into 384', () => {
    const square = [256, 384, 512].map((side) => ({ width: side, height: side }))
    const rendered = nearestBucket(square, { width: 400, height: 400 })
    expect(noiseBucket(square, { width: 200, height: 200 }, rendered)).toBeUndefined()
  })
})
