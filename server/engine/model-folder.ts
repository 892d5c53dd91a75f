// The door to every model folder: our own layout (manifest.json), or diffusers' ONNX layout.
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import { isDiffusersFolder, readDiffusersFolder } from './folder/diffusers-folder.ts'
import { readMemory, type Memory } from './memory.ts'
import { MANIFEST_FILE, readManifest, variantFiles, type Manifest } from './manifest.ts'

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

/** Bytes of everything the model is made of on the provider that takes most: about what its weights take in memory. */
export async function modelBytes(modelDir: string, manifest: Manifest): Promise<number> {
  const totals = variantFiles(manifest).map(async (files) => {
    const sizes = await Promise.all(files.map((file) => bytesOf(join(modelDir, file))))
    return sizes.reduce((sum, bytes) => sum + bytes, 0)
  })
  return Math.max(...(await Promise.all(totals)))
}

/**
 * Weights that cannot fit would end the child without a word, killed by the system.
 * @param memory for tests, and for what is free once something else is gone.
 * @throws AppError `model_too_large`.
 */
export async function checkMemory(
  modelDir: string,
  manifest: Manifest,
  { slots, memory = readMemory() }: { readonly slots: number; readonly memory?: Memory },
): Promise<void> {
  const needed = (await modelBytes(modelDir, manifest)) * slots
  if (needed <= memory.freeBytes) return
  const each = slots === 1 ? '' : ` for ${slots} slots`
  const isTotal = needed > memory.totalBytes
  const has = isTotal
    ? `this machine has ${gigabytes(memory.totalBytes)} for it`
    : `of the ${gigabytes(memory.totalBytes)} of this machine ${gigabytes(memory.freeBytes)} are free`
  const remedies = [
    ...(isTotal ? [] : ['close other programs']),
    'use a smaller model ("npm run models -- list")',
    ...(slots === 1 ? [] : ['fewer slots']),
  ]
  const message = `${manifest.name} needs at least ${gigabytes(needed)} of memory${each}, ${has}; ${remedies.join(' or ')}`
  throw new AppError('model_too_large', message)
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`

async function bytesOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}
