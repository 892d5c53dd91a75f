import { describe, expect, it } from 'vitest'
import { slotThreads } from './slot-threads.ts'

describe('slotThreads', () => {
  it('gives one process all cores', () => {
    expect(slotThreads(1, undefined, 8)).toEqual([8])
  })

  it('gives the first of two all cores, for frames that come alone, and the other half of them', () => {
    expect(slotThreads(2, undefined, 8)).toEqual([8, 4])
    expect(slotThreads(2, undefined, 1)).toEqual([1, 1])
  })

  it('shares the cores between more', () => {
    expect(slotThreads(4, undefined, 8)).toEqual([2, 2, 2, 2])
    expect(slotThreads(3, undefined, 2)).toEqual([1, 1, 1])
  })

  it('heeds a number that was asked for', () => {
    expect(slotThreads(2, 3, 8)).toEqual([3, 3])
  })
})
