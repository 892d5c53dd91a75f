// How long one graph takes on a provider: milliseconds a run, tensors made and read included, as the engine pays it.
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { messageOf } from '../../../lib/std/errors.ts'
import { spread } from '../../../lib/std/statistics.ts'
import {
  openGraph,
  type Graph,
  type Port,
  type RuntimeOptions,
  type TensorValue,
} from '../../engine/onnx/runtime.ts'

export interface Times {
  readonly p50: number
  readonly p95: number
  readonly runs: number
}

export type GraphFigures =
  | {
      readonly openMs: number
      /** The first run: shaders and kernels are compiled, memory is taken. */
      readonly firstMs: number
      readonly ms: Times
      /** Pictures a second at this batch. */
      readonly perSecond: number
    }
  /** Why it could not be opened or run; the others are measured all the same. */
  | { readonly failed: string }

export interface MeasureOptions extends RuntimeOptions {
  readonly dir: string
  readonly runs: number
}

const WARM_UP = 2

/** Times `file` of the folder. */
export async function measureGraph(file: string, options: MeasureOptions): Promise<GraphFigures> {
  const startedMs = performance.now()
  let graph: Graph | undefined
  try {
    graph = await openGraph(join(options.dir, file), options)
    const openMs = performance.now() - startedMs
    const feeds = Object.fromEntries(graph.inputs.map((port) => [port.name, sample(port)]))
    const [firstMs = 0, ...others] = await timedRuns(() => graph?.run(feeds), options.runs + 1 + WARM_UP)
    const ms = times(others.slice(WARM_UP))
    const batch = Number(graph.inputs[0]?.shape[0])
    return { openMs, firstMs, ms, perSecond: (batch * 1000) / ms.p50 }
  } catch (error) {
    return { failed: messageOf(error) }
  } finally {
    await graph?.release()
  }
}

/** Milliseconds of each of `count` calls, one after the other. */
export async function timedRuns(run: () => unknown, count: number): Promise<number[]> {
  const all: number[] = []
  for (let i = 0; i < count; i++) {
    const startedMs = performance.now()
    await run()
    all.push(performance.now() - startedMs)
  }
  return all
}

export function times(ms: readonly number[]): Times {
  const { p50, p95 } = spread(ms)
  return { p50, p95, runs: ms.length }
}

/** Values of ordinary size; the cost of a graph does not depend on them. */
function sample({ name, type, shape }: Port): TensorValue {
  const dims = shape.map(Number)
  const length = dims.reduce((product, dim) => product * dim, 1)
  if (type === 'uint8') return { data: Uint8Array.from({ length }, (_, i) => (i * 7) % 256), dims }
  if (name === 'timestep') return { data: new Float32Array(length).fill(499), dims }
  return { data: Float32Array.from({ length }, (_, i) => Math.sin(i * 0.7)), dims }
}
