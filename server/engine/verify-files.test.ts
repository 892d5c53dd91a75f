import { appendFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readManifest } from './read-manifest.ts'
import { copyModel, TOY_MODEL } from './testing/models.ts'
import { refusal } from './testing/refusal.ts'
import { verifyFiles } from './verify-files.ts'

describe('verifyFiles', () => {
  it('names a missing file and the remedy', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await rm(join(copy.dir, 'unet.64x64.onnx'))
    const { code, message } = await refusal(verifyFiles(copy.dir, await readManifest(copy.dir)))
    expect(code).toBe('model_missing_file')
    expect(message).toMatch(/unet\.64x64\.onnx is missing.*install the model again/)
  })

  it('names a file of the wrong length, found and expected', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await appendFile(join(copy.dir, 'weights.bin'), 'x')
    const manifest = await readManifest(copy.dir)
    const { code, message } = await refusal(verifyFiles(copy.dir, manifest, { hashes: false }))
    expect(code).toBe('model_wrong_hash')
    expect(message).toContain(
      `has ${(manifest.bytes['weights.bin'] ?? 0) + 1} bytes, expected ${manifest.bytes['weights.bin']}`,
    )
  })

  it('names a file of the right length and the wrong content', async () => {
    await using copy = await copyModel(TOY_MODEL)
    const manifest = await readManifest(copy.dir)
    await writeFile(join(copy.dir, 'weights.bin'), Buffer.alloc(manifest.bytes['weights.bin'] ?? 0, 1))
    const { code, message } = await refusal(verifyFiles(copy.dir, manifest))
    expect(code).toBe('model_wrong_hash')
    expect(message).toContain(manifest.sha256['weights.bin'])
    await verifyFiles(copy.dir, manifest, { hashes: false })
  })

  it('refuses a file without a digest', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await copy.edit((m) => ({ ...m, sha256: {} }))
    const { code } = await refusal(verifyFiles(copy.dir, await readManifest(copy.dir)))
    expect(code).toBe('model_invalid_manifest')
  })
})
