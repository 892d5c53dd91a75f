// What it brings that one session may have several frames in work at a time: pictures a second, and how late each is.
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { EngineError, type Engine } from '../engine/engine.ts'
import { percentile } from '../../lib/std/statistics.ts'
import { pictureSignal } from './picture-signal.ts'
import { scriptedDrawing } from './strokes.ts'

export interface AbreastFigures {
  /** Frames in work at a time. */
  readonly abreast: number
  readonly fps: number
  readonly frameMs: { readonly p50: number }
}

/** The machine's mood falls on both when they take turns. */
const ROUNDS = 4

/** One at a time and, where the engine takes more of one session, as many as it takes. */
export async function benchAbreast(engine: Engine, frames: number): Promise<AbreastFigures[]> {
  const { defaults } = engine.info
  const drawing = await scriptedDrawing(Math.ceil(frames / ROUNDS), defaults.width, defaults.height)
  const widths = engine.abreast === 1 ? [1] : [1, engine.abreast]
  await allSlots(engine, drawing)
  const runs = widths.map((abreast) => ({ abreast, wallMs: 0, frameMs: [] as number[] }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const run of runs) {
      const startedMs = performance.now()
      run.frameMs.push(...(await paint(engine, drawing, run.abreast)))
      run.wallMs += performance.now() - startedMs
    }
  }
  return runs.map(({ abreast, wallMs, frameMs }) => ({
    abreast,
    fps: (1000 * frameMs.length) / wallMs,
    frameMs: { p50: percentile(frameMs, 50) },
  }))
}

/** An engine is ready with its first slot; the others follow. Throws what a job fails with but for the lack of a slot. */
async function allSlots(engine: Engine, drawing: readonly Uint8Array[]): Promise<void> {
  const images = drawing.slice(0, engine.abreast)
  for (;;) {
    const tries = await Promise.allSettled(images.map((image) => paintOne(engine, image)))
    const failures = tries.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []))
    if (failures.length === 0) return
    for (const error of failures) if (!(error instanceof EngineError && error.code === 'busy')) throw error
    await sleep(100)
  }
}

async function paint(engine: Engine, drawing: readonly Uint8Array[], abreast: number): Promise<number[]> {
  const frameMs: number[] = []
  const rest = drawing.values()
  await Promise.all(
    Array.from({ length: abreast }, async () => {
      for (const image of rest) frameMs.push(await paintOne(engine, image))
    }),
  )
  return frameMs
}

/** Milliseconds of one live frame. */
async function paintOne(engine: Engine, image: Uint8Array): Promise<number> {
  const startedMs = performance.now()
  const output = { codec: 'jpeg', quality: 85 } as const
  const job = { ...engine.info.defaults, image, mode: 'live', output, previews: [] } as const
  await engine.generate(job, { signal: pictureSignal() })
  return performance.now() - startedMs
}
