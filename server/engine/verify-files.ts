import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../lib/std/errors.ts'
import { manifestFiles } from './manifest-files.ts'
import { MANIFEST_FILE, type Manifest } from './manifest.ts'

/**
 * Compares every file of the folder with the manifest: presence, size, and (unless `hashes` is false) SHA-256.
 * @throws AppError `model_missing_file` or `model_wrong_hash`, naming file, found, expected and remedy.
 */
export async function verifyFiles(
  modelDir: string,
  manifest: Manifest,
  { hashes = true } = {},
): Promise<void> {
  for (const file of manifestFiles(manifest)) {
    const path = join(modelDir, file)
    const found = await stat(path).catch((cause: unknown) => {
      throw new AppError(
        'model_missing_file',
        `${path} is missing, but the model is made of it; install the model again`,
        { cause },
      )
    })
    const expectedBytes = manifest.bytes[file]
    if (expectedBytes !== undefined && expectedBytes !== found.size) {
      throw wrongHash(path, `has ${found.size} bytes, expected ${expectedBytes}`)
    }
    if (hashes) await verifyHash(path, manifest.sha256[file])
  }
}

async function verifyHash(path: string, expected: string | undefined): Promise<void> {
  if (expected === undefined) {
    throw new AppError(
      'model_invalid_manifest',
      `${MANIFEST_FILE} has no sha256 for ${path}; add it or install the model again`,
    )
  }
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  const found = hash.digest('hex')
  if (found !== expected.toLowerCase()) throw wrongHash(path, `has sha256 ${found}, expected ${expected}`)
}

function wrongHash(path: string, what: string): AppError {
  return new AppError(
    'model_wrong_hash',
    `${path} ${what}; the file is damaged or of another version: install the model again`,
  )
}
