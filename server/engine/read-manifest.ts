// A manifest that is no such, or contradicts itself, is refused with the file, what was found and the remedy.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../../lib/std/errors.ts'
import { MANIFEST_FILE, ManifestSchema, type Manifest, type SizeFiles } from './manifest.ts'

/**
 * Reads and checks `manifest.json` of a model folder.
 * @throws AppError `model_missing_file` or `model_invalid_manifest`.
 */
export async function readManifest(modelDir: string): Promise<Manifest> {
  const path = join(modelDir, MANIFEST_FILE)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError(
      'model_missing_file',
      `No readable ${MANIFEST_FILE} in ${modelDir}: name a model folder, or install one`,
      { cause },
    )
  })
  const manifest = parseManifest(text, path)
  for (const check of [checkMultiples, checkOtherForms, checkDefaultSize, checkPreview]) check(manifest, path)
  return manifest
}

function parseManifest(text: string, path: string): Manifest {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new AppError(
      'model_invalid_manifest',
      `${path} is not JSON (${messageOf(cause)}); restore the file`,
      { cause },
    )
  }
  const result = v.safeParse(ManifestSchema, json)
  if (result.success) return result.output
  const why = `${path} does not fit format 1: ${whyNotFormat1(json, result.issues)}`
  throw new AppError('model_invalid_manifest', why)
}

/** Enough to see what is the matter: a file of another kind misses everything. */
const PROBLEMS_TOLD = 3

function whyNotFormat1(json: unknown, issues: readonly v.BaseIssue<unknown>[]): string {
  const other = v.safeParse(v.object({ formatVersion: v.pipe(v.number(), v.notValue(1)) }), json)
  if (other.success)
    return `its formatVersion is ${other.output.formatVersion}; update Sketchwire, or export the model anew`
  const problems = issues.map((issue) => `${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`)
  const more = problems.length - PROBLEMS_TOLD
  const told = problems.slice(0, PROBLEMS_TOLD).join('; ')
  return `${told}${more > 0 ? `; and ${more} more` : ''}. Correct it, or export the model anew`
}

function checkMultiples({ files, latents, sizeMultiple = 1 }: Manifest, path: string): void {
  const multiples = { 'latents.downsample': latents.downsample, sizeMultiple }
  for (const { width, height } of files.sizes) {
    const wrong = Object.entries(multiples).find(([, one]) => width % one !== 0 || height % one !== 0)
    if (wrong === undefined) continue
    throw contradiction(path, `files.sizes has ${width}x${height}, not a multiple of ${wrong.join(' ')}`)
  }
}

function checkOtherForms({ files }: Manifest, path: string): void {
  const variants = Object.entries(files.variants ?? {}).map(([name, of]) => ({
    name: `variants.${name}`,
    ...of,
  }))
  for (const { name, sizes } of [...variants, { name: 'int8', ...files.int8 }]) {
    if (sizes === undefined || sizesOf(sizes) === sizesOf(files.sizes)) continue
    throw contradiction(path, `files.${name} has sizes ${sizesOf(sizes)}, files has ${sizesOf(files.sizes)}`)
  }
}

function checkDefaultSize({ files, defaults }: Manifest, path: string): void {
  if (files.sizes.some(({ width, height }) => width === defaults.width && height === defaults.height)) return
  throw contradiction(path, `defaults ${defaults.width}x${defaults.height} is not one of files.sizes`)
}

function checkPreview({ latents, preview }: Manifest, path: string): void {
  if (preview === undefined) return
  const { matrix, bias } = preview
  const fits = matrix.length === 3 && matrix.every((row) => row.length === latents.channels)
  if (fits && bias.length === 3) return
  throw contradiction(path, `preview must have 3 rows of ${latents.channels} factors and 3 biases`)
}

function contradiction(path: string, message: string): AppError {
  return new AppError('model_invalid_manifest', `${path}: ${message}; correct the manifest`)
}

function sizesOf(sizes: readonly SizeFiles[]): string {
  return sizes
    .map(({ width, height }) => `${width}x${height}`)
    .sort()
    .join(', ')
}
