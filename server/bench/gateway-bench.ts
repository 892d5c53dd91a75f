import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../engine/engine.ts'
import { systemClock } from '../engine/system-clock.ts'
import { createEvents } from '../events.ts'
import { startServer, type Server } from '../server.ts'
import type { Answer, Order } from './clients.ts'
import type { DrawFigures } from './drawing-clients.ts'
import { mean, percentile, spread, type Spread, sum } from '../../lib/std/statistics.ts'
import { scriptedDrawing } from './strokes.ts'
import type { WireFigures } from './wire-clients.ts'

export interface GatewayFigures {
  readonly sockets: number
  readonly seconds: number
  readonly fps: number
  /** Frames per second of the worst-served socket over the mean: fairness, 1 is even. */
  readonly leastShare: number
  readonly latencyMs: Spread
  readonly superseded: number
  readonly failed: number
  /** Event loop delay of the gateway's thread, the sampling interval subtracted. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
}

export interface WireSummary {
  readonly bytesUp: number
  readonly bytesDown: number
  readonly latencyMs: Spread
  readonly aroundMs: Spread
}

const RESOLUTION_MS = 1

/** A real server around `engine`, its clients in a thread of their own. */
export async function withServer<T>(engine: Engine, use: (url: string) => Promise<T>): Promise<T> {
  const config = {
    host: '127.0.0.1',
    port: 0,
    origins: [],
    embedOrigins: [],
    loopbackOnly: true,
    maxSessions: 64,
    jobDeadlineMs: 60_000,
    metricsPort: undefined,
  }
  // No pages are needed here, so an empty folder: the server reads and hashes every file of the one it is given.
  const pagesDir = await mkdtemp(join(tmpdir(), 'sketchwire-bench-'))
  const server: Server = await startServer({
    config,
    engine,
    events: createEvents('error'),
    clock: systemClock,
    pagesDir,
  })
  try {
    return await use(`http://127.0.0.1:${server.port}`)
  } finally {
    await server.stop(1000)
    await rm(pagesDir, { recursive: true })
  }
}

function runClients(order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./clients.js', import.meta.url), { workerData: order })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

const isDraw = (answer: Answer): answer is DrawFigures[] => answer.every((one) => 'images' in one)
const isWire = (answer: Answer): answer is WireFigures[] => answer.every((one) => 'wire' in one)

export async function benchSockets(engine: Engine, url: string, run: { sockets: number; seconds: number }) {
  const { defaults } = engine.info
  const frames = await scriptedDrawing(60, defaults.width, defaults.height)
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  const order = { url, sockets: run.sockets, durationMs: run.seconds * 1000, params: defaults, frames }
  const answer = await runClients({ kind: 'draw', ...order })
  delay.disable()
  if (!isDraw(answer)) throw new Error('the drawing clients answered with something else')
  const above = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  const eventLoopDelayMs = {
    p50: above(delay.percentile(50)),
    p99: above(delay.percentile(99)),
    max: above(delay.max),
  }
  return gatewayFigures(answer, run, eventLoopDelayMs)
}

function gatewayFigures(
  answers: readonly DrawFigures[],
  { sockets, seconds }: { sockets: number; seconds: number },
  eventLoopDelayMs: GatewayFigures['eventLoopDelayMs'],
): GatewayFigures {
  const images = answers.map((one) => one.images)
  return {
    sockets,
    seconds,
    fps: sum(images) / seconds,
    leastShare: Math.min(...images) / mean(images),
    latencyMs: spread(answers.flatMap((one) => one.latencyMs)),
    superseded: sum(answers.map((one) => one.superseded)),
    failed: sum(answers.map((one) => one.failed)),
    eventLoopDelayMs,
  }
}

export async function benchWires(
  engine: Engine,
  url: string,
  rounds: number,
): Promise<Record<string, WireSummary>> {
  const { defaults } = engine.info
  const frames = await scriptedDrawing(30, defaults.width, defaults.height)
  const answer = await runClients({ kind: 'wire', url, rounds, params: defaults, frames })
  if (!isWire(answer)) throw new Error('the wire clients answered with something else')
  const wires = [...new Set(answer.map((one) => one.wire))]
  return Object.fromEntries(wires.map((wire) => [wire, summarise(answer.filter((one) => one.wire === wire))]))
}

function summarise(runs: readonly WireFigures[]): WireSummary {
  return {
    bytesUp: percentile(
      runs.map((run) => run.bytesUp),
      50,
    ),
    bytesDown: percentile(
      runs.map((run) => run.bytesDown),
      50,
    ),
    latencyMs: spread(runs.map((run) => run.latencyMs)),
    aroundMs: spread(runs.map((run) => run.aroundMs)),
  }
}
