import { describe, expect, it } from 'vitest'
import type { PredictInput } from '../../../lib/lcm/models.ts'
import { assumedCosts, measureCosts, rowsAt } from './measure-costs.ts'

const row: PredictInput = {
  sample: new Float32Array(4),
  channels: 4,
  size: { width: 8, height: 8 },
  timestep: 499,
  prompt: { data: new Float32Array(8), dims: [1, 1, 8] },
  timestepCond: undefined,
}

/** A device whose first call of each kind is slow, and which cannot do what `breaksAt` says. */
function device(msOf: (rows: number) => number, breaksAt = Infinity) {
  let nowMs = 0
  const seen = new Set<number>()
  const told: number[] = []
  return {
    row,
    maxRows: 8,
    nowMs: () => nowMs,
    told,
    onCall: async (rows: number) => void told.push(rows),
    async run(rows: readonly PredictInput[], bucket: number) {
      if (rows.length !== bucket) throw new Error('not filled')
      if (bucket >= breaksAt) throw new Error('out of memory')
      nowMs += seen.has(bucket) ? msOf(bucket) : 5000
      seen.add(bucket)
    },
  }
}

describe('measureCosts', () => {
  it('times every bucket once it is warm, and tells how many rows pay', async () => {
    const { costs, rows, reason } = await measureCosts(device((count) => 8 + 3 * count))
    expect([...costs]).toEqual([
      [1, 11],
      [2, 14],
      [4, 20],
      [8, 32],
    ])
    expect(rows).toBe(8)
    expect(reason).toBe('up to 8 rows in a call (1: 11.0 ms, 2: 14.0 ms, 4: 20.0 ms, 8: 32.0 ms)')
  })

  it('finds that more rows do not pay', async () => {
    const { rows, tried, reason } = await measureCosts(device((count) => count ** 1.1))
    expect([rows, tried]).toEqual([1, 8])
    expect(reason).toMatch(/^more rows in a call are no faster \(1: 1.0 ms/)
  })

  it('stops at the most the model allows, and at what the device cannot do', async () => {
    const limited = await measureCosts({ ...device((count) => 8 + count), maxRows: 2 })
    expect([...limited.costs.keys()]).toEqual([1, 2])
    expect(limited).toMatchObject({ rows: 2, tried: 2 })
    const broken = await measureCosts(device((count) => 8 + count, 4))
    expect([...broken.costs.keys()]).toEqual([1, 2])
    expect(broken).toMatchObject({ rows: 2, tried: 4 })
    expect(broken.reason).toContain('4 rows failed (out of memory)')
  })

  it('takes no minutes on a slow device: a long call is run twice, and no larger one is tried', async () => {
    const slow = device((count) => 2600 * count)
    expect(await measureCosts(slow)).toMatchObject({
      rows: 1,
      tried: 1,
      reason: 'no calls of more rows (1: 2600.0 ms; larger ones were not tried)',
    })
    expect(slow.nowMs()).toBe(5000 + 2600)
    const middling = await measureCosts(device((count) => 300 + 200 * count))
    expect(middling).toMatchObject({ rows: 4, tried: 4 })
    expect(middling.reason).toMatch(/4: 1100\.0 ms; larger ones were not tried\)$/)
  })

  it('tells what it is about to call before it does, and when nothing risky is left', async () => {
    const well = device((count) => 8 + count)
    await measureCosts(well)
    expect(well.told).toEqual([1, 2, 4, 8, 1])
    const poor = device((count) => 8 + count, 4)
    await measureCosts(poor)
    expect(poor.told).toEqual([1, 2, 4, 1])
    // It does not come back from four: the last word is what it was about to do.
    const lost = device(() => 1)
    const run = async (rows: readonly PredictInput[]) => {
      if (lost.told.includes(4)) throw new Error(`device lost before ${rows.length}`)
    }
    await expect(measureCosts({ ...lost, run })).rejects.toThrow('device lost before 1')
    expect(lost.told).toEqual([1, 2, 4])
  })

  it('fails with a device that cannot do one row, or cannot any more', async () => {
    await expect(measureCosts(device(() => 1, 1))).rejects.toThrow('out of memory')
    let isLost = false
    const dying = {
      ...device(() => 1),
      run: async (rows: readonly PredictInput[]) => {
        isLost ||= rows.length > 1
        if (isLost) throw new Error('device lost')
      },
    }
    await expect(measureCosts(dying)).rejects.toThrow('device lost')
  })
})

it('without measuring, as many rows as the model allows are taken to pay', () => {
  expect([1, 2, 3, 4, 8, 100].map((most) => assumedCosts(most).rows)).toEqual([1, 2, 2, 4, 8, 8])
})

it('at larger sizes calls carry fewer rows, by the square of the area', () => {
  const of = (width: number, height: number) => rowsAt({ width, height }, { width: 512, height: 512 }, 8)
  expect([of(512, 512), of(768, 512), of(768, 768), of(1024, 1024)]).toEqual([8, 3, 1, 1])
  // What was not measured is not tried.
  expect(of(256, 256)).toBe(8)
})
