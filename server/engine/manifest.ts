// What a model folder says of itself. Everything the engine knows about one model comes from here or is read from
// its graphs. This is its form and its defaults; read-manifest.ts reads it.
import * as v from 'valibot'
import { LCM_DEFAULTS } from '../../lib/lcm/schedule.ts'

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

export const ManifestSchema = v.object({
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
  /** `strength` is that of sketches: from the words alone it is 1 (lib/protocol/as-painted.ts). */
  limits: v.object({ steps: range, strength: range, guidanceScale: range }),
  refine: v.optional(v.object({ width: whole, height: whole, steps: whole })),
  /** Linear map from latents to RGB in [-1, 1], for step previews; without it previews are decoded in full. */
  preview: v.optional(v.object({ matrix: v.array(v.array(v.number())), bias: v.array(v.number()) })),
  safetyChecker: v.optional(SafetyCheckerSchema),
  words: v.optional(v.record(v.string(), v.array(v.string())), {}),
})

export type Manifest = v.InferOutput<typeof ManifestSchema>
export type SizeFiles = v.InferOutput<typeof SizeFilesSchema>
