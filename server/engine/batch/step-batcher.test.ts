import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { img2img, type Img2ImgJob } from '../../../lib/lcm/img2img.ts'
import type { PredictInput } from '../../../lib/lcm/models.ts'
import { createSchedule, LCM_DEFAULTS } from '../../../lib/lcm/schedule.ts'
import { dummyModels, dummySketch } from '../../../lib/lcm/_util/dummy-models.ts'
import { FakeClock } from '../../../lib/std/testing/fake-clock.ts'
import { StepBatcher, type Lane, type LaneOptions } from './step-batcher.ts'

const COSTS = new Map([
  [1, 10],
  [2, 14],
  [4, 20],
  [8, 36],
])
const size = { width: 64, height: 64 }
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const settle = async () => {
  for (let i = 0; i < 8; i++) await turn()
}

const input = (value: number, of = size): PredictInput => ({
  sample: Float32Array.of(value),
  channels: 1,
  size: of,
  timestep: value,
  prompt: { data: new Float32Array(8), dims: [1, 1, 8] },
  timestepCond: undefined,
})

/** A device whose calls end when the test says so. */
function device(costs: ReadonlyMap<number, number> = COSTS) {
  const clock = new FakeClock()
  const calls: { readonly values: number[]; readonly bucket: number }[] = []
  let end: ((error?: Error) => void) | undefined
  const batcher = new StepBatcher({
    costs,
    clock,
    turn,
    run: (rows, bucket) => {
      calls.push({ values: rows.map(({ timestep }) => timestep), bucket })
      return new Promise((resolve, reject) => {
        end = (error) =>
          error ? reject(error) : resolve(rows.map(({ timestep }) => Float32Array.of(timestep * 2)))
      })
    },
  })
  return {
    clock,
    calls,
    batcher,
    /** Ends the call that runs, after `ms`. */
    async endCall(ms = 10, error?: Error) {
      clock.advance(ms)
      const running = end
      end = undefined
      if (running === undefined) throw new Error('no call runs')
      running(error)
      await settle()
    },
  }
}

function lane(change: Partial<LaneOptions> = {}): LaneOptions {
  return { mode: 'live', signal: { aborted: false }, onRun: () => undefined, ...change }
}

const predictIn = (joined: Lane) => joined.over(dummyModels()).predict

describe('StepBatcher', () => {
  it('runs a lone row at once, and gathers those that come while the device is busy', async () => {
    const { batcher, calls, endCall } = device()
    const first = batcher.join(lane())
    const results = [predictIn(first)(input(1))]
    await settle()
    expect(calls).toEqual([{ values: [1], bucket: 1 }])
    for (const value of [2, 3, 4]) results.push(predictIn(batcher.join(lane()))(input(value)))
    await settle()
    expect(calls).toHaveLength(1)
    await endCall()
    first.leave()
    await settle()
    expect(calls[1]).toEqual({ values: [2, 3, 4], bucket: 4 })
    await endCall()
    expect((await Promise.all(results)).map(([value]) => value)).toEqual([2, 4, 6, 8])
  })

  it('waits 2 ms for rows that have just been run, not longer, and not for those that left', async () => {
    const { batcher, calls, clock, endCall } = device()
    const [a, b] = [batcher.join(lane()), batcher.join(lane())]
    void predictIn(a)(input(1))
    await settle()
    void predictIn(b)(input(2))
    await endCall()
    expect(calls, 'a may be back within 2 ms').toHaveLength(1)
    void predictIn(a)(input(3))
    await settle()
    expect(calls[1]).toEqual({ values: [2, 3], bucket: 2 })
    await endCall()
    void predictIn(b)(input(4))
    await settle()
    clock.advance(1.9)
    await settle()
    expect(calls).toHaveLength(2)
    clock.advance(0.1)
    await settle()
    expect(calls[2]).toEqual({ values: [4], bucket: 1 })
    void predictIn(a)(input(5))
    await endCall()
    b.leave()
    await settle()
    expect(calls[3]).toEqual({ values: [5], bucket: 1 })
    expect(clock.pending).toBe(0)
  })

  it('does not wait once the device has been idle, nor for another size', async () => {
    const { batcher, calls, clock, endCall } = device()
    const [a, b] = [batcher.join(lane()), batcher.join(lane())]
    void predictIn(a)(input(1, { width: 128, height: 64 }))
    await settle()
    void predictIn(b)(input(2))
    await endCall()
    expect(calls).toHaveLength(2)
    await endCall()
    clock.advance(2)
    void predictIn(a)(input(3))
    await settle()
    expect(calls).toHaveLength(3)
  })

  it('counts two passes as two rows of one call, and their time once', async () => {
    const told: (readonly [number, number])[] = []
    const { batcher, calls, endCall } = device()
    const predict = predictIn(batcher.join(lane({ onRun: (ms, ownMs) => told.push([ms, ownMs]) })))
    void Promise.all([predict(input(1)), predict(input(2))])
    await settle()
    expect(calls).toEqual([{ values: [1, 2], bucket: 2 }])
    await endCall(14)
    expect(told).toEqual([
      [7, 7],
      [7, 7],
    ])
  })

  it('tells each picture the time of the call, and its own part of it', async () => {
    const told: (readonly [number, number])[] = []
    const { batcher, endCall } = device()
    void predictIn(batcher.join(lane()))(input(0))
    await settle()
    const onRun = (ms: number, ownMs: number) => told.push([ms, ownMs])
    for (const value of [1, 2]) void predictIn(batcher.join(lane({ onRun })))(input(value))
    await endCall()
    await endCall(14)
    expect(told).toEqual([
      [14, 7],
      [14, 7],
    ])
  })

  it('withdraws the waiting row of a cancelled picture, and keeps the others', async () => {
    const { batcher, calls, endCall } = device()
    const first = batcher.join(lane())
    void predictIn(first)(input(1))
    await settle()
    const signal = { aborted: false }
    const cancelled = predictIn(batcher.join(lane({ signal })))(input(2))
    const kept = predictIn(batcher.join(lane()))(input(3))
    signal.aborted = true
    await Promise.all([expect(cancelled).rejects.toThrow('withdrawn'), endCall().then(() => first.leave())])
    await settle()
    expect(calls[1]?.values).toEqual([3])
    await endCall()
    expect((await kept)[0]).toBe(6)
  })

  it('fails the rows of a call that failed, and goes on', async () => {
    const { batcher, calls, endCall } = device()
    const failing = predictIn(batcher.join(lane()))(input(1))
    await settle()
    const next = predictIn(batcher.join(lane()))(input(2))
    await Promise.all([expect(failing).rejects.toThrow('device lost'), endCall(10, new Error('device lost'))])
    expect(calls[1]?.values).toEqual([2])
    await endCall()
    expect((await next)[0]).toBe(4)
  })
})

describe('pictures made together', () => {
  const schedule = createSchedule({ ...LCM_DEFAULTS, predictionType: 'epsilon' })
  const rgb = dummySketch(size)
  const job = (seed: number, steps: number): Img2ImgJob => ({
    prompt: 'a house',
    rgb,
    size,
    steps,
    strength: 0.8,
    guidanceScale: 1 + seed,
    seed,
  })
  const jobs = fc.array(
    fc.record({
      seed: fc.integer({ min: 0, max: 9 }),
      steps: fc.integer({ min: 1, max: 6 }),
      mode: fc.constantFrom('live' as const, 'refine' as const),
      startAfter: fc.integer({ min: 0, max: 12 }),
      cancelAfter: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 10 },
  )

  it('are those they would be alone, whoever joins, leaves or is cancelled between their steps', async () => {
    await fc.assert(
      fc.asyncProperty(jobs, async (drawn) => {
        const alone = dummyModels()
        let rowsRun = 0
        const batcher = new StepBatcher({
          costs: COSTS,
          clock: new FakeClock(),
          turn,
          run: (rows, bucket) => {
            expect(rows.length).toBeLessThanOrEqual(bucket)
            rowsRun += rows.length
            return Promise.all(rows.map((row) => alone.predict(row)))
          },
        })
        let expectedRows = 0
        const paint = async (one: (typeof drawn)[number]) => {
          for (let i = 0; i < one.startAfter; i++) await turn()
          const signal = { aborted: false }
          const joined = batcher.join(lane({ mode: one.mode, signal }))
          const onStep = async ({ step }: { step: number }) => {
            expectedRows += 1
            if (step === one.cancelAfter) signal.aborted = true
            await turn()
          }
          const work = job(one.seed, one.steps)
          const painted = img2img(joined.over(alone), schedule, work, { signal, onStep }).finally(
            joined.leave,
          )
          if (one.cancelAfter !== undefined && one.cancelAfter <= one.steps)
            return expect(painted).rejects.toMatchObject({
              name: 'CancelledError',
              stepsDone: one.cancelAfter,
            })
          const { latents } = await painted
          return expect(latents).toEqual((await img2img(dummyModels(), schedule, work)).latents)
        }
        await Promise.all(drawn.map(paint))
        expect(rowsRun).toBe(expectedRows)
      }),
      { numRuns: 25 },
    )
  })
})
