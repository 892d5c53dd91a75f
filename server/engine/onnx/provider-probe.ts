// What a provider can do on this machine, found out by running two small graphs on it. Only for a child process: a
// driver may abort, or never answer.
import { messageOf } from '../../../lib/std/errors.ts'
import { usableCores } from '../cores.ts'
import type { Probed } from '../slot-protocol.ts'
import { inWordsOf } from './driver-words.ts'
import { openGraph, type Graph } from './runtime.ts'

/** x [1,1,4,4] float32 -> a 3x3 convolution with ones, ReLU -> y: 179 bytes of ONNX. */
const PROBE_GRAPH =
  'CAg6qAEKIgoBeAoBdxIBYyIEQ29udioRCgRwYWRzQAFAAUABQAGgAQcKDAoBYxIBeSIEUmVsdRIFcHJvYmUqMwgBCAEIAwgDEAFCAXdKJAAAgD8AAIA/' +
  'AACAPwAAgD8AAIA/AACAPwAAgD8AAIA/AACAP1obCgF4EhYKFAgBEhAKAggBCgIIAQoCCAQKAggEYhsKAXkSFgoUCAESEAoCCAEKAggBCgIIBAoCCARCBAoAEBE='

/** x [1,128,h,w] float32 -> a 3x3 convolution to 128 channels, ReLU, the mean of each channel -> y: 227 bytes of ONNX. */
const WORK_GRAPH =
  'CAgSADrWAQoyCgFzEgF3Ig9Db25zdGFudE9mU2hhcGUqGQoFdmFsdWUqDQgBEAEiBG8SgzpCAXagAQQKIgoBeAoBdxIBYyIEQ29udioRCgRwYWRzQAFA' +
  'AUABQAGgAQcKDAoBYxIBciIEUmVsdQoZCgFyEgF5IhFHbG9iYWxBdmVyYWdlUG9vbBIEd29yayoPCAQQBzoGgAGAAQMDQgFzWh4KAXgSGQoXCAESEwoC' +
  'CAEKAwiAAQoDEgFoCgMSAXdiHAoBeRIXChUIARIRCgIIAQoDCIABCgIIAQoCCAFCBAoAEBE='
/**
 * Sides of x: what a driver without a GPU takes half a second for, so that it is known for one soon, and what outweighs the
 * few ms that any call costs.
 */
const SIDES = [16, 64] as const
const gflopOf = (side: number) => (2 * 128 * 128 * 9 * side ** 2) / 1e9

/** Timed runs of each, the least counts: what disturbs a run only makes it longer, and a GPU that idled wakes up first. */
const RUNS = 5
/** A slow one is not run that often (ms of them all). */
const ENOUGH_MS = 400
/**
 * A GPU may be this much slower than the CPU and still be taken: a machine's mood, and the few ms that a call costs however
 * small it is, which count here and not in a picture. A software driver is slower by far more than that.
 */
const ALLOWED = { factor: 1.5, ms: 10 } as const

export interface WhatToProbe {
  readonly provider: string
  /** Whether it must not be slower than provider cpu, as drivers are that have no GPU (llvmpipe, SwiftShader). */
  readonly againstCpu: boolean
}

/** Runs small graphs on `provider`: what is wrong with it, and if nothing is, whether the CPU is faster. */
export async function probeProvider({ provider, againstCpu }: WhatToProbe): Promise<Probed> {
  try {
    const corner = await firstValue(provider)
    if (corner !== 4) return { problem: `it gave ${String(corner)} where 4 is right` }
    if (!againstCpu) return { problem: undefined }
    for (const side of SIDES) {
      const slow = slowness(side, await workMs(provider, side), await workMs('cpu', side))
      if (slow !== undefined) return { problem: undefined, slow }
    }
    return { problem: undefined }
  } catch (error) {
    // The reason alone: what `openGraph` says to do about it is meant for models.
    return { problem: inWordsOf(messageOf(error instanceof Error ? (error.cause ?? error) : error)) }
  }
}

/** In words; `undefined` where the provider is fast enough. */
export function slowness(side: number, providerMs: number, cpuMs: number): string | undefined {
  if (providerMs <= cpuMs * ALLOWED.factor + ALLOWED.ms) return undefined
  const work = `a convolution of ${gflopOf(side).toFixed(2)} GFLOP`
  const times = `${work} takes it ${providerMs.toFixed(1)} ms, and cpu ${cpuMs.toFixed(1)} ms`
  return `it is slower than the CPU, as a driver is that has no GPU: ${times}`
}

async function firstValue(provider: string): Promise<number | undefined> {
  return await withGraph(PROBE_GRAPH, provider, async (graph) => {
    const [y] = await graph.run({ x: { data: new Float32Array(16).fill(1), dims: [1, 1, 4, 4] } })
    return Number(y?.data[0])
  })
}

async function workMs(provider: string, side: number): Promise<number> {
  const x = { data: new Float32Array(128 * side ** 2).fill(1), dims: [1, 128, side, side] }
  return await withGraph(WORK_GRAPH, provider, async (graph) => {
    // Not timed: it compiles.
    await graph.run({ x })
    const startedMs = performance.now()
    let leastMs = Infinity
    for (let i = 0; i < RUNS && performance.now() - startedMs < ENOUGH_MS; i++) {
      const runMs = performance.now()
      await graph.run({ x })
      leastMs = Math.min(leastMs, performance.now() - runMs)
    }
    return leastMs
  })
}

async function withGraph<T>(
  base64: string,
  provider: string,
  work: (graph: Graph) => Promise<T>,
): Promise<T> {
  const bytes = Buffer.from(base64, 'base64')
  const graph = await openGraph('the probe', { provider, threads: usableCores() }, bytes)
  try {
    return await work(graph)
  } finally {
    await graph.release()
  }
}
