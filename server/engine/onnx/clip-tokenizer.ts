// CLIP's vocab.json and merges.txt as the tokenizer.json that transformers makes of them (huggingface/transformers 5.23
// `CLIPTokenizer`, Apache-2.0), for folders that carry none.
import * as v from 'valibot'

const Vocabulary = v.record(v.string(), v.number())

/** A word that is one token, wherever it stands in the text. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  /** Looked for in the lower-cased text; else as it is written. */
  readonly normalized: boolean
}

const START = '<|startoftext|>'
const END = '<|endoftext|>'

const WORDS =
  "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"

const NORMALIZER = {
  type: 'Sequence',
  normalizers: [
    { type: 'NFC' },
    { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
    { type: 'Lowercase' },
  ],
}

const PRE_TOKENIZER = {
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: WORDS }, behavior: 'Removed', invert: true },
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  ],
}

/**
 * @param vocab contents of vocab.json: token to id.
 * @param merges text of merges.txt: a version line, then one pair a line.
 * @throws ValiError, or Error when CLIP's own tokens are not in the vocabulary.
 */
export function clipTokenizer(vocab: unknown, merges: string): unknown {
  const ids = v.parse(Vocabulary, vocab)
  const special = (content: string) => {
    const id = ids[content]
    if (id === undefined) throw new Error(`vocab.json has no ${content}: it is not a CLIP vocabulary`)
    return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
  }
  const [start, end] = [special(START), special(END)]
  return {
    version: '1.0',
    added_tokens: [start, end],
    normalizer: NORMALIZER,
    pre_tokenizer: PRE_TOKENIZER,
    post_processor: {
      type: 'RobertaProcessing',
      sep: [END, end.id],
      cls: [START, start.id],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      unk_token: END,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      vocab: ids,
      merges: mergeLines(merges),
    },
  }
}

function mergeLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#version'))
}
