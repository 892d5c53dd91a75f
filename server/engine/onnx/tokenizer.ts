import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import * as v from 'valibot'
import { AppError, messageOf } from '../../../lib/std/errors.ts'
import { clipTokenizer, type AddedToken } from './clip-tokenizer.ts'

export interface TokenizerOptions {
  /** Every prompt becomes exactly this many ids. */
  readonly maxLength: number
  readonly padId: number
  /** Words that are one token each, in place of or beside those of the file. */
  readonly addedTokens?: readonly AddedToken[] | undefined
}

/** Text to exactly `maxLength` token ids. */
export type Tokenize = (text: string) => number[]

/** The parts of a tokenizer.json that say which id an unknown word has. */
const TokenizerFileSchema = v.looseObject({
  normalizer: v.optional(v.unknown()),
  added_tokens: v.optional(v.array(v.looseObject({ content: v.string() })), []),
  model: v.looseObject({ vocab: v.optional(v.unknown()), unk_token: v.optional(v.nullable(v.string())) }),
})

/** Loads a `tokenizer.json`, or CLIP's `vocab.json` with `merges.txt` beside it. @throws AppError `model_unloadable` naming the file. */
export async function loadTokenizer(path: string, options: TokenizerOptions): Promise<Tokenize> {
  try {
    const json = v.parse(TokenizerFileSchema, await readTokenizer(path))
    const added = withTokens(json.added_tokens, options.addedTokens ?? [])
    const tokenizer = new Tokenizer({ ...json, added_tokens: added }, {})
    const unknownId = unknownIdOf(tokenizer, json.model.unk_token) ?? options.padId
    const plain = lowercases(json.normalizer) ? plainSigma : (text: string) => text
    const encode: Encode = (text, special) =>
      knownIds(tokenizer.encode(plain(text), { add_special_tokens: special }).ids, unknownId)
    return (text) => fit(encode, text, options)
  } catch (cause) {
    const message = `${path} cannot be read (${messageOf(cause)}); install the model again`
    throw new AppError('model_unloadable', message, { cause })
  }
}

interface FileToken {
  readonly content: string
}

function withTokens(inFile: readonly FileToken[], told: readonly AddedToken[]): readonly object[] {
  const others = inFile.filter((token) => told.every(({ content }) => content !== token.content))
  const written = (content: string) => inFile.find((token) => token.content === content)
  return [...others, ...told.map((token) => ({ special: true, ...written(token.content), ...token }))]
}

function lowercases(normalizer: unknown): boolean {
  return JSON.stringify(normalizer ?? null).includes('"type":"Lowercase"')
}

/** The library lowers with JavaScript's rule, which ends words in ς; transformers' lowers each letter by itself. */
function plainSigma(text: string): string {
  return text.replaceAll('Σ', 'σ')
}

async function readTokenizer(path: string): Promise<unknown> {
  const json: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (basename(path) !== 'vocab.json') return json
  return clipTokenizer(json, await readFile(join(dirname(path), 'merges.txt'), 'utf8'))
}

type Encode = (text: string, special: boolean) => number[]

function unknownIdOf(tokenizer: Tokenizer, token: string | null | undefined): number | undefined {
  return token === undefined || token === null ? undefined : tokenizer.token_to_id(token)
}

/** The library leaves holes for words a word-level vocabulary has not, although its types say otherwise. */
function knownIds(ids: readonly (number | undefined)[], unknownId: number): number[] {
  return ids.map((id) => id ?? unknownId)
}

/** Cuts the words, never the special tokens around them: a text encoder finds its end by the last one. */
function fit(encode: Encode, text: string, { maxLength, padId }: TokenizerOptions): number[] {
  const ids = encode(text, true)
  if (ids.length > maxLength) {
    const words = encode(text, false)
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
