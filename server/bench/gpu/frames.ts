// Whole frames: the bytes of a sketch in, the bytes of a picture out, through lib/lcm's loop and the codec. The prompt
// is embedded before, as it is for every frame but the first of a prompt.
import { join } from 'node:path'
import {
  createSchedule,
  img2img,
  LCM_DEFAULTS,
  type Models,
  type PredictInput,
} from '../../../lib/lcm/index.ts'
import { openGraph, type Graph, type TensorValue } from '../../engine/onnx/runtime.ts'
import type { FrameCodec } from './frame-codec.ts'
import type { GraphsAbout } from './graphs.ts'
import { timedRuns, times, type MeasureOptions, type Times } from './measure.ts'

const TOKENS = 77
const GUIDANCE_DIM = 256
const WARM_UP = 2

export interface FrameFigures {
  readonly steps: number
  readonly ms: Times
  readonly fps: number
}

export interface FrameOptions extends MeasureOptions {
  readonly about: GraphsAbout
  readonly steps: readonly number[]
  /** Frames begin and end as pixels: sharp, which reads and writes JPEG, need not be there. */
  readonly pixels: boolean
}

/** Frames with TAESD at batch 1, for each number of steps. @throws AppError when a graph cannot be opened or run. */
export async function measureFrames(options: FrameOptions): Promise<FrameFigures[]> {
  const opened = await Promise.all(
    ['taesd_encoder', 'unet', 'taesd_decoder'].map((name) =>
      openGraph(join(options.dir, `${name}.b1.onnx`), options),
    ),
  )
  try {
    const models = modelsOf(opened, options.about)
    const figures: FrameFigures[] = []
    for (const steps of options.steps) figures.push(await framesOf(models, steps, options))
    return figures
  } finally {
    await Promise.all(opened.map((graph) => graph.release()))
  }
}

async function framesOf(models: Models, steps: number, options: FrameOptions): Promise<FrameFigures> {
  const { size } = options.about
  const schedule = createSchedule(LCM_DEFAULTS)
  const codec = await codecOf(options)
  const sketches = codec.sketches.values()
  const frame = async () => {
    const { value: sketch } = sketches.next()
    if (sketch === undefined) return
    const job = { prompt: '', size, steps, strength: 0.65, guidanceScale: 1, seed: 42 }
    const { rgb } = await img2img(models, schedule, { ...job, rgb: await codec.decode(sketch) })
    await codec.encode(rgb)
  }
  const ms = times((await timedRuns(frame, codec.sketches.length)).slice(WARM_UP))
  return { steps, ms, fps: 1000 / ms.p50 }
}

async function codecOf({ about, runs, pixels }: FrameOptions): Promise<FrameCodec> {
  const { size } = about
  const count = runs + WARM_UP
  // Only here, so that a machine without sharp can measure all the rest.
  if (!pixels) return (await import('./frame-codec.ts')).jpegCodec(count, size)
  const white = new Uint8Array(size.width * size.height * 3).fill(255)
  return {
    sketches: Array.from({ length: count }, () => white),
    decode: (sketch) => Promise.resolve(sketch),
    encode: () => Promise.resolve(),
  }
}

function modelsOf([encoder, unet, decoder]: readonly Graph[], { size, text }: GraphsAbout): Models {
  if (encoder === undefined || unet === undefined || decoder === undefined)
    throw new RangeError('three graphs')
  const grid = [size.height / 8, size.width / 8]
  const words = { data: new Float32Array(TOKENS * text).fill(0.1), dims: [1, TOKENS, text] as const }
  const floats = async (graph: Graph, feeds: Readonly<Record<string, TensorValue>>) => {
    const [output] = await graph.run(feeds)
    return output?.data instanceof Float32Array ? output.data : new Float32Array()
  }
  return {
    latentChannels: 4,
    latentScale: 8,
    imageLatents: 'none',
    timestepCondDim: GUIDANCE_DIM,
    encodePrompt: () => Promise.resolve(words),
    encodeImage: (rgb) => floats(encoder, { image: { data: rgb, dims: [1, size.height, size.width, 3] } }),
    predict: (input: PredictInput) =>
      floats(unet, {
        sample: { data: input.sample, dims: [1, 4, ...grid] },
        timestep: { data: Float32Array.of(input.timestep), dims: [1] },
        encoder_hidden_states: words,
        timestep_cond: {
          data: input.timestepCond ?? new Float32Array(GUIDANCE_DIM),
          dims: [1, GUIDANCE_DIM],
        },
      }),
    async decodeImage(latents) {
      const [output] = await decoder.run({ latents: { data: latents, dims: [1, 4, ...grid] } })
      return output?.data instanceof Uint8Array ? output.data : new Uint8Array()
    },
  }
}
