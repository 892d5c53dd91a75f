import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isWorthWaiting,
  nextCall,
  REFINE_PATIENCE,
  usefulRows,
  type CallCosts,
  type WaitingRow,
} from './next-call.ts'

/** An A100's, from published figures of onnxruntime's CUDA provider (ms a call). */
const GPU: CallCosts = new Map([
  [1, 10.2],
  [2, 15],
  [4, 24.1],
  [8, 43],
])
/** A CPU's: twice the rows take twice as long. */
const CPU: CallCosts = new Map([
  [1, 50],
  [2, 101],
  [4, 203],
  [8, 410],
])
/** Filling up is free here. */
const FLAT: CallCosts = new Map([
  [1, 10],
  [2, 10],
  [4, 10],
  [8, 10],
])

const row = (change: Partial<WaitingRow> = {}): WaitingRow => ({
  size: '512x512',
  mode: 'live',
  passedBy: 0,
  ...change,
})
const rows = (count: number) => Array.from({ length: count }, () => row())

describe('the next call', () => {
  it('is none when nothing waits, and a single row goes alone', () => {
    expect(nextCall([], GPU)).toBeUndefined()
    expect(nextCall(rows(1), GPU)).toEqual({ rows: rows(1), bucket: 1 })
  })

  it('has no more rows than its size allows, whoever waits beside it', () => {
    const large = Array.from({ length: 5 }, () => row({ size: '768x768', most: 3 }))
    expect(nextCall([...large, ...rows(8)], GPU)).toEqual({ rows: large.slice(0, 2), bucket: 2 })
    // Not filled up either: what is in the way is the call, not its rows.
    expect(nextCall(large.slice(0, 3), FLAT)?.bucket).toBe(2)
    expect(nextCall([row({ most: 1 }), row({ most: 1 })], FLAT)).toMatchObject({ bucket: 1 })
  })

  it.each([
    [
      'splits three and five where that is faster',
      GPU,
      { 2: [2, 2], 3: [2, 2], 5: [4, 4], 8: [8, 8], 11: [8, 8] },
    ],
    ['fills up where filling up is free', FLAT, { 3: [3, 4], 5: [5, 8], 7: [7, 8] }],
    ['sends one at a time where batches cost as much as their rows', CPU, { 2: [1, 1], 8: [1, 1] }],
  ])('%s', (_, costs, expected) => {
    for (const [waiting, [taken, bucket]] of Object.entries(expected)) {
      const call = nextCall(rows(Number(waiting)), costs)
      expect([call?.rows.length, call?.bucket], `${waiting} rows`).toEqual([taken, bucket])
    }
  })

  it('never mixes sizes, and begins with the one that has waited longest', () => {
    const waiting = [row({ size: 'a' }), row({ size: 'b' }), row({ size: 'b' }), row({ size: 'a' })]
    expect(nextCall(waiting, FLAT)?.rows).toEqual([waiting[0], waiting[3]])
  })

  it('takes live frames before refinements, which ride along only where there is room', () => {
    const [refining, other] = [row({ mode: 'refine' }), row({ mode: 'refine', size: 'large' })]
    const [first, second, third] = [row(), row(), row()]
    expect(nextCall([refining, first, second], GPU)?.rows).toEqual([first, second])
    expect(nextCall([other, refining, first, second, third], FLAT)?.rows).toEqual([
      first,
      second,
      third,
      refining,
    ])
    expect(nextCall([other, refining], GPU)?.rows).toEqual([other])
  })

  it('takes a refinement once enough calls have passed it by', () => {
    const refining = row({ mode: 'refine', size: 'large', passedBy: REFINE_PATIENCE })
    expect(nextCall([refining, row(), row()], GPU)?.rows).toEqual([refining])
    expect(nextCall([{ ...refining, passedBy: REFINE_PATIENCE - 1 }, row()], GPU)?.rows).toEqual([row()])
  })
})

describe('waiting for rows that are about to be back', () => {
  it('pays where they gain more than the wait costs', () => {
    expect(isWorthWaiting(2, 2, GPU)).toBe(true)
    expect(isWorthWaiting(8, 4, GPU)).toBe(false)
    expect(isWorthWaiting(1, 3, CPU)).toBe(false)
    expect(isWorthWaiting(1, 0, FLAT)).toBe(false)
    expect(isWorthWaiting(0, 3, FLAT)).toBe(false)
    const fast: CallCosts = new Map([
      [1, 1],
      [2, 1.5],
    ])
    expect(isWorthWaiting(1, 1, fast)).toBe(false)
  })
})

it('more rows than are useful are not asked for', () => {
  expect([GPU, CPU, FLAT].map(usefulRows)).toEqual([8, 1, 8])
  expect(usefulRows(new Map([...GPU, [8, 60]]))).toBe(4)
})

/** A device that does one call after the other while rows come in at any time. */
describe('any course of rows', () => {
  interface Sent extends WaitingRow {
    readonly id: number
    passedBy: number
    /** Calls made before it came. */
    readonly after: number
  }
  const sizes = fc.constantFrom('256x256', '512x512')
  const modes = fc.constantFrom('live' as const, 'live' as const, 'refine' as const)
  const arrivals = fc.array(fc.array(fc.record({ size: sizes, mode: modes }), { maxLength: 6 }), {
    maxLength: 40,
  })
  const anyCosts = fc
    .tuple(...[1, 2, 4, 8].map(() => fc.double({ min: 0.5, max: 200, noNaN: true })))
    .map((ms) => new Map([1, 2, 4, 8].map((bucket, i) => [bucket, ms[i] ?? 1])))

  function course(ticks: readonly (readonly Pick<WaitingRow, 'size' | 'mode'>[])[], costs: CallCosts) {
    const calls: Sent[][] = []
    let waiting: Sent[] = []
    let id = 0
    const send = () => {
      const call = nextCall(waiting, costs)
      if (call === undefined) return
      expect(call.rows.length).toBeGreaterThan(0)
      expect(call.rows.length).toBeLessThanOrEqual(call.bucket)
      expect(costs.has(call.bucket)).toBe(true)
      calls.push([...call.rows])
      waiting = waiting.filter((one) => !call.rows.includes(one))
      for (const one of waiting) one.passedBy += 1
    }
    for (const tick of ticks) {
      waiting.push(...tick.map((one) => ({ ...one, id: id++, passedBy: 0, after: calls.length })))
      send()
    }
    for (let left = waiting.length; left > 0; left--) send()
    expect(waiting).toEqual([])
    return { calls, count: id }
  }

  it('takes every row exactly once, in calls of one size', () => {
    fc.assert(
      fc.property(arrivals, anyCosts, (ticks, costs) => {
        const { calls, count } = course(ticks, costs)
        const taken = calls.flat().map((one) => one.id)
        expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
        for (const call of calls) expect(new Set(call.map(({ size }) => size)).size).toBe(1)
      }),
    )
  })

  it('lets nothing starve: live rows wait for older ones alone, refinements a bounded time longer', () => {
    fc.assert(
      fc.property(arrivals, anyCosts, (ticks, costs) => {
        const { calls } = course(ticks, costs)
        for (const [at, call] of calls.entries()) {
          for (const one of call) {
            const older = calls
              .slice(one.after, at)
              .flat()
              .filter(({ id }) => id < one.id).length
            const most = one.mode === 'live' ? older : older + REFINE_PATIENCE
            expect(at - one.after, JSON.stringify(one)).toBeLessThanOrEqual(most)
          }
        }
      }),
    )
  })
})
