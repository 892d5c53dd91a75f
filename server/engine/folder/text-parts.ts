// Which tokenizer files a diffusers folder has, and how they pad.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../../../lib/std/errors.ts'
import { readConfigFile, TokenizerConfigSchema } from './config-files.ts'

export interface TextPart {
  /** tokenizer.json, or vocab.json with merges.txt beside it; relative to the model folder. */
  readonly file: string
  /** What must be there with it. */
  readonly beside: readonly string[]
  readonly tokenizer: { readonly maxLength: number; readonly padId: number }
}

/** CLIP's context, where no file says otherwise. */
const CLIP_TOKENS = 77
const CLIP_PAD = '<|endoftext|>'

const Vocabulary = v.record(v.string(), v.number())
const TokenizerFile = v.looseObject({
  model: v.looseObject({ vocab: v.optional(v.unknown()) }),
  added_tokens: v.optional(v.array(v.looseObject({ id: v.number(), content: v.string() })), []),
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
  const special = await readConfigFile(dir, `${folder}/special_tokens_map.json`, TokenizerConfigSchema)
  const file = `${folder}/${isFast ? 'tokenizer.json' : 'vocab.json'}`
  const padToken = contentOf(config?.pad_token) ?? contentOf(special?.pad_token) ?? CLIP_PAD
  const padId = (await idsOf(join(dir, file), isFast)).get(padToken)
  if (padId === undefined) {
    const message = `${join(dir, file)} has no ${padToken}, which tokenizer_config.json pads with; install the model again`
    throw new AppError('model_invalid_config', message)
  }
  const said = config?.model_max_length
  // transformers writes 1e30 for "no limit".
  const maxLength = tokens ?? (said !== undefined && said !== null && said < 1e6 ? said : CLIP_TOKENS)
  return { file, beside: isFast ? [] : [`${folder}/merges.txt`], tokenizer: { maxLength, padId } }
}

function contentOf(token: string | { content: string } | null | undefined): string | undefined {
  return typeof token === 'object' ? token?.content : token
}

async function idsOf(path: string, isFast: boolean): Promise<ReadonlyMap<string, number>> {
  try {
    const json: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!isFast) return new Map(Object.entries(v.parse(Vocabulary, json)))
    const { model, added_tokens: added } = v.parse(TokenizerFile, json)
    const vocab = v.safeParse(Vocabulary, model.vocab)
    return new Map([
      ...(vocab.success ? Object.entries(vocab.output) : []),
      ...added.map(({ content, id }) => [content, id] as const),
    ])
  } catch (cause) {
    throw new AppError('model_invalid_config', `${path} is no tokenizer; install the model again`, { cause })
  }
}
