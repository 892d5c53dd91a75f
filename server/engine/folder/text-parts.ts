// Which tokenizer files a diffusers folder has, and how they pad.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../../../lib/std/errors.ts'
import type { Manifest } from '../manifest.ts'
import { readConfigFile, TokenizerConfigSchema } from './config-files.ts'
import { specialTokens, type SpecialToken } from './special-tokens.ts'

export interface TextPart {
  /** tokenizer.json, or vocab.json with merges.txt beside it; relative to the model folder. */
  readonly file: string
  /** What must be there with it. */
  readonly beside: readonly string[]
  readonly tokenizer: Manifest['tokenizer']
}

/** CLIP's context, where no file says otherwise. */
const CLIP_TOKENS = 77

const Vocabulary = v.record(v.string(), v.number())
const TokenizerFile = v.looseObject({
  model: v.looseObject({ vocab: v.optional(v.unknown()) }),
  added_tokens: v.optional(
    v.array(
      v.looseObject({ id: v.number(), content: v.string(), normalized: v.optional(v.boolean(), false) }),
    ),
    [],
  ),
})

/**
 * @param tokens the text encoder's own length, when it is fixed.
 * @throws AppError `model_missing_file`, `model_invalid_config`.
 */
export async function readTextPart(
  dir: string,
  folder: string,
  tokens: number | undefined,
): Promise<TextPart> {
  const has = (file: string) => existsSync(join(dir, folder, file))
  const isFast = has('tokenizer.json')
  if (!isFast && !(has('vocab.json') && has('merges.txt'))) {
    const message = `${join(dir, folder)} has no tokenizer: found neither tokenizer.json nor vocab.json with merges.txt; copy them from the model this one was exported from`
    throw new AppError('model_missing_file', message)
  }
  const config = await readConfigFile(dir, `${folder}/tokenizer_config.json`, TokenizerConfigSchema)
  const specialMap = await readConfigFile(dir, `${folder}/special_tokens_map.json`, TokenizerConfigSchema)
  const file = `${folder}/${isFast ? 'tokenizer.json' : 'vocab.json'}`
  const { ids, added } = await readTokens(join(dir, file), isFast)
  for (const [id, { content }] of Object.entries(config?.added_tokens_decoder ?? {}))
    ids.set(content, Number(id))
  const { pad, all } = specialTokens({ config, specialMap, inFile: added })
  const padId = ids.get(pad)
  if (padId === undefined) {
    const message = `${join(dir, file)} has no ${pad}, which ${folder}'s settings pad with; install the model again`
    throw new AppError('model_invalid_config', message)
  }
  const addedTokens = all.flatMap((token) => {
    const id = ids.get(token.content)
    return id === undefined ? [] : [{ ...token, id }]
  })
  const said = config?.model_max_length
  // transformers writes 1e30 for "no limit".
  const maxLength = tokens ?? (said !== undefined && said !== null && said < 1e6 ? said : CLIP_TOKENS)
  const beside = isFast ? [] : [`${folder}/merges.txt`]
  return { file, beside, tokenizer: { maxLength, padId, addedTokens } }
}

interface Tokens {
  readonly ids: Map<string, number>
  /** Those tokenizer.json takes out of the text before it cuts the rest. */
  readonly added: readonly SpecialToken[]
}

async function readTokens(path: string, isFast: boolean): Promise<Tokens> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!isFast) return { ids: new Map(Object.entries(v.parse(Vocabulary, json))), added: [] }
    const { model, added_tokens: added } = v.parse(TokenizerFile, json)
    const vocab = v.safeParse(Vocabulary, model.vocab)
    const ids = new Map(vocab.success ? Object.entries(vocab.output) : [])
    for (const { content, id } of added) ids.set(content, id)
    return { ids, added: added.map(({ content, normalized }) => ({ content, normalized })) }
  } catch (cause) {
    throw new AppError('model_invalid_config', `${path} is no tokenizer; install the model again`, { cause })
  }
}
