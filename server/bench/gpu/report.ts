// The bench's JSON: written after every figure, and gone on from where an earlier run ended.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { FigureSchema, isSound } from './figure.ts'
import { AboutSchema } from './graphs.ts'
import { LATENTS } from './task.ts'

const ReportSchema = v.object({
  date: v.string(),
  provider: v.string(),
  /** The NVIDIA GPUs of the machine; absent where nvidia-smi is not. */
  device: v.optional(v.string()),
  onnxruntime: v.string(),
  machine: v.object({
    cpu: v.string(),
    cores: v.number(),
    node: v.string(),
    calibrationGflops: v.number(),
  }),
  about: AboutSchema,
  /** Whether frames begin and end as JPEG, or as pixels. */
  frameEnds: v.picklist(['jpeg', 'pixels']),
  latents: v.optional(v.picklist(LATENTS), 'host'),
  figures: v.record(v.string(), FigureSchema),
})

export type Report = v.InferOutput<typeof ReportSchema>

/**
 * A new report with the figures that the one at `path` has, so that a run that was stopped is continued.
 * @throws Error when that one is not of the same provider, device and graphs, or no report at all.
 */
export async function goOn(path: string, fresh: Report): Promise<Report> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return fresh
  const earlier = v.safeParse(v.pipe(v.string(), v.parseJson(), ReportSchema), text)
  if (!earlier.success)
    throw new Error(`${path} is no report of this bench: name another file with --json, or delete it`)
  const then = new Map(traits(earlier.output))
  const other = traits(fresh).find(([name, value]) => then.get(name) !== value)
  if (other === undefined) return { ...fresh, figures: earlier.output.figures }
  const [name, value] = other
  throw new Error(
    `${path} has figures of another ${name} (${then.get(name)}, now ${value}): name another file with --json, or delete it`,
  )
}

/** What figures of one report have in common. */
function traits({ provider, device, about, frameEnds, latents }: Report): [string, string][] {
  const { size, dtype, attention, text } = about
  return [
    ['provider', provider],
    ['device', device ?? 'none'],
    ['size', `${size.width}x${size.height}`],
    ['dtype', dtype],
    ['attention', attention],
    ['width', `${text} channels of text`],
    ['end of frames', frameEnds],
    ['place of latents', latents],
  ]
}

/** Writes it as a whole or not at all: a run is stopped at its time limit wherever it is. */
export function writeReport(path: string, report: Report): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, `${JSON.stringify(report, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}

/** Whether every figure was measured, and on the device that the report names. */
export function isWhole({ figures }: Report): boolean {
  return Object.values(figures).every(isSound)
}
