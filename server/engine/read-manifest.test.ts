import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { manifestFiles } from './manifest-files.ts'
import { modelInfo } from './model-info.ts'
import { readManifest } from './read-manifest.ts'
import { schedulerConfig } from './scheduler-config.ts'
import { copyModel, TOY_MODEL } from './testing/models.ts'
import { refusal } from './testing/refusal.ts'
import { verifyFiles } from './verify-files.ts'

describe('readManifest', () => {
  it('reads the toy model, filling in what may be left out', async () => {
    const manifest = await readManifest(TOY_MODEL)
    expect(manifest.defaults.seed).toBe(1)
    expect(schedulerConfig(manifest)).toMatchObject({
      predictionType: 'sample',
      clipSample: false,
      setAlphaToOne: true,
    })
    expect(schedulerConfig(manifest)).not.toHaveProperty('strengthSemantics')
    expect(modelInfo(manifest, 'cuda')).toMatchObject({
      id: 'toy-model',
      provider: 'cuda',
      originalInferenceSteps: 50,
      sampler: 'lcm',
    })
    expect(manifestFiles(manifest)).toContain('weights.bin')
    await verifyFiles(TOY_MODEL, manifest)
  })

  it('tells a client of a negative prompt where the model is guided by two passes', async () => {
    const manifest = await readManifest(TOY_MODEL)
    expect(modelInfo(manifest, 'cpu').negativePrompt).toBeUndefined()
    const guided = { ...manifest, guidance: { ...manifest.guidance, negative: 'empty' as const } }
    expect(modelInfo(guided, 'cpu').negativePrompt).toBe(true)
  })

  it('says which folder has no manifest', async () => {
    const { code, message } = await refusal(readManifest('/nowhere/model'))
    expect(code).toBe('model_missing_file')
    expect(message).toContain('/nowhere/model')
  })

  it('says where a manifest is no JSON', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await writeFile(join(copy.dir, 'manifest.json'), '{')
    const { code, message } = await refusal(readManifest(copy.dir))
    expect(code).toBe('model_invalid_manifest')
    expect(message).toContain(copy.dir)
  })

  it.each<[string, (m: Record<string, object>) => unknown, string]>([
    ['a future format', (m) => ({ ...m, formatVersion: 2 }), 'formatVersion is 2; update Sketchwire'],
    ['a file of another kind', () => ({ formatVersion: 1 }), 'more. Correct it'],
    ['a missing field', ({ latents: _, ...m }) => m, 'latents'],
    [
      'a variant of other sizes',
      (m) => ({
        ...m,
        files: {
          ...m.files,
          variants: {
            cuda: { sizes: [{ width: 64, height: 72, unet: 'u', vaeEncoder: 'e', vaeDecoder: 'd' }] },
          },
        },
      }),
      'files.variants.cuda has sizes 64x72, files has 128x128, 64x64',
    ],
    [
      'an int8 form without a size that the model has',
      (m) => ({
        ...m,
        files: {
          ...m.files,
          int8: {
            maxError: 0.1,
            sizes: [{ width: 64, height: 64, unet: 'u', vaeEncoder: 'e', vaeDecoder: 'd' }],
          },
        },
      }),
      'files.int8 has sizes 64x64, files has 128x128, 64x64',
    ],
    ['no sizes', (m) => ({ ...m, files: { ...m.files, sizes: [] } }), 'files.sizes'],
    [
      'a file outside the folder',
      (m) => ({ ...m, files: { ...m.files, tokenizer: '../secret.json' } }),
      'files.tokenizer',
    ],
    [
      'an absolute file',
      (m) => ({ ...m, files: { ...m.files, tokenizer: '/etc/passwd' } }),
      'files.tokenizer',
    ],
    [
      'a size that is no multiple of the latents',
      (m) => ({ ...m, latents: { ...m.latents, downsample: 7 } }),
      '64x64',
    ],
    [
      'a size that its U-Net cannot halve',
      (m) => ({ ...m, sizeMultiple: 64 }),
      'has 96x64, not a multiple of sizeMultiple 64',
    ],
    ['a default size it has not', (m) => ({ ...m, defaults: { ...m.defaults, width: 72 } }), '72x64'],
    [
      'a preview of other channels',
      (m) => ({ ...m, preview: { matrix: [[1], [1], [1]], bias: [0, 0, 0] } }),
      '4 factors',
    ],
  ])('refuses %s, naming it', async (_name, change, named) => {
    await using copy = await copyModel(TOY_MODEL)
    await copy.edit(change)
    const { code, message } = await refusal(readManifest(copy.dir))
    expect(code).toBe('model_invalid_manifest')
    expect(message).toContain(named)
  })
})
