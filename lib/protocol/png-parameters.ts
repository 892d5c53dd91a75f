import type { DrawParams, ModelInfo } from './params.ts'
import { PROTOCOL_VERSION } from './version.ts'
import { AppError } from '../std/errors.ts'
import { latin1, readChunks, toLatin1, writeChunks } from './png-chunks.ts'
import type { PngChunk } from './png-chunks.ts'

export interface PngText {
  /** 1 to 79 printable Latin-1 characters. */
  readonly keyword: string
  readonly text: string
}

/** Of all texts in a file together. Settings take a few hundred; a workflow beside them may take this much. */
const MAX_TEXT_BYTES = 256 * 1024
const MAX_KEYWORD_BYTES = 79

/** What of a model the settings tell. */
type PaintedBy = Pick<ModelInfo, 'name' | 'sampler'>

/** The PNG with its settings, for other tools (`parameters`, AUTOMATIC1111's format) and for us (`sketchwire`, JSON). */
export function withParameters(
  png: Uint8Array,
  params: DrawParams,
  model: PaintedBy,
): Uint8Array<ArrayBuffer> {
  const own = { protocol: PROTOCOL_VERSION, model: model.name, params }
  return withPngText(png, [
    { keyword: 'parameters', text: formatParameters(params, model) },
    { keyword: 'sketchwire', text: JSON.stringify(own) },
  ])
}

const SAMPLER_NAMES: Readonly<Record<string, string>> = {
  lcm: 'LCM',
  euler: 'Euler',
  euler_ancestral: 'Euler a',
}

/** The model's sampler as AUTOMATIC1111 calls it; one that only a newer server knows keeps its own name. */
export function samplerName({ sampler = 'lcm' }: Pick<ModelInfo, 'sampler'>): string {
  return SAMPLER_NAMES[sampler] ?? sampler
}

/** AUTOMATIC1111's "infotext": the prompt, then one line of settings that every tool of that family reads. */
export function formatParameters(params: DrawParams, model: PaintedBy): string {
  const settings = [
    `Steps: ${params.steps}`,
    `Sampler: ${samplerName(model)}`,
    `CFG scale: ${params.guidanceScale}`,
    `Seed: ${params.seed}`,
    `Size: ${params.width}x${params.height}`,
    `Model: ${quoted(model.name)}`,
    `Denoising strength: ${params.strength}`,
    'Version: sketchwire',
  ]
  const negative = params.negativePrompt ? `\nNegative prompt: ${params.negativePrompt}` : ''
  return `${params.prompt}${negative}\n${settings.join(', ')}`
}

/** As its reader expects: values that contain a separator are JSON strings. */
function quoted(value: string): string {
  return /[,:\n]/.test(value) ? JSON.stringify(value) : value
}

/**
 * Adds text chunks, replacing those with the same keyword. Text goes as tEXt where Latin-1 holds it, else as iTXt.
 * Throws AppError `unsupported_image` or `broken_image` when `png` is not a whole PNG.
 */
export function withPngText(png: Uint8Array, entries: readonly PngText[]): Uint8Array<ArrayBuffer> {
  const replaced = new Set(entries.map((entry) => entry.keyword))
  const kept = readChunks(png).filter((chunk) => !replaced.has(keywordOf(chunk) ?? ''))
  const [header, ...rest] = kept
  if (header?.type !== 'IHDR')
    throw new AppError('broken_image', 'The PNG does not begin with IHDR; encode it anew')
  return writeChunks([header, ...entries.map(toChunk), ...rest])
}

/**
 * Keyword to text of the tEXt and uncompressed iTXt chunks, in file order, without what is too long. Throws as
 * `withPngText`.
 */
export function readPngText(png: Uint8Array): Map<string, string> {
  const found = new Map<string, string>()
  let leftBytes = MAX_TEXT_BYTES
  for (const chunk of readChunks(png)) {
    if (!isText(chunk) || chunk.data.length > leftBytes) continue
    leftBytes -= chunk.data.length
    const entry = readText(chunk)
    if (entry) found.set(entry.keyword, entry.text)
  }
  return found
}

function toChunk({ keyword, text: given }: PngText): PngChunk {
  // NUL separates the fields of a chunk and may not be part of one.
  const text = given.replaceAll('\0', '')
  const name = [...toLatin1(keyword), 0]
  if (isLatin1(text)) return { type: 'tEXt', data: Uint8Array.from([...name, ...toLatin1(text)]) }
  // Not compressed, no language, no translated keyword.
  return { type: 'iTXt', data: Uint8Array.from([...name, 0, 0, 0, 0, ...new TextEncoder().encode(text)]) }
}

function isLatin1(text: string): boolean {
  return [...text].every((char) => char.charCodeAt(0) <= 0xff && char.length === 1)
}

function isText({ type }: PngChunk): boolean {
  return type === 'tEXt' || type === 'iTXt'
}

function keywordOf(chunk: PngChunk): string | undefined {
  const end = isText(chunk) ? chunk.data.subarray(0, MAX_KEYWORD_BYTES + 1).indexOf(0) : -1
  return end < 0 ? undefined : latin1(chunk.data.subarray(0, end))
}

function readText(chunk: PngChunk): PngText | undefined {
  const keyword = keywordOf(chunk)
  if (keyword === undefined) return undefined
  const rest = chunk.data.subarray(keyword.length + 1)
  if (chunk.type === 'tEXt') return { keyword, text: latin1(rest) }
  if (rest[0] !== 0) return undefined
  const [, afterLanguage] = split(rest.subarray(2))
  const [, text] = split(afterLanguage)
  return { keyword, text: new TextDecoder().decode(text) }
}

/** What stands before and after the first NUL. */
function split(data: Uint8Array): [Uint8Array, Uint8Array] {
  const end = data.indexOf(0)
  return end < 0 ? [data, new Uint8Array(0)] : [data.subarray(0, end), data.subarray(end + 1)]
}
