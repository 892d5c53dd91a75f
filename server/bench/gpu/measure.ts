// How long one graph takes on a provider: milliseconds a run, tensors made and read included, as the engine pays it.
import { join } from 'node:path'
import { messageOf } from '../../../lib/std/errors.ts'
import { openGraph, type Port, type RuntimeOptions, type TensorValue } from '../../engine/onnx/runtime.ts'
import type { Outcome } from './figure.ts'
import { timeRuns, timesOf, type Timing } from './timing.ts'

export interface MeasureOptions extends RuntimeOptions, Timing {
  readonly dir: string
}

/**
 * Times `file` of the folder. The graph is not released: a driver that fails in that would take the figure with it, and
 * the process that measures ends with its figures.
 */
export async function measureGraph(file: string, options: MeasureOptions): Promise<Outcome> {
  try {
    const startedMs = options.clock.now()
    const graph = await openGraph(join(options.dir, file), options)
    const openMs = options.clock.now() - startedMs
    const feeds = Object.fromEntries(graph.inputs.map((port) => [port.name, sample(port)]))
    const { firstMs, ms } = await timeRuns(() => graph.run(feeds), options)
    const batch = Number(graph.inputs[0]?.shape[0])
    const times = timesOf(ms)
    return { openMs, firstMs, ms: times, perSecond: (batch * 1000) / times.p50 }
  } catch (error) {
    return { failed: messageOf(error) }
  }
}

/** Values of ordinary size; the cost of a graph does not depend on them. */
function sample({ name, type, shape }: Port): TensorValue {
  const dims = shape.map(Number)
  const length = dims.reduce((product, dim) => product * dim, 1)
  if (type === 'uint8') return { data: Uint8Array.from({ length }, (_, i) => (i * 7) % 256), dims }
  if (name === 'timestep') return { data: new Float32Array(length).fill(499), dims }
  return { data: Float32Array.from({ length }, (_, i) => Math.sin(i * 0.7)), dims }
}
