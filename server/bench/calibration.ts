import { availableParallelism, cpus } from 'node:os'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { openGraph } from '../engine/onnx/runtime.ts'
import { percentile } from '../../lib/std/statistics.ts'

export interface MachineFigures {
  readonly cpu: string
  readonly cores: number
  readonly node: string
  /** Rate of a fixed float32 convolution on all cores, in GFLOP/s: the speed of this machine at this moment. */
  readonly calibrationGflops: number
}

// Four 3x3 convolutions, 64 -> 64 channels at 64x64 (server/bench/calibration.onnx).
const CHANNELS = 64
const SIDE = 64
const LAYERS = 4
const FLOP = 2 * LAYERS * SIDE * SIDE * CHANNELS * CHANNELS * 9
const RUNS = 40

/** Times the fixed convolution. Shared machines drift, so figures hold beside this one or not at all. */
export async function measureMachine(): Promise<MachineFigures> {
  const path = fileURLToPath(new URL('../../../server/bench/calibration.onnx', import.meta.url))
  const graph = await openGraph(path, { provider: 'cpu', threads: availableParallelism() })
  const dims = [1, CHANNELS, SIDE, SIDE]
  const x = { data: new Float32Array(CHANNELS * SIDE * SIDE).fill(0.5), dims }
  const times: number[] = []
  for (let i = 0; i < RUNS; i++) {
    const startedMs = performance.now()
    await graph.run({ x })
    times.push(performance.now() - startedMs)
  }
  await graph.release()
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.versions.node,
    calibrationGflops: FLOP / percentile(times, 50) / 1e6,
  }
}
