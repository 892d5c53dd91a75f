// What pictures tell of how they were made, in AUTOMATIC1111's words and in ours.
import * as v from 'valibot'
import { firstChars } from '../std/text.ts'
import { DrawParamsSchema, type DrawParams } from './params.ts'
import { HARD_LIMITS } from './param-limits.ts'
import { readPngText } from './png-parameters.ts'

/** A line of settings is far shorter; what is longer is words. */
const MAX_SETTINGS_CHARS = 64 * 1024
/** A name is looked for only where a run of its characters begins: tried at each of them, a long run takes minutes. */
const SETTING = /(?<![\w -])[ -]*(\w[\w -]*):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)/g

/** "prompt\nNegative prompt: ...\nSteps: 4, Sampler: LCM, ..." as its reader there takes it apart. */
export function parseInfotext(text: string): Record<string, string> {
  const lines = text.split('\n')
  const last = lines.at(-1) ?? ''
  const pairs = last.length > MAX_SETTINGS_CHARS ? [] : [...last.matchAll(SETTING)]
  const hasSettings = pairs.length >= 3
  const words = (hasSettings ? lines.slice(0, -1) : lines).join('\n')
  const [prompt = '', negative = ''] = words.split(/\n?Negative prompt:\s*/)
  const found: Record<string, string> = text === '' ? {} : { Prompt: prompt, 'Negative prompt': negative }
  if (!hasSettings) return found
  for (const [, key = '', value = ''] of pairs) found[key] = value.startsWith('"') ? unquoted(value) : value
  const size = /^(\d+)x(\d+)$/.exec(found['Size'] ?? '')
  return size ? { ...found, 'Size-1': size[1] ?? '', 'Size-2': size[2] ?? '' } : found
}

function unquoted(value: string): string {
  const json = parsed(value)
  return typeof json === 'string' ? json : value
}

/** What was in place of JSON is nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The words and settings that a PNG says it was made with, as far as they can be ours; `undefined` when it says none.
 * Throws AppError `unsupported_image` or `broken_image` when `png` is not a whole PNG.
 */
export function readMadeWith(png: Uint8Array): Partial<DrawParams> | undefined {
  const text = readPngText(png)
  const own = v.safeParse(OwnSchema, parsed(text.get('sketchwire') ?? ''))
  const made = own.success ? takenFrom(own.output.params) : fromInfotext(text.get('parameters') ?? '')
  return Object.keys(made).length > 0 ? made : undefined
}

const OwnSchema = v.object({ params: v.record(v.string(), v.unknown()) })

/** Their names of our settings. */
const NAMES = {
  strength: 'Denoising strength',
  seed: 'Seed',
  steps: 'Steps',
  guidanceScale: 'CFG scale',
  width: 'Size-1',
  height: 'Size-2',
} as const

function fromInfotext(text: string): Partial<DrawParams> {
  const found = parseInfotext(text)
  // Words alone may be anybody's, of any tool.
  if (found['Steps'] === undefined) return {}
  const numbers = Object.entries(NAMES).flatMap(([name, theirs]) => {
    const value = found[theirs]
    return value === undefined || value.trim() === '' ? [] : [[name, Number(value)] as const]
  })
  const words = { prompt: found['Prompt'], negativePrompt: found['Negative prompt'] || undefined }
  return takenFrom({ ...words, ...Object.fromEntries(numbers) })
}

/** Each setting that may be one; another tool's sizes and seeds need not be ours. */
function takenFrom(found: Readonly<Record<string, unknown>>): Partial<DrawParams> {
  const taken = Object.entries(DrawParamsSchema.entries).flatMap(([name, schema]) => {
    const value = found[name]
    const cut = typeof value === 'string' ? firstChars(value, HARD_LIMITS.promptChars) : value
    return cut !== undefined && v.is(schema, cut) ? [[name, cut] as const] : []
  })
  const { width, height, ...made }: Partial<DrawParams> = Object.fromEntries(taken)
  return width === undefined || height === undefined ? made : { ...made, width, height }
}
