import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { entryFor, type CatalogEntry } from './catalog.ts'
import type { RemoteFile } from './hub.ts'
import { chooseFiles } from './wanted-files.ts'

const { models } = JSON.parse(await readFile('models/catalog.json', 'utf8')) as { models: CatalogEntry[] }
const alone = entryFor(models, 'someone/some-model')

function listed(entry: CatalogEntry, ...lists: readonly (readonly string[])[]): readonly RemoteFile[][] {
  return entry.parts.map((part, i) =>
    (lists[i] ?? []).map((path) => ({ path, bytes: 1, sha256: undefined, part })),
  )
}

const GRAPHS = ['unet', 'text_encoder', 'vae_encoder', 'vae_decoder'].map((name) => `${name}/model.onnx`)
const SCHEDULER = 'scheduler/scheduler_config.json'
const SLOW = ['tokenizer/vocab.json', 'tokenizer/merges.txt']
const WHOLE = [...GRAPHS, SCHEDULER, ...SLOW]
const XL = [...WHOLE, 'text_encoder_2/model.onnx', 'tokenizer_2/vocab.json', 'tokenizer_2/merges.txt']
const choose = (paths: readonly string[]) => {
  const { describing, likely } = chooseFiles(alone, listed(alone, paths))
  return { describing: describing.map(({ path }) => path), likely: likely.map(({ path }) => path) }
}

describe('what is downloaded of a repository', () => {
  it.each<[string, readonly string[]]>([
    ['SD1.5, SD-Turbo', WHOLE],
    ['with a tokenizer.json', [...GRAPHS, SCHEDULER, 'tokenizer/tokenizer.json']],
    // Its U-Net's graph tells that it is one.
    ['an LCM without a scheduler', [...GRAPHS, ...SLOW]],
    ['SDXL', XL],
  ])('is first what describes it, where it may load: %s', (_, paths) => {
    expect(choose(paths)).toEqual({ describing: paths, likely: [] })
  })

  it('is the manifest first where it is in our own layout: it names the rest', () => {
    const rest = ['graphs/unet.onnx', 'tokens.json']
    expect(choose([...rest, 'manifest.json'])).toEqual({ describing: ['manifest.json'], likely: rest })
  })

  it('leaves out weights of other frameworks', () => {
    const others = ['unet/pytorch_model.bin', 'unet/model.safetensors', 'README.md']
    expect(choose([...WHOLE, ...others])).toEqual({ describing: WHOLE, likely: [] })
  })

  it('leaves out graphs that are not opened with what is called after them, not weights of any other name', () => {
    const weights = ['unet/model.onnx_data', 'vae_decoder/weights.pb']
    const others = ['unet/model_fp16.onnx', 'unet/model_fp16.onnx_data', 'vae_decoder/model_quantized.onnx']
    expect(choose([...WHOLE, ...others, ...weights])).toEqual({ describing: WHOLE, likely: weights })
  })

  it.each<[string, readonly string[], RegExp]>([
    [
      'no U-Net',
      WHOLE.slice(1),
      /not a model in the ONNX layout: it has no unet\/model.onnx \(found 6 files/,
    ],
    [
      'no image encoder',
      WHOLE.filter((path) => !path.startsWith('vae_encoder')),
      /^someone\/some-model has no vae_encoder\/model.onnx; nothing was downloaded: choose/,
    ],
    [
      'no text encoder and half a tokenizer',
      WHOLE.filter((path) => !/text_encoder|merges/.test(path)),
      /has no text_encoder\/model.onnx, no tokenizer\/tokenizer.json \(or vocab.json with merges.txt\)/,
    ],
    [
      "SDXL without its second text encoder's tokenizer",
      XL.filter((path) => !path.startsWith('tokenizer_2')),
      /has no tokenizer_2\/tokenizer.json/,
    ],
  ])('is nothing where it cannot load: %s', (_, paths, message) => {
    expect(() => choose(paths)).toThrow(message)
  })
})

describe('a repository of the catalog', () => {
  it('that is the first part of an entry is taken as that entry, which adds what it lacks', () => {
    const entry = entryFor(models, 'aislamov/lcm-dreamshaper-v7-onnx')
    expect(entry.id).toBe('lcm-dreamshaper-v7-aislamov')
    const own = WHOLE.filter((path) => !path.startsWith('vae_encoder'))
    const { describing } = chooseFiles(entry, listed(entry, own, WHOLE))
    expect(describing.map(({ path }) => path).sort()).toEqual([...WHOLE].sort())
    expect(describing.find(({ path }) => path === 'vae_encoder/model.onnx')?.part.repository).toBe(
      'SimianLuo/LCM_Dreamshaper_v7',
    )
  })

  it('that is an entry by itself is that one, whatever else it lends to', () => {
    expect(entryFor(models, 'SimianLuo/LCM_Dreamshaper_v7').id).toBe('lcm-dreamshaper-v7')
  })
})
