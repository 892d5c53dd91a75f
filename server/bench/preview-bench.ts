import { performance } from 'node:perf_hooks'
import type { Engine, Job, StepEvent } from '../engine/engine.ts'
import { previewWant } from '../../lib/protocol/preview.ts'
import { mean, spread, type Spread, sum } from '../../lib/std/statistics.ts'
import { pictureSignal } from './picture-signal.ts'
import { scriptedDrawing } from './strokes.ts'

/** What watching costs: the same frames with a preview of every n-th step. */
export interface PreviewFigures {
  /** 0: nobody watches. */
  readonly everySteps: number
  readonly frameMs: Spread
  /** Mean of one denoising step. */
  readonly stepMs: number
  /** Mean of one preview, decoded and encoded; 0 when there were none. */
  readonly previewMs: number
  /** Previews that came; those the budget left out did not. */
  readonly shown: number
}

const VARIANTS = [0, 1, 2]
const WARM_UP = 2

interface Run {
  readonly everySteps: number
  readonly frameMs: number
  readonly stepMs: number
  readonly previewMs: number
  readonly shown: number
}

/** Frame time with no previews, every step and every second step; in turns, so that a busy machine is fair to each. */
export async function benchPreviews(engine: Engine, frames: number): Promise<PreviewFigures[]> {
  const { width, height } = engine.info.defaults
  const runs: Run[] = []
  for (const [index, image] of (await scriptedDrawing(frames + WARM_UP, width, height)).entries()) {
    for (const everySteps of VARIANTS) {
      const run = await frame(engine, image, everySteps)
      if (index >= WARM_UP) runs.push(run)
    }
  }
  return VARIANTS.map((everySteps) => figures(everySteps, runs))
}

async function frame(engine: Engine, image: Uint8Array, everySteps: number): Promise<Run> {
  const job: Job = {
    ...engine.info.defaults,
    image,
    mode: 'live',
    output: { codec: 'jpeg', quality: 85 },
    previews: [previewWant({ everySteps })],
  }
  let shown = 0
  const onStep = ({ previews }: StepEvent) => (shown += previews.length)
  const startedMs = performance.now()
  const { timings } = await engine.generate(job, { signal: pictureSignal(), onStep })
  const frameMs = performance.now() - startedMs
  return { everySteps, frameMs, stepMs: mean(timings.unetMs), previewMs: timings.previewMs ?? 0, shown }
}

function figures(everySteps: number, all: readonly Run[]): PreviewFigures {
  const runs = all.filter((run) => run.everySteps === everySteps)
  const shown = sum(runs.map((run) => run.shown))
  return {
    everySteps,
    frameMs: spread(runs.map((run) => run.frameMs)),
    stepMs: mean(runs.map((run) => run.stepMs)),
    previewMs: shown === 0 ? 0 : sum(runs.map((run) => run.previewMs)) / shown,
    shown,
  }
}
