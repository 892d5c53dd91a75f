import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'
import { AppError, messageOf } from '../../../lib/std/errors.ts'

export interface TokenizerOptions {
  /** Every prompt becomes exactly this many ids. */
  readonly maxLength: number
  readonly padId: number
}

/** Text to exactly `maxLength` token ids. */
export type Tokenize = (text: string) => number[]

/** Loads a `tokenizer.json`. @throws AppError `model_unloadable` naming the file. */
export async function loadTokenizer(path: string, options: TokenizerOptions): Promise<Tokenize> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof json !== 'object' || json === null) throw new TypeError('not a JSON object')
    const tokenizer = new Tokenizer(json, {})
    return (text) => fit(tokenizer, text, options)
  } catch (cause) {
    throw new AppError(
      'model_unloadable',
      `${path} cannot be read (${messageOf(cause)}); install the model again`,
      { cause },
    )
  }
}

/** Cuts the words, never the special tokens around them: a text encoder finds its end by the last one. */
function fit(tokenizer: Tokenizer, text: string, { maxLength, padId }: TokenizerOptions): number[] {
  const ids = [...tokenizer.encode(text).ids]
  if (ids.length > maxLength) {
    const words = tokenizer.encode(text, { add_special_tokens: false }).ids
    const special = ids.length - words.length
    const before = words.length === 0 ? 0 : indexOfRun(ids, words)
    ids.splice(before + Math.max(0, maxLength - special), ids.length - maxLength)
  }
  while (ids.length < maxLength) ids.push(padId)
  return ids
}

function indexOfRun(ids: readonly number[], run: readonly number[]): number {
  const last = ids.length - run.length
  for (let start = 0; start <= last; start++) if (run.every((id, i) => ids[start + i] === id)) return start
  return 0
}
