import type { Timings } from '../protocol/control.ts'
import { distribution, percentile, sum } from '../std/statistics.ts'
import type { RunConfig } from './plan.ts'
import type { RunResult } from './report.ts'
import { browserShare, type FrameTimes, meanStages, networkMs, type Stage, stagesOf } from './stages.ts'

interface Painted {
  readonly atMs: number
  readonly penToPaintMs: number
  readonly latencyMs: number
  readonly serverMs: number
  readonly networkMs: number
  readonly snapshotMs: number
  readonly stages: readonly Stage[]
}

export interface PaintedFrame {
  readonly times: FrameTimes
  readonly timings: Timings
  readonly offsetMs: number | undefined
  /** The whole snapshot, compressing included. */
  readonly wholeSnapshotMs: number
}

/** Collects one run. Counts and times only: no picture is kept. */
export class RunMeter {
  readonly #startMs: number
  #painted: Painted[] = []
  #superseded = 0
  #failed = 0
  #problem: string | undefined
  #sent: number[] = []
  #bytesDown = 0

  constructor(startMs: number) {
    this.#startMs = startMs
  }

  sent(bytes: number): void {
    this.#sent.push(bytes)
  }

  /** Everything that came over the wire, pictures or not. */
  received(bytes: number): void {
    this.#bytesDown += bytes
  }

  superseded(): void {
    this.#superseded += 1
  }

  failed(message: string): void {
    this.#failed += 1
    this.#problem = message
  }

  painted({ times, timings, offsetMs, wholeSnapshotMs }: PaintedFrame): void {
    this.#painted.push({
      atMs: times.paintedAtMs - this.#startMs,
      penToPaintMs: times.paintedAtMs - times.penAtMs,
      latencyMs: times.receivedAtMs - times.sentAtMs,
      serverMs: timings.totalMs,
      networkMs: networkMs(times, timings),
      snapshotMs: wholeSnapshotMs,
      stages: stagesOf(times, timings, offsetMs),
    })
  }

  /** @param nowMs end of the run, or now, on the clock of the start. */
  result(config: RunConfig, repeat: number, nowMs: number): RunResult {
    const seconds = Math.max(0.001, (nowMs - this.#startMs) / 1000)
    const painted = this.#painted
    const of = (pick: (frame: Painted) => number) => distribution(painted.map(pick))
    return {
      config,
      repeat,
      seconds,
      frames: painted.length,
      superseded: this.#superseded,
      failed: this.#failed,
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
      fps: painted.length / seconds,
      penToPaintMs: of((frame) => frame.penToPaintMs),
      latencyMs: of((frame) => frame.latencyMs),
      serverMs: of((frame) => frame.serverMs),
      networkMs: of((frame) => frame.networkMs),
      snapshotMs: of((frame) => frame.snapshotMs),
      browserShare: percentile(
        painted.map((frame) => browserShare(frame.stages)),
        50,
      ),
      bytesUpPerFrame: sum(this.#sent) / this.#sent.length,
      bytesDownPerFrame: this.#bytesDown / painted.length,
      stages: meanStages(painted.map((frame) => frame.stages)),
      samples: painted.map(({ atMs, penToPaintMs, serverMs, networkMs: net }) => [
        round(atMs),
        round(penToPaintMs),
        round(serverMs),
        round(net),
      ]),
    }
  }
}

const round = (ms: number): number => Math.round(ms * 10) / 10
