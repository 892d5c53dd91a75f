// Special tokens as transformers takes them from a tokenizer folder's files (models/golden/dump_special_tokens.py).
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadTokenizer } from '../onnx/tokenizer.ts'
import { readTextPart } from './text-parts.ts'

interface Row {
  readonly name: string
  readonly kind: 'vocab.json' | 'tokenizer.json'
  readonly config: object | null
  readonly special: object | null
  readonly padId: number
  readonly ids: Readonly<Record<string, readonly number[]>>
}

const golden = fileURLToPath(new URL('../../../models/golden/clip-special-tokens.json', import.meta.url))
const { tokenizer, rows } = JSON.parse(await readFile(golden, 'utf8')) as {
  tokenizer: { model: object }
  rows: readonly Row[]
}
const MOST_IDS = 32

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

/** As dump_special_tokens.py's: bytes, bytes that end a word, start and end. */
function vocabulary(): Record<string, number> {
  const letters = [...range(33, 127), ...range(161, 173), ...range(174, 256)]
  const signs = [...letters, ...range(256, 512 - letters.length)].map((code) => String.fromCodePoint(code))
  const tokens = [...signs, ...signs.map((sign) => `${sign}</w>`), '<|startoftext|>', '<|endoftext|>']
  return Object.fromEntries(tokens.map((token, id) => [token, id]))
}

async function writeFolder(dir: string, { kind, config, special }: Row): Promise<void> {
  const put = (name: string, content: unknown) => writeFile(join(dir, name), JSON.stringify(content))
  await mkdir(dir)
  if (kind === 'vocab.json') {
    await put(kind, vocabulary())
    await writeFile(join(dir, 'merges.txt'), '#version: 0.2\n')
  } else await put(kind, { ...tokenizer, model: { ...tokenizer.model, vocab: vocabulary(), merges: [] } })
  if (config !== null) await put('tokenizer_config.json', config)
  if (special !== null) await put('special_tokens_map.json', special)
}

describe('special tokens', () => {
  it.each(rows.map((row) => ({ ...row, title: `${row.name} (${row.kind})` })))(
    "are transformers': $title",
    async (row) => {
      const dir = await mkdtemp(join(tmpdir(), 'sketchwire-tokens-'))
      try {
        await writeFolder(join(dir, 'tokenizer'), row)
        const part = await readTextPart(dir, 'tokenizer', MOST_IDS)
        expect(part.tokenizer.padId).toBe(row.padId)
        const tokenize = await loadTokenizer(join(dir, part.file), part.tokenizer)
        for (const [prompt, ids] of Object.entries(row.ids)) {
          const padding = Array<number>(MOST_IDS - ids.length).fill(row.padId)
          expect(tokenize(prompt), prompt).toEqual([...ids, ...padding])
        }
      } finally {
        await rm(dir, { recursive: true })
      }
    },
  )
})
