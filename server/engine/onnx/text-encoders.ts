// One prompt to what the U-Net reads: one CLIP encoder's last hidden state or, for SDXL, the last hidden states but
// one of two encoders side by side, and the pooled text_embeds of the second (diffusers
// `StableDiffusionXLPipeline.encode_prompt`).
import { join } from 'node:path'
import type { PromptEmbedding } from '../../../lib/lcm/models.ts'
import { AppError } from '../../../lib/std/errors.ts'
import type { Manifest } from '../manifest.ts'
import { orRelease } from './or-release.ts'
import { openRepeatable } from './repeatable.ts'
import type { Graph, RuntimeOptions, TensorValue } from './runtime.ts'
import { bindTextEncoder } from './text-ports.ts'
import { timed, type OnRun } from './timed.ts'
import { loadTokenizer } from './tokenizer.ts'

export interface TextEncodersOptions extends RuntimeOptions {
  readonly modelDir: string
  readonly manifest: Manifest
}

export interface TextEncoders {
  encode(prompt: string, onRun: OnRun): Promise<PromptEmbedding>
  release(): Promise<void>
}

interface Encoder {
  encode(prompt: string, onRun: OnRun): Promise<readonly TensorValue[]>
  readonly graph: Graph
}

/** @throws AppError `model_unloadable` or `model_unexpected_io`, naming the file. */
export async function openTextEncoders(options: TextEncodersOptions): Promise<TextEncoders> {
  const { files, tokenizer, tokenizer2 = tokenizer } = options.manifest
  const isXl = files.textEncoder2 !== undefined
  const first = await openEncoder(options, {
    file: files.textEncoder,
    tokenizerFile: files.tokenizer,
    tokenizer,
    role: isXl ? 'hidden' : 'last',
  })
  const { textEncoder2 } = files
  if (textEncoder2 === undefined)
    return {
      encode: async (prompt, onRun) => embeddingOf(first.graph, (await first.encode(prompt, onRun))[0]),
      release: () => first.graph.release(),
    }
  const second = await orRelease(first.graph, () =>
    openEncoder(options, {
      file: textEncoder2,
      tokenizerFile: files.tokenizer2 ?? files.tokenizer,
      tokenizer: tokenizer2,
      role: 'hidden+pooled',
    }),
  )
  return {
    async encode(prompt, onRun) {
      const [one] = await first.encode(prompt, onRun)
      const [two, pooled] = await second.encode(prompt, onRun)
      const joined = sideBySide(embeddingOf(first.graph, one), embeddingOf(second.graph, two))
      return { ...joined, pooled: floats(second.graph, pooled) }
    },
    async release() {
      await Promise.all([first.graph.release(), second.graph.release()])
    },
  }
}

interface EncoderFiles {
  readonly file: string
  readonly tokenizerFile: string
  readonly tokenizer: Manifest['tokenizer']
  readonly role: 'last' | 'hidden' | 'hidden+pooled'
}

async function openEncoder(options: TextEncodersOptions, files: EncoderFiles): Promise<Encoder> {
  const { modelDir } = options
  const tokenize = await loadTokenizer(join(modelDir, files.tokenizerFile), files.tokenizer)
  const graph = await openRepeatable(join(modelDir, files.file), options)
  const { feed, outputs } = await orRelease(graph, () =>
    bindTextEncoder(graph, files.tokenizer.maxLength, files.role),
  )
  return {
    graph,
    async encode(prompt, onRun) {
      const feeds = feed(tokenize(prompt))
      return timed(onRun, 'textEncode', () => graph.run(feeds, outputs))
    },
  }
}

function floats(graph: Graph, value: TensorValue | undefined): Float32Array {
  if (value?.data instanceof Float32Array) return value.data
  throw new AppError('model_unexpected_io', `${graph.path} gave something else than float32 or float16`)
}

function embeddingOf(graph: Graph, value: TensorValue | undefined): PromptEmbedding {
  const data = floats(graph, value)
  const [batch, tokens, width] = value?.dims ?? []
  if (batch !== undefined && tokens !== undefined && width !== undefined && value?.dims.length === 3)
    return { data, dims: [batch, tokens, width] }
  throw new AppError(
    'model_unexpected_io',
    `${graph.path} gave [${value?.dims.join(',') ?? ''}], expected float32 [1,tokens,width]`,
  )
}

/** [1,T,A] and [1,T,B] to [1,T,A+B]. */
function sideBySide(a: PromptEmbedding, b: PromptEmbedding): PromptEmbedding {
  const [tokens, left, right] = [a.dims[1], a.dims[2], b.dims[2]]
  if (b.dims[1] !== tokens)
    throw new AppError(
      'model_unexpected_io',
      `the two text encoders gave ${tokens} and ${b.dims[1]} tokens, expected as many; export the model again`,
    )
  const data = new Float32Array(tokens * (left + right))
  for (let t = 0; t < tokens; t++) {
    data.set(a.data.subarray(t * left, (t + 1) * left), t * (left + right))
    data.set(b.data.subarray(t * right, (t + 1) * right), t * (left + right) + left)
  }
  return { data, dims: [1, tokens, left + right] }
}
