import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { copyModel, TOY_MODEL, toyFolder } from '../testing/models.ts'
import { loadTokenizer } from './tokenizer.ts'

// The toy model's: one id per byte (byte + 3), <s> = 1 before, </s> = 2 after, <pad> = 0.
const path = join(TOY_MODEL, 'tokenizer.json')
const ids = (text: string) => [...new TextEncoder().encode(text)].map((byte) => byte + 3)

describe('tokenizer', () => {
  it('pads to the length of the model', async () => {
    const tokenize = await loadTokenizer(path, { maxLength: 8, padId: 0 })
    expect(tokenize('Boat')).toEqual([1, ...ids('boat'), 2, 0, 0])
    expect(tokenize('')).toEqual([1, 2, 0, 0, 0, 0, 0, 0])
  })

  it('cuts the words, never the special tokens around them', async () => {
    const tokenize = await loadTokenizer(path, { maxLength: 6, padId: 0 })
    expect(tokenize('lighthouse')).toEqual([1, ...ids('ligh'), 2])
    expect(tokenize('boat')).toEqual([1, ...ids('boat'), 2])
    const tiny = await loadTokenizer(path, { maxLength: 2, padId: 0 })
    expect(tiny('boat')).toEqual([1, 2])
  })

  it('takes emoji, right-to-left and very long text', async () => {
    const tokenize = await loadTokenizer(path, { maxLength: 24, padId: 0 })
    for (const text of ['🏠🌊', 'بيت', 'x'.repeat(2000), '\u0000\n\t', '\ud800'])
      expect(tokenize(text)).toHaveLength(24)
    expect(tokenize('🏠').slice(0, 6)).toEqual([1, ...ids('🏠'), 2])
  })

  it('gives a word its vocabulary has not the id of unknown words', async () => {
    await using copy = await copyModel(TOY_MODEL)
    const model = { type: 'WordLevel', vocab: { '<pad>': 0, '<unk>': 1, sea: 2 }, unk_token: '<unk>' }
    const words = join(copy.dir, 'words.json')
    const json = {
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: null,
      decoder: null,
      added_tokens: [],
      model,
    }
    await writeFile(words, JSON.stringify(json))
    const tokenize = await loadTokenizer(words, { maxLength: 5, padId: 0 })
    expect(tokenize('Sea, zebra')).toEqual([2, 1, 1, 0, 0])
    expect(tokenize('')).toEqual([0, 0, 0, 0, 0])
    expect(tokenize('sea '.repeat(9))).toEqual([2, 2, 2, 2, 2])
  })

  it('names a file that is none', async () => {
    for (const broken of [fileURLToPath(import.meta.url), '/nowhere/tokenizer.json']) {
      const error: unknown = await loadTokenizer(broken, { maxLength: 8, padId: 0 }).catch(
        (thrown: unknown) => thrown,
      )
      expect(error).toMatchObject({ code: 'model_unloadable' })
      expect(String(error)).toContain(broken)
    }
  })
})

describe("CLIP's vocab.json and merges.txt", () => {
  it('give the ids of the tokenizer.json made of them', async () => {
    const options = { maxLength: 16, padId: 0 }
    const slow = await loadTokenizer(join(toyFolder('lcm-optimum'), 'tokenizer/vocab.json'), options)
    const fast = await loadTokenizer(join(toyFolder('lcm-lora-old'), 'tokenizer/tokenizer.json'), options)
    for (const text of ['A  House', "it's 12 houses", 'Üben, 🏠!', '', 'x'.repeat(100)])
      expect(slow(text)).toEqual(fast(text))
    // <|startoftext|> a</w> house</w> <|endoftext|>
    expect(slow('a house').slice(0, 4)).toEqual([517, expect.any(Number), 515, 518])
  })

  it('are refused when they are not of CLIP', async () => {
    await using copy = await copyModel(TOY_MODEL)
    await writeFile(join(copy.dir, 'vocab.json'), '{"a":0}')
    await writeFile(join(copy.dir, 'merges.txt'), '')
    await expect(loadTokenizer(join(copy.dir, 'vocab.json'), { maxLength: 8, padId: 0 })).rejects.toThrow(
      /vocab.json has no <\|startoftext\|>/,
    )
  })
})
