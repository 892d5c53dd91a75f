// Which words of a prompt are tokens of their own rather than text, by the rules of transformers' from_pretrained
// (huggingface/transformers 5.23 `PreTrainedTokenizerBase._from_pretrained`, Apache-2.0): SD2 and SDXL pad with "!",
// and with them a "!" in a prompt is the pad token.
import type { TokenizerConfig, WrittenToken } from './config-files.ts'

export interface SpecialToken {
  readonly content: string
  /** Looked for in the lower-cased text; else as it is written. */
  readonly normalized: boolean
}

export interface TokenizerSettings {
  readonly config: TokenizerConfig | undefined
  readonly specialMap: TokenizerConfig | undefined
  /** `added_tokens` of tokenizer.json; none beside a vocab.json. */
  readonly inFile: readonly SpecialToken[]
}

export interface SpecialTokens {
  readonly pad: string
  readonly all: readonly SpecialToken[]
}

/** CLIPTokenizer's own. */
const DEFAULTS: TokenizerConfig = {
  bos_token: '<|startoftext|>',
  eos_token: '<|endoftext|>',
  unk_token: '<|endoftext|>',
  pad_token: '<|endoftext|>',
}
/** In transformers' order: of two with the same content the later one says how it is looked for. */
const NAMES = ['bos_token', 'eos_token', 'unk_token', 'pad_token'] as const

export function specialTokens({ config, specialMap, inFile }: TokenizerSettings): SpecialTokens {
  const decoder = config?.added_tokens_decoder ?? undefined
  // special_tokens_map.json is of the time before added_tokens_decoder: it counts where there is none, and then more
  // than tokenizer_config.json.
  const said = { ...DEFAULTS, ...config, ...(decoder === undefined ? specialMap : undefined) }
  const tokens = new Map(inFile.map((token) => [token.content, token]))
  for (const token of Object.values(decoder ?? {})) tokens.set(token.content, tokenOf(token))
  const known = new Set(tokens.keys())
  for (const name of NAMES) {
    const token = said[name]
    if (token === undefined || token === null || known.has(contentOf(token))) continue
    tokens.set(contentOf(token), tokenOf(token))
  }
  return { pad: contentOf(said.pad_token ?? '<|endoftext|>'), all: [...tokens.values()] }
}

function contentOf(token: WrittenToken): string {
  return typeof token === 'string' ? token : token.content
}

function tokenOf(token: WrittenToken): SpecialToken {
  return {
    content: contentOf(token),
    normalized: typeof token === 'string' ? false : (token.normalized ?? false),
  }
}
