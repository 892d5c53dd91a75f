// Measures part after part, each in a child process, and keeps the report after every figure.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../engine/system-clock.ts'
import { runInChild } from './child.ts'
import type { Figure, GpuReading, Outcome } from './figure.ts'
import type { GraphsAbout } from './graphs.ts'
import { askNvidia, doubtOf, readingOf, watchGpus, type AskGpus } from './gpu-watch.ts'
import { needsUnet, type Part } from './plan.ts'
import type { Report } from './report.ts'
import type { Latents } from './task.ts'

const WORKER = new URL('./worker.js', import.meta.url)
/** A driver that hangs is not waited for longer. */
const PROBE_LIMIT_MS = 60_000

export interface Runtime {
  readonly provider: string
  readonly threads: number
}

export interface PartsOptions {
  readonly options: Runtime & {
    readonly dir: string
    readonly runs: number
    readonly about: GraphsAbout
    readonly pixels: boolean
    readonly latents: Latents
  }
  /** A child that gives no figure for so long is ended. */
  readonly limitMs: number
  say(line: string): void
  /** Called after every figure. */
  keep(report: Report): void
}

/** What is wrong with the provider, tried in a child process; `undefined` when it works. */
export async function probeOf(runtime: Runtime): Promise<string | undefined> {
  let problem: string | undefined
  const ended = await runInChild(
    WORKER,
    { kind: 'probe', ...runtime },
    {
      onMessage(message) {
        if (message.type === 'probed') problem = message.problem
        return 'last'
      },
      limitMs: PROBE_LIMIT_MS,
      clock: systemClock,
    },
  )
  return ended ?? problem
}

/** @returns the report with a figure for everything in `parts`, failed ones included. */
export async function measureAll(
  parts: readonly Part[],
  report: Report,
  { options, limitMs, say, keep }: PartsOptions,
): Promise<Report> {
  // The processor's figures say nothing of a GPU.
  const ask: AskGpus = options.provider === 'cpu' ? () => Promise.resolve([]) : askNvidia
  const idle = await ask()
  const weightBytes = (await stat(join(options.dir, 'unet.weights'))).size
  let now = report
  for (const part of parts) {
    const watch = watchGpus(ask)
    const take = (name: string, outcome: Outcome) => {
      const figure = witnessed(
        outcome,
        readingOf(watch.take(), idle),
        needsUnet(name) ? weightBytes : undefined,
      )
      now = { ...now, figures: { ...now.figures, [name]: figure } }
      keep(now)
      say(lineOf(name, figure))
    }
    await measurePart(part, { options, limitMs }, take)
    await watch.stop()
  }
  return now
}

/** Gives `take` one outcome for every figure of the part. */
async function measurePart(
  { kind, figures }: Part,
  { options, limitMs }: Pick<PartsOptions, 'options' | 'limitMs'>,
  take: (name: string, outcome: Outcome) => void,
): Promise<void> {
  const missing = new Set(figures)
  const ended = await runInChild(
    WORKER,
    { ...options, kind, figures: [...figures] },
    {
      onMessage(message) {
        if (message.type === 'figure' && missing.delete(message.name)) take(message.name, message.outcome)
        return missing.size === 0 ? 'last' : 'more'
      },
      limitMs,
      clock: systemClock,
    },
  )
  for (const name of missing) take(name, { failed: ended ?? 'its process gave no figure' })
}

/**
 * A figure with what was seen of the GPU, and whether that speaks against it.
 * @param weightBytes what must have been in the GPU's memory; `undefined` for graphs too small to tell.
 */
export function witnessed(
  outcome: Outcome,
  gpu: GpuReading | undefined,
  weightBytes: number | undefined,
): Figure {
  if (gpu === undefined) return outcome
  const isClear = 'failed' in outcome || weightBytes === undefined
  const doubt = isClear ? undefined : doubtOf(gpu, weightBytes)
  return { ...outcome, gpu, ...(doubt === undefined ? {} : { doubt }) }
}

function lineOf(name: string, figure: Figure): string {
  const head = name.padEnd(17)
  if ('failed' in figure) return `${head} failed: ${figure.failed}`
  const { ms, perSecond, openMs, firstMs, gpu, doubt } = figure
  const times = `p50 ${ms.p50.toFixed(2)} ms, p95 ${ms.p95.toFixed(2)} ms, ${perSecond.toFixed(1)} a second`
  const opened = `open ${openMs.toFixed(0)} ms, first ${firstMs.toFixed(0)} ms`
  const clock = gpu?.smClockMHz === undefined ? '' : `, at ${gpu.smClockMHz} MHz`
  return `${head} ${times} (${opened}${clock})${doubt === undefined ? '' : ` IN DOUBT: ${doubt}`}`
}
