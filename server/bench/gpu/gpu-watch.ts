// What nvidia-smi says while something is measured. An onnxruntime provider does not tell which device it took, so the
// memory that the weights must have filled is the evidence that it was this one.
import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { percentile } from '../../../lib/std/statistics.ts'
import type { GpuReading } from './figure.ts'

const run = promisify(execFile)
const MIB = 1 << 20

/** One GPU at one moment. */
export interface GpuSample {
  readonly index: string
  readonly memoryMiB: number
  /** Absent where the driver does not tell. */
  readonly utilizationPercent: number | undefined
  readonly smClockMHz: number | undefined
}

export type AskGpus = () => Promise<readonly GpuSample[]>

const FIELDS = 'index,memory.used,utilization.gpu,clocks.sm'
/** Asking takes the driver a few milliseconds; twice a second disturbs no run that could be told. */
const PAUSE_MS = 500
/** Two seconds' worth: the runs that are timed are the last that a figure takes. */
const LATE = 4

/** The GPUs as they are now; none where nvidia-smi is not installed or does not answer. */
export const askNvidia: AskGpus = async () => {
  const query = [`--query-gpu=${FIELDS}`, '--format=csv,noheader,nounits']
  const answer = await run('nvidia-smi', query, { timeout: 10_000 }).catch(() => undefined)
  return samplesOf(answer?.stdout ?? '')
}

/** One line a GPU; what a driver does not know it calls [N/A] or [Not Supported]. */
export function samplesOf(csv: string): GpuSample[] {
  return csv.split('\n').flatMap((line) => {
    const [index, ...values] = line.split(',').map((value) => value.trim())
    const [memoryMiB, utilizationPercent, smClockMHz] = values.map((value) =>
      /^\d+$/.test(value) ? Number(value) : undefined,
    )
    return index === undefined || memoryMiB === undefined
      ? []
      : [{ index, memoryMiB, utilizationPercent, smClockMHz }]
  })
}

/** Of the GPU whose memory rose most over what it had when `idle`; `undefined` for no samples. */
export function readingOf(samples: readonly GpuSample[], idle: readonly GpuSample[]): GpuReading | undefined {
  const before = new Map(idle.map(({ index, memoryMiB }) => [index, memoryMiB]))
  const rise = ({ index, memoryMiB }: GpuSample) => memoryMiB - (before.get(index) ?? 0)
  const [most] = [...samples].sort((a, b) => rise(b) - rise(a))
  if (most === undefined) return undefined
  const late = samples.filter(({ index }) => index === most.index).slice(-LATE)
  const middle = (values: readonly (number | undefined)[]) => {
    const known = values.filter((value) => value !== undefined)
    return known.length === 0 ? undefined : percentile(known, 50)
  }
  const utilizationPercent = middle(late.map((sample) => sample.utilizationPercent))
  const smClockMHz = middle(late.map((sample) => sample.smClockMHz))
  return {
    memoryRiseMiB: rise(most),
    ...(utilizationPercent === undefined ? {} : { utilizationPercent }),
    ...(smClockMHz === undefined ? {} : { smClockMHz }),
  }
}

/** Less than this share of the weights' bytes, and they are not there. */
const SHARE = 0.8

/** Why a figure that takes `weightBytes` of weights may be another device's; `undefined` when it is this GPU's. */
export function doubtOf(reading: GpuReading, weightBytes: number): string | undefined {
  const weightsMiB = Math.round(weightBytes / MIB)
  if (reading.memoryRiseMiB >= SHARE * weightsMiB) return undefined
  return `the memory of the NVIDIA GPU rose by ${reading.memoryRiseMiB} MiB where the weights take ${weightsMiB}: it was not this GPU that ran it`
}

export interface GpuWatch {
  /** What was seen since the last time. */
  take(): readonly GpuSample[]
  stop(): Promise<void>
}

/** Asks again and again until it is stopped. */
export function watchGpus(ask: AskGpus, pauseMs = PAUSE_MS): GpuWatch {
  const stopping = new AbortController()
  let samples: GpuSample[] = []
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      samples.push(...(await ask()))
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return {
    take() {
      const taken = samples
      samples = []
      return taken
    },
    async stop() {
      stopping.abort()
      await watching
    },
  }
}
