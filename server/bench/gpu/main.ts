// `npm run bench:gpu`: SD1.5 at full size on one provider, as a table and, with --json FILE, as JSON. docs/bench/README.md
// has the commands for a bare machine.
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '../../../lib/std/errors.ts'
import { measureMachine } from '../calibration.ts'
import { nvidiaDevice } from './device.ts'
import { measureFrames, type FrameFigures } from './frames.ts'
import { buildGraphs, readGraphs, type GraphsAbout } from './graphs.ts'
import { measureGraph, type GraphFigures } from './measure.ts'

const { values } = parseArgs({
  options: {
    provider: { type: 'string', default: 'webgpu' },
    json: { type: 'string' },
    dir: { type: 'string', default: join(tmpdir(), 'sketchwire-sd15-graphs') },
    /** Measure the graphs that are in --dir already. */
    reuse: { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
    size: { type: 'string', default: '512x512' },
    batches: { type: 'string', default: '1,2,4,8' },
    dtype: { type: 'string', default: 'float16' },
    attention: { type: 'string', default: 'plain' },
    width: { type: 'string', default: 'full' },
    runs: { type: 'string', default: '30' },
    steps: { type: 'string', default: '1,2,4' },
    /** Frames from pixels to pixels, without JPEG at both ends: runs without sharp. */
    pixels: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
  },
})

interface GpuReport {
  readonly date: string
  readonly provider: string
  readonly device: string | undefined
  readonly machine: Awaited<ReturnType<typeof measureMachine>>
  readonly about: GraphsAbout
  readonly graphs: Readonly<Record<string, GraphFigures>>
  /** Whether frames begin and end as JPEG, or as pixels. */
  readonly frameEnds: 'jpeg' | 'pixels'
  readonly frames: readonly FrameFigures[] | { readonly failed: string }
}

async function bench(): Promise<GpuReport> {
  const { provider, dir } = values
  const machine = await measureMachine()
  if (!values.reuse) await buildGraphs({ ...values, dir })
  const about = await readGraphs(dir)
  const options = { provider, dir, threads: Number(values.threads), runs: Number(values.runs) }
  const graphs: Record<string, GraphFigures> = {}
  for (const file of filesOf(about)) {
    graphs[file] = await measureGraph(`${file}.onnx`, options)
    console.log(line(file, graphs[file]))
  }
  const steps = values.steps.split(',').map(Number)
  const frames = await measureFrames({ ...options, about, steps, pixels: values.pixels }).catch(
    (error: unknown) => ({
      failed: messageOf(error),
    }),
  )
  return {
    date: new Date().toISOString(),
    provider,
    device: await nvidiaDevice(),
    machine,
    about,
    graphs,
    frameEnds: values.pixels ? 'pixels' : 'jpeg',
    frames,
  }
}

function filesOf({ batches }: GraphsAbout): string[] {
  const first = batches[0] ?? 1
  const autoencoders = ['taesd_encoder', 'taesd_decoder', 'kl_encoder', 'kl_decoder']
  return [...batches.map((batch) => `unet.b${batch}`), ...autoencoders.map((name) => `${name}.b${first}`)]
}

function line(name: string, figures: GraphFigures): string {
  if ('failed' in figures) return `${name.padEnd(17)} failed: ${figures.failed}`
  const { ms, perSecond, openMs, firstMs } = figures
  const opened = `open ${openMs.toFixed(0)} ms, first ${firstMs.toFixed(0)} ms`
  return `${name.padEnd(17)} p50 ${ms.p50.toFixed(2)} ms, p95 ${ms.p95.toFixed(2)} ms, ${perSecond.toFixed(1)} a second (${opened})`
}

function frameLines(frames: GpuReport['frames']): string[] {
  if ('failed' in frames) return [`frames failed: ${frames.failed}`]
  return frames.map(
    ({ steps, ms, fps }) =>
      `frame, ${steps} steps  p50 ${ms.p50.toFixed(2)} ms, p95 ${ms.p95.toFixed(2)} ms, ${fps.toFixed(1)} fps`,
  )
}

try {
  const report = await bench()
  console.log(frameLines(report.frames).join('\n'))
  if (values.json !== undefined) {
    await mkdir(dirname(values.json), { recursive: true })
    await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
  }
  const failed = [...Object.values(report.graphs), report.frames].some((figures) => 'failed' in figures)
  process.exitCode = failed ? 1 : 0
} catch (error) {
  console.error(`The GPU bench could not run: ${messageOf(error)}`)
  process.exitCode = 1
}
