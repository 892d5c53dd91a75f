// What a model folder says of itself. Everything the engine knows about one model comes from here or is read from
// its graphs; a folder that contradicts itself is refused at start-up with the file, what was found and the remedy.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { SchedulerConfig } from '../../lib/lcm/index.ts'
import { LCM_DEFAULTS } from '../../lib/lcm/index.ts'
import type { ModelInfo } from '../../lib/protocol/params.ts'
import { AppError, messageOf } from '../../lib/std/errors.ts'

export const MANIFEST_FILE = 'manifest.json'

const whole = v.pipe(v.number(), v.integer(), v.minValue(1))
const range = v.tuple([v.number(), v.number()])

/** A file of the folder itself: a path that leaves it would let a downloaded model read anything. */
const fileName = v.pipe(
  v.string(),
  v.regex(/^(?!.*(^|[/\\])\.\.([/\\]|$))[^/\\:][^\\:]*$/, 'must be a path inside the model folder'),
)

const SizeFilesSchema = v.object({
  width: whole,
  height: whole,
  unet: fileName,
  vaeEncoder: fileName,
  vaeDecoder: fileName,
})

/** What one provider has in place of the files for all: graphs fused for its kernels, say. */
const VariantSchema = v.partial(
  v.object({
    textEncoder: fileName,
    textEncoder2: fileName,
    weights: v.array(fileName),
    sizes: v.pipe(v.array(SizeFilesSchema), v.minLength(1)),
  }),
)

/** The same sizes with convolutions in int8: used on a CPU that gains by them and gives the right numbers. */
const Int8Schema = v.object({
  sizes: v.pipe(v.array(SizeFilesSchema), v.minLength(1)),
  /** Most that latents or picture may be off: root mean square over standard deviation. */
  maxError: v.pipe(v.number(), v.minValue(0)),
})

const SchedulerSchema = v.object({
  predictionType: v.picklist(['epsilon', 'sample', 'v_prediction']),
  betaStart: v.number(),
  betaEnd: v.number(),
  betaSchedule: v.picklist(['scaled_linear', 'linear', 'squaredcos_cap_v2']),
  numTrainTimesteps: whole,
  originalInferenceSteps: whole,
  timestepScaling: v.number(),
  strengthSemantics: v.picklist(['lcm', 'generic']),
  sampler: v.optional(v.picklist(['lcm', 'euler', 'euler_ancestral']), 'lcm'),
  clipSample: v.optional(v.boolean(), LCM_DEFAULTS.clipSample),
  clipSampleRange: v.optional(v.number(), LCM_DEFAULTS.clipSampleRange),
  thresholding: v.optional(v.boolean(), LCM_DEFAULTS.thresholding),
  dynamicThresholdingRatio: v.optional(v.number(), LCM_DEFAULTS.dynamicThresholdingRatio),
  sampleMaxValue: v.optional(v.number(), LCM_DEFAULTS.sampleMaxValue),
  setAlphaToOne: v.optional(v.boolean(), LCM_DEFAULTS.setAlphaToOne),
  rescaleBetasZeroSnr: v.optional(v.boolean(), LCM_DEFAULTS.rescaleBetasZeroSnr),
})

const DefaultsSchema = v.object({
  prompt: v.string(),
  width: whole,
  height: whole,
  steps: whole,
  strength: v.number(),
  guidanceScale: v.number(),
  seed: v.optional(v.number(), 1),
})

const TokenizerSchema = v.object({
  maxLength: whole,
  padId: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Words that are one token each, in place of or beside those of the tokenizer's own file. */
  addedTokens: v.optional(
    v.array(v.object({ id: v.number(), content: v.string(), normalized: v.optional(v.boolean(), false) })),
  ),
})

/** How CLIP's pictures are made: the ones its safety checker was trained on. */
export const CLIP_PICTURE = {
  side: 224,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
} as const
const channels = v.tuple([v.number(), v.number(), v.number()])

const SafetyCheckerSchema = v.object({
  /** A graph with the ports of diffusers' safety checker. */
  file: fileName,
  /** Used unless the server was told otherwise. */
  enabled: v.optional(v.boolean(), false),
  side: v.optional(whole, CLIP_PICTURE.side),
  mean: v.optional(channels, [...CLIP_PICTURE.mean]),
  std: v.optional(channels, [...CLIP_PICTURE.std]),
})

const ManifestSchema = v.object({
  formatVersion: v.literal(1),
  id: v.string(),
  name: v.string(),
  license: v.string(),
  kind: v.literal('lcm-img2img'),
  files: v.object({
    textEncoder: fileName,
    /** SDXL's second one: then both give their last hidden state but one, and this one its pooled text_embeds. */
    textEncoder2: v.optional(fileName),
    weights: v.optional(v.array(fileName), []),
    /** A tokenizer.json, or a vocab.json with its merges.txt beside it. */
    tokenizer: fileName,
    tokenizer2: v.optional(fileName),
    sizes: v.pipe(v.array(SizeFilesSchema), v.minLength(1)),
    /** By provider. The sizes must be the same ones. */
    variants: v.optional(v.record(v.string(), VariantSchema)),
    int8: v.optional(Int8Schema),
  }),
  /** Hex digest of every file named above. */
  sha256: v.record(v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i, 'must be 64 hex digits'))),
  bytes: v.optional(v.record(v.string(), v.number()), {}),
  latents: v.object({
    channels: whole,
    /** Pixels per latent cell. */
    downsample: whole,
    /** Latents of the graphs x this = latents of the loop (SD1.5: 0.18215). */
    scalingFactor: v.number(),
    /** Of a decoder that is of another autoencoder with the same latents: TAESD's (1) beside a KL encoder. */
    decoderScalingFactor: v.optional(v.number()),
    imageLatents: v.picklist(['concat', 'none']),
    /** 'sample' draws the image's latents as diffusers does, 'mean' takes the likeliest: no flicker between frames. */
    posterior: v.optional(v.picklist(['mean', 'sample']), 'mean'),
  }),
  /** Pixels that every side is a whole number of times: what all levels of a U-Net with open sides can halve. */
  sizeMultiple: v.optional(whole),
  /** Most rows of one U-Net call, where several pictures share one; default 8. */
  maxBatch: v.optional(whole),
  image: v.object({ layout: v.picklist(['uint8-hwc', 'float-nchw']) }),
  tokenizer: TokenizerSchema,
  tokenizer2: v.optional(TokenizerSchema),
  scheduler: SchedulerSchema,
  guidance: v.object({
    embedding: v.boolean(),
    dim: v.optional(whole, 256),
    /** Guided by a second pass on the negative prompt; without one it sees the words '' or SDXL's zeros. */
    negative: v.optional(v.picklist(['zeros', 'empty'])),
  }),
  defaults: DefaultsSchema,
  limits: v.object({ steps: range, strength: range, guidanceScale: range }),
  refine: v.optional(v.object({ width: whole, height: whole, steps: whole })),
  /** Linear map from latents to RGB in [-1, 1], for step previews; without it previews are decoded in full. */
  preview: v.optional(v.object({ matrix: v.array(v.array(v.number())), bias: v.array(v.number()) })),
  safetyChecker: v.optional(SafetyCheckerSchema),
  words: v.optional(v.record(v.string(), v.array(v.string())), {}),
})

export type Manifest = v.InferOutput<typeof ManifestSchema>
export type SizeFiles = v.InferOutput<typeof SizeFilesSchema>

function folderError(code: string, message: string, cause?: unknown): AppError {
  return new AppError(code, message, { cause })
}

/**
 * Reads and checks `manifest.json` of a model folder.
 * @throws AppError `model_missing_file` or `model_invalid_manifest`.
 */
export async function readManifest(modelDir: string): Promise<Manifest> {
  const path = join(modelDir, MANIFEST_FILE)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw folderError(
      'model_missing_file',
      `No readable ${MANIFEST_FILE} in ${modelDir}: name a model folder, or install one`,
      cause,
    )
  })
  const manifest = parseManifest(text, path)
  checkSizes(manifest, path)
  return manifest
}

function parseManifest(text: string, path: string): Manifest {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw folderError(
      'model_invalid_manifest',
      `${path} is not JSON (${messageOf(cause)}); restore the file`,
      cause,
    )
  }
  const result = v.safeParse(ManifestSchema, json)
  if (result.success) return result.output
  const why = `${path} does not fit format 1: ${whyNotFormat1(json, result.issues)}`
  throw folderError('model_invalid_manifest', why)
}

/** Enough to see what is the matter: a file of another kind misses everything. */
const PROBLEMS_TOLD = 3

function whyNotFormat1(json: unknown, issues: readonly v.BaseIssue<unknown>[]): string {
  const other = v.safeParse(v.object({ formatVersion: v.pipe(v.number(), v.notValue(1)) }), json)
  if (other.success)
    return `its formatVersion is ${other.output.formatVersion}; update Sketchwire, or export the model anew`
  const problems = issues.map((issue) => `${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`)
  const more = problems.length - PROBLEMS_TOLD
  const told = problems.slice(0, PROBLEMS_TOLD).join('; ')
  return `${told}${more > 0 ? `; and ${more} more` : ''}. Correct it, or export the model anew`
}

function checkSizes({ files, latents, defaults, preview, sizeMultiple = 1 }: Manifest, path: string): void {
  for (const { width, height } of files.sizes) {
    const multiples = { 'latents.downsample': latents.downsample, sizeMultiple }
    const wrong = Object.entries(multiples).find(([, one]) => width % one !== 0 || height % one !== 0)
    if (wrong === undefined) continue
    const message = `files.sizes has ${width}x${height}, not a multiple of ${wrong.join(' ')}`
    throw folderError('model_invalid_manifest', `${path}: ${message}; correct the manifest`)
  }
  const variants = Object.entries(files.variants ?? {}).map(([name, of]) => ({
    name: `variants.${name}`,
    ...of,
  }))
  for (const { name, sizes } of [...variants, { name: 'int8', ...files.int8 }]) {
    if (sizes === undefined || sizesOf(sizes) === sizesOf(files.sizes)) continue
    const message = `files.${name} has sizes ${sizesOf(sizes)}, files has ${sizesOf(files.sizes)}`
    throw folderError('model_invalid_manifest', `${path}: ${message}; correct the manifest`)
  }
  if (!files.sizes.some(({ width, height }) => width === defaults.width && height === defaults.height)) {
    const message = `defaults ${defaults.width}x${defaults.height} is not one of files.sizes`
    throw folderError('model_invalid_manifest', `${path}: ${message}; correct the manifest`)
  }
  const rows = preview?.matrix.map((row) => row.length) ?? []
  if (
    preview !== undefined &&
    (rows.length !== 3 || preview.bias.length !== 3 || rows.some((n) => n !== latents.channels))
  ) {
    const message = `preview must have 3 rows of ${latents.channels} factors and 3 biases`
    throw folderError('model_invalid_manifest', `${path}: ${message}; correct the manifest`)
  }
}

function sizesOf(sizes: readonly SizeFiles[]): string {
  return sizes
    .map(({ width, height }) => `${width}x${height}`)
    .sort()
    .join(', ')
}

/** The manifest as that provider reads it: its own files where it has some. */
export function forProvider(manifest: Manifest, provider: string): Manifest {
  const { variants, ...files } = manifest.files
  const { textEncoder, textEncoder2 = files.textEncoder2, weights, sizes } = variants?.[provider] ?? {}
  return {
    ...manifest,
    files: {
      ...files,
      textEncoder: textEncoder ?? files.textEncoder,
      ...(textEncoder2 === undefined ? {} : { textEncoder2 }),
      weights: weights ?? files.weights,
      sizes: sizes ?? files.sizes,
    },
  }
}

/** The manifest with its int8 graphs in place of the others; `undefined` where it has none. */
export function inInt8(manifest: Manifest): Manifest | undefined {
  const { files } = manifest
  return files.int8 && { ...manifest, files: { ...files, sizes: files.int8.sizes } }
}

/**
 * The sets of files that may be opened: of each provider that has its own, of all others, and in int8; only those of
 * `provider` where one is named.
 */
export function variantFiles(manifest: Manifest, provider?: string): readonly (readonly string[])[] {
  const providers = provider === undefined ? ['', ...Object.keys(manifest.files.variants ?? {})] : [provider]
  const int8 = provider === undefined || provider === 'cpu' ? inInt8(manifest) : undefined
  const manifests = [...providers.map((name) => forProvider(manifest, name)), int8]
  return manifests.filter((one) => one !== undefined).map(filesOf)
}

/** Every file the manifest names, once, the manifest itself excluded. */
export function manifestFiles(manifest: Manifest): readonly string[] {
  return [...new Set(variantFiles(manifest).flat())]
}

function filesOf({ files, safetyChecker, sha256 }: Manifest): readonly string[] {
  const graphs = files.sizes.flatMap(({ unet, vaeEncoder, vaeDecoder }) => [unet, vaeEncoder, vaeDecoder])
  const text = [files.textEncoder, files.textEncoder2, files.tokenizer, files.tokenizer2]
  // One that somebody put into the folder later is theirs: the model is whole without it.
  const checker = safetyChecker && sha256[safetyChecker.file] !== undefined ? safetyChecker.file : undefined
  return [...new Set([...text, ...graphs, ...files.weights, checker].filter((file) => file !== undefined))]
}

/**
 * Compares every file of the folder with the manifest: presence, size, and (unless `hashes` is false) SHA-256.
 * @throws AppError `model_missing_file` or `model_wrong_hash`, naming file, found, expected and remedy.
 */
export async function verifyFiles(
  modelDir: string,
  manifest: Manifest,
  { hashes = true } = {},
): Promise<void> {
  for (const file of manifestFiles(manifest)) {
    const path = join(modelDir, file)
    const found = await stat(path).catch((cause: unknown) => {
      throw folderError(
        'model_missing_file',
        `${path} is missing, but the model is made of it; install the model again`,
        cause,
      )
    })
    const expectedBytes = manifest.bytes[file]
    if (expectedBytes !== undefined && expectedBytes !== found.size) {
      throw wrongHash(path, `has ${found.size} bytes, expected ${expectedBytes}`)
    }
    if (hashes) await verifyHash(path, manifest.sha256[file])
  }
}

async function verifyHash(path: string, expected: string | undefined): Promise<void> {
  if (expected === undefined) {
    throw folderError(
      'model_invalid_manifest',
      `${MANIFEST_FILE} has no sha256 for ${path}; add it or install the model again`,
    )
  }
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  const found = hash.digest('hex')
  if (found !== expected.toLowerCase()) throw wrongHash(path, `has sha256 ${found}, expected ${expected}`)
}

function wrongHash(path: string, what: string): AppError {
  return folderError(
    'model_wrong_hash',
    `${path} ${what}; the file is damaged or of another version: install the model again`,
  )
}

/** The schedule of lib/lcm, diffusers' defaults where the manifest is silent. */
export function schedulerConfig({ scheduler }: Manifest): SchedulerConfig {
  const { strengthSemantics: _, ...config } = scheduler
  return config
}

/** What a client must know; `provider` is where the graphs run. */
export function modelInfo(manifest: Manifest, provider: string): ModelInfo {
  const { id, name, files, limits, scheduler, guidance, defaults, refine, words } = manifest
  return {
    id,
    name,
    provider,
    sizes: files.sizes.map(({ width, height }) => ({ width, height })),
    limits,
    originalInferenceSteps: scheduler.originalInferenceSteps,
    strengthSemantics: scheduler.strengthSemantics,
    sampler: scheduler.sampler,
    ...(guidance.negative === undefined ? {} : { negativePrompt: true }),
    defaults,
    ...(refine === undefined ? {} : { refine }),
    words,
  }
}
