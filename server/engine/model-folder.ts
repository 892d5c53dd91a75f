// The door to every model folder: our own layout (manifest.json), or diffusers' ONNX layout.
import { existsSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import { isDiffusersFolder, readDiffusersFolder } from './folder/diffusers-folder.ts'
import { readOnnxHeader, type OnnxHeader } from './folder/onnx-header.ts'
import { readMemory, type Memory } from './memory.ts'
import { MANIFEST_FILE, type Manifest } from './manifest.ts'
import { variantFiles } from './manifest-files.ts'
import { readManifest } from './read-manifest.ts'

export interface ModelFolder {
  readonly manifest: Manifest
  /** Whether the folder carries digests of its own files, to be compared at every start. */
  readonly isSealed: boolean
}

/** @throws AppError `model_*`: what was found, what was expected, and the remedy. */
export async function readModelFolder(modelDir: string): Promise<ModelFolder> {
  if (existsSync(join(modelDir, MANIFEST_FILE)))
    return { manifest: await readManifest(modelDir), isSealed: true }
  // Several GB are hashed when they are installed and by `npm run models -- verify`, not at every start.
  if (isDiffusersFolder(modelDir)) return { manifest: await readDiffusersFolder(modelDir), isSealed: false }
  const where = existsSync(modelDir) ? modelDir : `${modelDir}, which does not exist`
  const remedy = 'name a model folder, or install one with "npm run models -- add ID"'
  const message = `Found neither ${MANIFEST_FILE} nor diffusers' unet/model.onnx in ${where}; ${remedy}`
  throw new AppError('model_missing_file', message)
}

/**
 * About what a model's weights take in memory: the bytes of its files on `provider`, or, where it is not known yet, on
 * the one that takes most. Provider cpu computes in float32 and keeps float16 weights twice as large.
 */
export async function modelBytes(modelDir: string, manifest: Manifest, provider?: string): Promise<number> {
  const totals = variantFiles(manifest, provider).map(async (files) => {
    const sizes = await Promise.all(files.map((file) => bytesOf(join(modelDir, file))))
    const half = provider === 'cpu' ? halfBytes(modelDir, files) : 0
    return sizes.reduce((sum, bytes) => sum + bytes, half)
  })
  return Math.max(...(await Promise.all(totals)))
}

function halfBytes(modelDir: string, files: readonly string[]): number {
  const graphs = files.map((file) => join(modelDir, file)).filter((path) => path.endsWith('.onnx'))
  // One that is missing or damaged has its own error, when the files are verified or opened.
  return graphs.reduce((sum, path) => sum + (weightsOf(path)?.half ?? 0), 0)
}

type WeightBytes = OnnxHeader['weightBytes']

/** By path, of the file as it was then: 40 ms a model, each time somebody asks for the list of models. */
const readBefore = new Map<
  string,
  { readonly mtimeMs: number; readonly size: number; readonly bytes: WeightBytes }
>()

function weightsOf(path: string): WeightBytes | undefined {
  try {
    const { mtimeMs, size } = statSync(path)
    const known = readBefore.get(path)
    if (known?.mtimeMs === mtimeMs && known.size === size) return known.bytes
    const bytes = readOnnxHeader(path).weightBytes
    readBefore.set(path, { mtimeMs, size, bytes })
    return bytes
  } catch {
    return undefined
  }
}

export interface MemoryNeeds {
  readonly slots: number
  /** Where it will run, if that is known. */
  readonly provider?: string | undefined
  /** For tests, and for what is free once something else is gone. */
  readonly memory?: Memory
}

/**
 * Weights that cannot fit would end the child without a word, killed by the system.
 * @throws AppError `model_too_large`.
 */
export async function checkMemory(modelDir: string, manifest: Manifest, needs: MemoryNeeds): Promise<void> {
  const bytes = await modelBytes(modelDir, manifest, needs.provider)
  const problem = memoryProblem(manifest.name, bytes, needs)
  if (problem !== undefined) throw problem
}

/** @param bytes of one slot, from `modelBytes`. */
export function memoryProblem(
  name: string,
  bytes: number,
  { slots, provider, memory = readMemory() }: MemoryNeeds,
): AppError | undefined {
  const needed = bytes * slots
  if (needed <= memory.freeBytes) return undefined
  const each = slots === 1 ? '' : ` for ${slots} slots`
  const where = provider === undefined ? '' : ` on provider ${provider}`
  const isTotal = needed > memory.totalBytes
  const has = isTotal
    ? `this machine has ${gigabytes(memory.totalBytes)} for it`
    : `of the ${gigabytes(memory.totalBytes)} of this machine ${gigabytes(memory.freeBytes)} are free`
  const remedies = [
    ...(isTotal ? [] : ['close other programs']),
    'use a smaller model ("npm run models -- list")',
    ...(slots === 1 ? [] : ['fewer slots']),
  ]
  const message = `${name} needs at least ${gigabytes(needed)} of memory${each}${where}, ${has}; ${remedies.join(' or ')}`
  return new AppError('model_too_large', message)
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

async function bytesOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}
