import { performance } from 'node:perf_hooks'
import type { Engine, JobResult } from '../engine/engine.ts'
import { mean, spread, sum } from '../../lib/std/statistics.ts'
import { pictureSignal } from './picture-signal.ts'
import { scriptedDrawing } from './strokes.ts'

export interface EngineFigures {
  readonly model: string
  readonly provider: string
  readonly precision: string
  readonly width: number
  readonly height: number
  readonly steps: number
  readonly frames: number
  readonly msPerFrame: { readonly p50: number; readonly p95: number }
  readonly fps: number
  readonly stagesMs: Record<string, number>
  /** Time inside the ONNX runs alone, mean per frame. */
  readonly modelMs: number
  /** 1 - modelMs / frame: what everything around the model costs. */
  readonly overheadRatio: number
}

const WARM_UP = 3

/** Frames of a changing sketch through the engine alone, at the model's default size and settings. */
export async function benchEngine(engine: Engine, frames: number): Promise<EngineFigures> {
  const { defaults } = engine.info
  const drawing = await scriptedDrawing(frames + WARM_UP, defaults.width, defaults.height)
  const wallMs: number[] = []
  const results: JobResult[] = []
  for (const [index, image] of drawing.entries()) {
    const startedMs = performance.now()
    const job = {
      ...defaults,
      image,
      mode: 'live',
      output: { codec: 'jpeg', quality: 85 },
      previews: [],
    } as const
    const result = await engine.generate(job, { signal: pictureSignal() })
    if (index < WARM_UP) continue
    wallMs.push(performance.now() - startedMs)
    results.push(result)
  }
  return figures(engine, wallMs, results)
}

function figures(engine: Engine, wallMs: readonly number[], results: readonly JobResult[]): EngineFigures {
  const { defaults, id, provider } = engine.info
  const stage = (pick: (result: JobResult) => number) => mean(results.map(pick))
  const stagesMs = {
    decode: stage((r) => r.timings.decodeMs),
    textEncode: stage((r) => r.timings.textEncodeMs),
    vaeEncode: stage((r) => r.timings.vaeEncodeMs),
    unet: stage((r) => sum(r.timings.unetMs)),
    vaeDecode: stage((r) => r.timings.vaeDecodeMs),
    encode: stage((r) => r.timings.encodeMs),
  }
  const modelMs = stagesMs.textEncode + stagesMs.vaeEncode + stagesMs.unet + stagesMs.vaeDecode
  const { p50, p95 } = spread(wallMs)
  return {
    model: id,
    provider,
    precision: engine.precision?.name ?? 'float32',
    width: defaults.width,
    height: defaults.height,
    steps: defaults.steps,
    frames: wallMs.length,
    msPerFrame: { p50, p95 },
    fps: 1000 / mean(wallMs),
    stagesMs,
    modelMs,
    overheadRatio: 1 - modelMs / mean(wallMs),
  }
}
