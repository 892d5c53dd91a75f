// Full-size SD1.5 graphs with random weights, built where they are measured: they cost what real ones cost.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { messageOf } from '../../../lib/std/errors.ts'

const run = promisify(execFile)
const BUILDER = fileURLToPath(new URL('../../../../models/export/sd15_graphs.py', import.meta.url))

export const AboutSchema = v.object({
  size: v.object({ width: v.number(), height: v.number() }),
  batches: v.array(v.number()),
  dtype: v.picklist(['float16', 'float32']),
  attention: v.picklist(['plain', 'fused']),
  /** Width of the text embedding. */
  text: v.number(),
  parameters: v.record(v.string(), v.number()),
})

/** What the builder says of its graphs, in graphs.json. */
export type GraphsAbout = v.InferOutput<typeof AboutSchema>

export interface GraphOptions {
  readonly dir: string
  /** Python with onnx and numpy. */
  readonly python: string
  readonly size: string
  readonly batches: string
  readonly dtype: string
  readonly attention: string
  readonly width: string
}

/** argparse's exit code: what was asked for cannot be, and the last line says why. */
const REFUSED = 2

/** Builds them anew. @throws Error with Python's own words when it fails; a folder of other files is refused, not cleared. */
export async function buildGraphs(options: GraphOptions): Promise<void> {
  const { dir, python, size, batches, dtype, attention, width } = options
  const what = ['--size', size, '--batches', batches, '--dtype', dtype, '--attention', attention]
  await run(python, [BUILDER, '--out', dir, ...what, '--width', width]).catch((cause: unknown) => {
    const refusal = refusalOf(cause)
    if (refusal !== undefined) throw new Error(refusal, { cause })
    const message = `${python} could not build the graphs (${messageOf(cause)}); it needs onnx and numpy, or name another with --python`
    throw new Error(message, { cause })
  })
}

function refusalOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error && 'code' in cause && 'stderr' in cause) || cause.code !== REFUSED)
    return undefined
  return /error: (.*)\s*$/.exec(String(cause.stderr))?.[1]
}

/** @throws Error when there are none in `dir`, or not all that were to be there. */
export async function readGraphs(dir: string): Promise<GraphsAbout> {
  const path = join(dir, 'graphs.json')
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`No graphs in ${dir}: run without --reuse`, { cause })
  })
  const about = v.safeParse(v.pipe(v.string(), v.parseJson(), AboutSchema), text)
  if (about.success) return about.output
  throw new Error(`The graphs in ${dir} were not all built: run without --reuse`)
}
