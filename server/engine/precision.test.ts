import { describe, expect, it } from 'vitest'
import { comparePrecisions, errorOf } from './precision.ts'

/** Two sets of graphs that take so long, and an int8 picture that is off by `offset`. */
function contest({ float32Ms, int8Ms, offset = 0 }: { float32Ms: number; int8Ms: number; offset?: number }) {
  let nowMs = 0
  const rehearsal = (ms: number, values: readonly number[]) => async () => {
    nowMs += ms
    return [[0, 1], values]
  }
  return {
    float32: rehearsal(float32Ms, [0, 10, 20, 30]),
    int8: rehearsal(int8Ms, [0, 10, 20, 30 + offset]),
    maxError: 0.1,
    nowMs: () => nowMs,
  }
}

describe('comparePrecisions', () => {
  it('takes int8 where it is faster and right, and says by how much', async () => {
    expect(await comparePrecisions(contest({ float32Ms: 100, int8Ms: 50, offset: 1 }))).toEqual({
      name: 'int8',
      reason: 'int8 is 2.00 times as fast as float32 on this CPU, off by 4.5 %',
    })
  })

  it.each([100, 120, 97])('stays with float32 where int8 takes %d ms to its 100', async (int8Ms) => {
    const { name, reason } = await comparePrecisions(contest({ float32Ms: 100, int8Ms }))
    expect(name).toBe('float32')
    expect(reason).toMatch(/no gain/)
  })

  it('looks longer where the first runs leave it open', async () => {
    let [nowMs, runs] = [0, 0]
    const disturbed = {
      ...contest({ float32Ms: 0, int8Ms: 0 }),
      float32: async () => ((nowMs += 100), [[0, 10]]),
      // Its first four runs, the one for the numbers included, fall into a busy moment.
      int8: async () => ((nowMs += runs++ < 4 ? 105 : 60), [[0, 10]]),
      nowMs: () => nowMs,
    }
    expect(await comparePrecisions(disturbed)).toMatchObject({ name: 'int8' })
  })

  it.each([10, Number.NaN])('stays with float32 where int8 is off by %d', async (offset) => {
    const { name, reason } = await comparePrecisions(contest({ float32Ms: 100, int8Ms: 10, offset }))
    expect(name).toBe('float32')
    expect(reason).toMatch(/off by .* on this CPU, at most 10\.0 %/)
  })
})

describe('errorOf', () => {
  it('is 0 for the same and 1 for the mean alone', () => {
    expect(errorOf([1, 2, 3], [1, 2, 3])).toBe(0)
    expect(errorOf([1, 2, 3], [2, 2, 2])).toBeCloseTo(1)
  })

  it('is no number for another length', () => {
    expect(errorOf([1, 2, 3], [1, 2])).toBeNaN()
    expect(errorOf([], [])).toBeNaN()
  })
})
