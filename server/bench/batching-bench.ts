// How many people one engine serves with and without step-level batching: throughput and latency over real sockets.
import { createLocalEngine, type BatchingChoice, type LocalEngine } from '../engine/local-engine.ts'
import { createEvents } from '../events.ts'
import type { Spread } from '../../lib/std/statistics.ts'
import { benchSockets, withServer } from './gateway-bench.ts'

export interface BatchingFigures {
  readonly users: number
  readonly batching: BatchingChoice
  /** Jobs the engine took at a time. */
  readonly slots: number
  /** Pictures a second, all users together. */
  readonly fps: number
  readonly latencyMs: Spread
  readonly failed: number
}

export interface BatchingRun {
  readonly modelDir: string
  readonly provider: string | undefined
  readonly users: readonly number[]
  /** Of each measurement. */
  readonly seconds: number
  /** Times each is repeated, on and off in turn: what else the machine does falls on both. */
  readonly rounds: number
}

export async function benchBatching(run: BatchingRun): Promise<BatchingFigures[]> {
  const { log } = createEvents('error')
  const open = (batching: BatchingChoice): Promise<LocalEngine> =>
    createLocalEngine({
      modelDir: run.modelDir,
      log,
      batching,
      ...(run.provider === undefined ? {} : { provider: run.provider }),
    })
  await using off = await open('off')
  await using on = await open('on')
  const figures: BatchingFigures[] = []
  for (const users of run.users) {
    for (let round = 0; round < run.rounds; round++) {
      for (const [batching, engine] of [['off', off] as const, ['on', on] as const])
        figures.push({ batching, ...(await measure(engine, users, run.seconds)) })
    }
  }
  return figures
}

async function measure(engine: LocalEngine, users: number, seconds: number) {
  const { fps, latencyMs, failed } = await withServer(engine, (url) =>
    benchSockets(engine, url, { sockets: users, seconds }),
  )
  return { users, slots: engine.slots, fps, latencyMs, failed }
}

/** For people: one line per number of users, on beside off, the median of the rounds. */
export function batchingLines(figures: readonly BatchingFigures[]): string[] {
  const users = [...new Set(figures.map((one) => one.users))]
  return users.map((count) => {
    const side = (batching: BatchingChoice) => {
      const runs = figures.filter((one) => one.users === count && one.batching === batching)
      const fps = median(runs.map((one) => one.fps))
      return { fps, p50: median(runs.map((one) => one.latencyMs.p50)) }
    }
    const [off, on] = [side('off'), side('on')]
    const gain = `throughput ${(on.fps / off.fps).toFixed(2)}x, latency ${(on.p50 / off.p50).toFixed(2)}x`
    const words = ({ fps, p50 }: typeof on) => `${fps.toFixed(1)} fps, p50 ${p50.toFixed(0)} ms`
    return `users ${String(count).padStart(2)}  off ${words(off)} | on ${words(on)} | ${gain}`
  })
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}
