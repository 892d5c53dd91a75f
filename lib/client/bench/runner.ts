// Makes the planned runs one after the other, each with connections of its own, and tells how far it is.
import { RunMeter } from '../../benchmark/meter.ts'
import { configName, estimateMs, type PlannedRun, type RunConfig } from '../../benchmark/plan.ts'
import type { RunResult } from '../../benchmark/report.ts'
import type { BenchSize } from '../../benchmark/settings.ts'
import type { DrawParams } from '../../protocol/params.ts'
import { AppError } from '../../std/errors.ts'
import type { Environment } from '../environment.ts'
import type { Snapshot, TakeSnapshot } from '../types.ts'
import { BenchClient } from './bench-client.ts'
import type { Link, LinkOptions, RestDoor } from './link.ts'
import { openRestLink } from './rest-link.ts'
import { openSocketLink } from './socket-link.ts'

/** The page that is drawn on. */
export interface BenchPaper {
  /** The same page each time: so many shapes, nothing else, cut for pictures of `size`. Resolves when it is there. */
  reset(shapes: number, size: BenchSize): Promise<void>
  /** Moves the scripted pen; `onPen` is called at every pointer event. Returns the end of it. */
  play(onPen: () => void): () => void
  takeSnapshot(size: BenchSize): Promise<Snapshot>
}

export interface RunnerOptions {
  readonly env: Environment
  /** Address of the native door for one dial: a key's ticket is good for one. */
  dialUrl(): Promise<string>
  readonly rest: RestDoor
  readonly paper: BenchPaper
  /** Parameters that no setting changes. */
  readonly params: DrawParams
  readonly plan: readonly PlannedRun[]
  readonly shapes: number
  readonly seconds: number
  /** Shows the pictures of the first connection. */
  readonly canvas: HTMLCanvasElement
  readonly offsetMs: () => number | undefined
  readonly signal: AbortSignal
  onProgress(progress: BenchProgress): void
}

export interface BenchProgress {
  /** Runs that are over. */
  readonly done: number
  readonly total: number
  readonly name: string
  readonly leftMs: number
  /** Part of the whole that is over, 0..1. */
  readonly part: number
  readonly results: readonly RunResult[]
  /** The run that is going on, so far. */
  readonly current: RunResult | undefined
}

const TELL_EVERY_MS = 500
const WARM_UP_FRAMES = 2
/** When no frame of any connection has ended for so long, one has been lost, and the run with it. */
const QUIET_MS = 15_000

/** Resolves with all finished runs, also when it was stopped; rejects with AppError when a run cannot be made. */
export async function runBenchmark(options: RunnerOptions): Promise<readonly RunResult[]> {
  const results: RunResult[] = []
  for (const planned of options.plan) {
    if (options.signal.aborted) break
    const result = await runOne(options, planned, results)
    if (result) results.push(result)
  }
  return results
}

async function runOne(
  options: RunnerOptions,
  planned: PlannedRun,
  results: readonly RunResult[],
): Promise<RunResult | undefined> {
  const { env, paper, signal } = options
  const { config } = planned
  await paper.reset(options.shapes, { width: config.width, height: config.height })
  const meters: { current: RunMeter | undefined } = { current: undefined }
  const clients = await openClients(options, config, (down) => meters.current?.received(down))
  try {
    const startMs = env.clock.now()
    const meter = new RunMeter(startMs)
    meters.current = meter
    for (const client of clients) client.start(meter)
    const endPlaying = paper.play(() => clients.forEach((client) => client.markDirty()))
    const measured = () => meter.result(config, planned.repeat, env.clock.now())
    await passTime(options, () =>
      options.onProgress(progressOf(options, planned, { results, startMs, measured })),
    )
    endPlaying()
    const result = measured()
    meters.current = undefined
    if (!signal.aborted) await drain(env, clients)
    return signal.aborted ? undefined : result
  } finally {
    for (const client of clients) client.close()
  }
}

interface Now {
  readonly results: readonly RunResult[]
  readonly startMs: number
  readonly measured: () => RunResult
}

function progressOf(options: RunnerOptions, { config }: PlannedRun, now: Now): BenchProgress {
  const { plan, seconds, env } = options
  const done = now.results.length
  const ranMs = env.clock.now() - now.startMs
  const leftMs = Math.max(0, estimateMs(plan.length - done, seconds) - ranMs)
  return {
    done,
    total: plan.length,
    name: configName(config),
    leftMs,
    part: 1 - leftMs / estimateMs(plan.length, seconds),
    results: now.results,
    current: now.measured(),
  }
}

/** The seconds of one run, or until it is stopped. */
function passTime({ env, seconds, signal }: RunnerOptions, tell: () => void): Promise<void> {
  return new Promise((resolve) => {
    const untilMs = env.clock.now() + seconds * 1000
    let cancel: () => void = () => undefined
    const look = () => {
      const leftMs = untilMs - env.clock.now()
      if (leftMs <= 0 || signal.aborted) return resolve()
      tell()
      cancel = env.clock.setTimer(look, Math.min(TELL_EVERY_MS, leftMs))
    }
    const abort = () => {
      cancel()
      resolve()
    }
    signal.addEventListener('abort', abort, { once: true })
    look()
  })
}

/** Many connections to a slow engine take their time: what counts is that frames go on ending. */
async function drain(env: Environment, clients: readonly BenchClient[]): Promise<void> {
  let cancel: () => void = () => undefined
  const inFlight = () => clients.reduce((sum, client) => sum + client.inFlight, 0)
  const lost = new Promise<never>((_, reject) => {
    const look = (before: number) => {
      const now = inFlight()
      if (now < before) cancel = env.clock.setTimer(() => look(now), QUIET_MS)
      else reject(new AppError('frame_lost', LOST))
    }
    look(Infinity)
  })
  try {
    await Promise.race([Promise.all(clients.map((client) => client.stop())), lost])
  } finally {
    cancel()
  }
}

const LOST = `No frame has ended for ${QUIET_MS / 1000} s; look at the server's log and run again`

/** Opens every connection and sends a few frames that nothing counts: the prompt's tokens, caches, the first picture. */
async function openClients(
  options: RunnerOptions,
  config: RunConfig,
  onBytes: (down: number) => void,
): Promise<BenchClient[]> {
  const { env, paper, canvas, offsetMs } = options
  const take = oneAtATime((size) => paper.takeSnapshot(size))
  const { width, height } = config
  const clients: BenchClient[] = []
  try {
    for (let index = 0; index < config.connections && !options.signal.aborted; index++) {
      const link = await openLink(options, config, { index, onBytes })
      const own = index === 0 ? canvas : document.createElement('canvas')
      clients.push(
        new BenchClient({ env, link, size: { width, height }, takeSnapshot: take, offsetMs, canvas: own }),
      )
      await warmUp(link, await take({ width, height }))
    }
  } catch (error) {
    // The server has so many places, and those before this one would hold theirs until the page is left.
    for (const client of clients) client.close()
    throw error
  }
  return clients
}

async function openLink(
  options: RunnerOptions,
  config: RunConfig,
  { index, onBytes }: { index: number; onBytes: (down: number) => void },
): Promise<Link> {
  const { env, rest, params } = options
  const { transport, steps, width, height, previews } = config
  const own = { ...params, steps, width, height, seed: (params.seed + index) >>> 0 }
  const socketUrl = transport === 'rest' ? '' : await options.dialUrl()
  const link: LinkOptions = { env, socketUrl, rest, transport, params: own, previews, onBytes }
  return transport === 'rest' ? openRestLink(link) : await openSocketLink(link)
}

async function warmUp(link: Link, sketch: Parameters<Link['send']>[0]): Promise<void> {
  for (let i = 0; i < WARM_UP_FRAMES; i++) {
    const end = await (await link.send(sketch)).end
    if (end.kind === 'failed')
      throw new AppError('warm_up_failed', `The server refused the first frame: ${end.message}`)
  }
}

/** A drawing has one page: whoever comes while a snapshot of it is made waits for the next. */
function oneAtATime(take: TakeSnapshot): TakeSnapshot {
  let last: Promise<unknown> = Promise.resolve()
  return (size) => {
    const next = last.then(() => take(size))
    last = next.catch(() => undefined)
    return next
  }
}
