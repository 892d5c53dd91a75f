import { describe, expect, it } from 'vitest'
import { readOnnxHeader } from './folder/onnx-header.ts'
import { manifestFiles } from './manifest-files.ts'
import { checkMemory, modelBytes, readModelFolder } from './model-folder.ts'
import { POCKET_MODEL, toyFolder } from './testing/models.ts'

const HALF = toyFolder('sd-turbo-half')

describe('the memory a model takes', () => {
  it('counts weights in float16 twice on a CPU, once elsewhere and while nobody knows', async () => {
    const { manifest } = await readModelFolder(HALF)
    const half = manifestFiles(manifest)
      .filter((file) => file.endsWith('.onnx'))
      .reduce((sum, file) => sum + readOnnxHeader(`${HALF}/${file}`).weightBytes.half, 0)
    expect(half).toBeGreaterThan(0)
    const [cpu = 0, cuda = 0, unknown] = await Promise.all(
      ['cpu', 'cuda', undefined].map((provider) => modelBytes(HALF, manifest, provider)),
    )
    expect([cpu - cuda, unknown]).toEqual([half, cuda])
  })

  it('is that of the files its provider opens: the int8 ones are for a CPU alone', async () => {
    const { manifest } = await readModelFolder(POCKET_MODEL)
    const alone = { ...manifest, files: { ...manifest.files, int8: undefined } }
    expect(await modelBytes(POCKET_MODEL, manifest, 'cuda')).toBe(
      await modelBytes(POCKET_MODEL, alone, 'cuda'),
    )
  })

  it('is refused by name, need, place and remedy', async () => {
    const { manifest } = await readModelFolder(HALF)
    const freeBytes = await modelBytes(HALF, manifest, 'cuda')
    const memory = { totalBytes: freeBytes, freeBytes }
    await checkMemory(HALF, manifest, { slots: 1, memory })
    await checkMemory(HALF, manifest, { slots: 1, memory, provider: 'cuda' })
    await expect(checkMemory(HALF, manifest, { slots: 1, memory, provider: 'cpu' })).rejects.toThrow(
      /^sd-turbo-half needs at least .* of memory on provider cpu, this machine has .*; use a smaller model/,
    )
    await expect(checkMemory(HALF, manifest, { slots: 2, memory })).rejects.toThrow(
      /for 2 slots.*fewer slots/,
    )
  })
})
