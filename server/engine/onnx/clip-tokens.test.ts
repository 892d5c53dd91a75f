// CLIP's tokenizer on 200 prompts against transformers', with CLIP's own vocabulary (models/golden/dump_tokens.py).
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { loadTokenizer } from './tokenizer.ts'

const golden = (file: string) => fileURLToPath(new URL(`../../../models/golden/${file}`, import.meta.url))
const END = 49407

/** With the vocabulary that follows from the merges: bytes, bytes that end a word, merges. */
async function clipVocabulary() {
  const merges = gunzipSync(await readFile(golden('clip-merges.txt.gz')))
    .toString('utf8')
    .split('\n')
  const letters = [...range(33, 127), ...range(161, 173), ...range(174, 256)]
  const bytes = [...letters, ...range(256, 512 - letters.length)].map((code) => String.fromCodePoint(code))
  const joined = merges.map((merge) => merge.replace(' ', ''))
  const tokens = [...bytes, ...bytes.map((byte) => `${byte}</w>`), ...joined]
  const vocab = Object.fromEntries(
    [...tokens, '<|startoftext|>', '<|endoftext|>'].map((token, id) => [token, id]),
  )
  return { vocab, merges }
}

/** The file transformers writes. */
async function writeFast(dir: string): Promise<string> {
  const settings = JSON.parse(await readFile(golden('clip-tokenizer.json'), 'utf8')) as { model: object }
  const json = { ...settings, model: { ...settings.model, ...(await clipVocabulary()) } }
  await writeFile(join(dir, 'tokenizer.json'), JSON.stringify(json))
  return join(dir, 'tokenizer.json')
}

/** The files CLIP was published with. */
async function writeSlow(dir: string): Promise<string> {
  const { vocab, merges } = await clipVocabulary()
  await writeFile(join(dir, 'vocab.json'), JSON.stringify(vocab))
  await writeFile(join(dir, 'merges.txt'), ['#version: 0.2', ...merges].join('\n'))
  return join(dir, 'vocab.json')
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i)
}

describe('CLIP tokenizer', () => {
  it.each([
    ['tokenizer.json', writeFast],
    ['vocab.json and merges.txt', writeSlow],
  ])(
    "cuts 200 prompts as transformers' does, from %s",
    async (_, write) => {
      const dir = await mkdtemp(join(tmpdir(), 'sketchwire-clip-'))
      const tokenize = await loadTokenizer(await write(dir), { maxLength: 77, padId: END })
      await rm(dir, { recursive: true })
      const rows = JSON.parse(await readFile(golden('clip-tokens.json'), 'utf8')) as [string, number[]][]
      expect(rows).toHaveLength(200)
      const wrong = rows.filter(([prompt, ids]) => {
        const padded = [...ids, ...Array<number>(77 - ids.length).fill(END)]
        return tokenize(prompt).some((id, i) => id !== padded[i])
      })
      expect(
        wrong.map(([prompt, ids]) => ({ prompt, ids, ours: tokenize(prompt).slice(0, ids.length) })),
      ).toEqual([])
    },
    30_000,
  )
})
