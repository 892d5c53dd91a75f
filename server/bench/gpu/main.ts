// `npm run bench:gpu`: SD1.5 at full size on one provider, as a table and, with --json FILE, as JSON. docs/bench/README.md
// has the commands for a bare machine.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../../lib/std/errors.ts'
import { installedRuntime, useCudaFolder } from '../../engine/cuda-folder.ts'
import { measureMachine } from '../calibration.ts'
import { readValues, wholeNumber } from '../options.ts'
import { checkMachine } from './check.ts'
import { nvidiaDevice } from './device.ts'
import { buildGraphs, readGraphs } from './graphs.ts'
import { measureAll, probeOf } from './parts.ts'
import { partsLeft, planOf } from './plan.ts'
import { goOn, isWhole, writeReport, type Report } from './report.ts'
import { LATENTS, type Latents } from './task.ts'

const values = readValues({
  name: 'The GPU bench',
  explainedIn: 'docs/bench/README.md',
  options: {
    /** Say in seconds whether the bench could run. */
    check: { type: 'boolean', default: false },
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
    /** Figures, by name or by what it begins with. */
    only: { type: 'string' },
    /** Seconds after which a process that gives no figure is ended. */
    limit: { type: 'string', default: '180' },
    /** Frames from pixels to pixels, without JPEG at both ends: runs without sharp. */
    pixels: { type: 'boolean', default: false },
    /** Where a frame's latents are between steps. */
    latents: { type: 'string', default: LATENTS[0] },
    threads: { type: 'string', default: '2' },
  },
})

const { provider, dir, json } = values

/** Those of `values` that may be wrong. */
interface Checked {
  readonly threads: number
  readonly runs: number
  readonly limit: number
  readonly steps: readonly number[]
  readonly latents: Latents
}

function checked(): Checked {
  return {
    threads: wholeNumber('threads', values.threads),
    runs: wholeNumber('runs', values.runs),
    limit: wholeNumber('limit', values.limit),
    steps: list(values.steps).map((one) => wholeNumber('steps', one)),
    latents: placeOf(values.latents),
  }
}

function placeOf(text: string): Latents {
  const place = LATENTS.find((one) => one === text)
  if (place !== undefined) return place
  throw new RangeError(`--latents is "${text}"; give ${LATENTS.join(' or ')}`)
}

async function bench({ threads, runs, limit, steps, latents }: Checked): Promise<Report> {
  const runtime = { provider, threads }
  const problem = await probeOf(runtime)
  if (problem !== undefined)
    throw new Error(`provider ${provider} does not work here: ${problem}; --check tells what the machine has`)
  if (!values.reuse) await build()
  const fresh = await freshReport(latents)
  const report = json === undefined ? fresh : await goOn(json, fresh)
  const parts = partsLeft(planOf(report.about, steps), report.figures, list(values.only ?? ''))
  if (parts.length === 0) console.log(`${json ?? 'The plan'} has all of these figures already`)
  const options = { ...runtime, dir, runs, about: report.about, pixels: values.pixels, latents }
  return measureAll(parts, report, {
    options,
    limitMs: limit * 1000,
    say: (line) => console.log(line),
    keep: (now) => (json === undefined ? undefined : writeReport(json, now)),
  })
}

async function build(): Promise<void> {
  const startedMs = performance.now()
  await buildGraphs(values)
  console.log(`graphs built in ${dir} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
}

async function freshReport(latents: Latents): Promise<Report> {
  return {
    date: new Date().toISOString(),
    provider,
    device: await nvidiaDevice(),
    onnxruntime: installedRuntime().version,
    machine: await measureMachine(),
    about: await readGraphs(dir),
    frameEnds: values.pixels ? 'pixels' : 'jpeg',
    latents,
    figures: {},
  }
}

function list(text: string): string[] {
  return text.split(',').filter((one) => one !== '')
}

async function main(): Promise<boolean> {
  const all = checked()
  const unused = provider === 'cuda' ? useCudaFolder() : undefined
  if (unused !== undefined) console.log(`missing  ${unused}`)
  if (!values.check) return isWhole(await bench(all))
  const { python } = values
  const probe = () => probeOf({ provider, threads: all.threads })
  return checkMachine({ provider, python, probe }, (line) => console.log(line))
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  console.error(`The GPU bench could not run: ${messageOf(error)}`)
  process.exitCode = 1
}
