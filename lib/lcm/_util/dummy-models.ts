// The formulas of models/golden/dump_golden.py in TypeScript: a U-Net and autoencoder without weights,
// behind `Models`, that record what they were called with.
import type { Size } from '../../std/size.ts'
import type { Models, PredictInput, PromptEmbedding } from '../models.ts'
import { nchwToRgb, rgbToNchw } from '../pixels.ts'

const SCALING_FACTOR = 0.18215
const CELL = 8

export interface DummyModels extends Models {
  /** 'prompt', 'encode', 'predict', 'decode' in call order. */
  readonly calls: string[]
  readonly predicted: PredictInput[]
}

export function dummyModels(imageLatents: 'concat' | 'none' = 'none'): DummyModels {
  const calls: string[] = []
  const predicted: PredictInput[] = []
  return {
    calls,
    predicted,
    latentChannels: 4,
    downsample: CELL,
    imageLatents,
    async encodePrompt(): Promise<PromptEmbedding> {
      calls.push('prompt')
      return { data: new Float32Array(24).fill(0.02), dims: [1, 3, 8] }
    },
    async encodeImage(rgb, size) {
      calls.push('encode')
      return dummyEncode(rgb, size)
    },
    async predict(input) {
      calls.push('predict')
      predicted.push({ ...input, sample: input.sample.slice() })
      return dummyUnet(input)
    },
    async decodeImage(latents, size) {
      calls.push('decode')
      return dummyDecode(latents, size)
    },
  }
}

/** The picture dump_golden.py draws: [H,W,3] RGB uint8. */
export function dummySketch(size: Size): Uint8Array {
  return Uint8Array.from(
    { length: size.width * size.height * 3 },
    (_, i) => (i * 37 + Math.floor(i / 96) * 11) % 256,
  )
}

function dummyUnet({ sample, channels, timestep, prompt, timestepCond }: PredictInput): Float32Array {
  const t = timestep / 1000
  const cond = timestepCond?.[64] ?? 0
  const text = prompt.data.reduce((sum, value) => sum + value, 0) / prompt.data.length
  const own = sample.subarray(0, (sample.length / channels) * 4)
  return own.map((x, i) => 0.5 * x + 0.1 * Math.cos(i * (t + 0.5)) * (1 + t) + 0.05 * cond + text)
}

function dummyEncode(rgb: Uint8Array, size: Size): Float32Array {
  const pixels = rgbToNchw(rgb, size)
  const width = size.width / CELL
  const plane = (size.height / CELL) * width
  const out = new Float32Array(plane * 4)
  pixels.forEach((value, i) => {
    const channel = Math.floor(i / (size.width * size.height))
    const row = Math.floor((i / size.width) % size.height)
    const cell = Math.floor(row / CELL) * width + Math.floor((i % size.width) / CELL)
    const pooled = (4 * SCALING_FACTOR * value) / CELL ** 2
    out[channel * plane + cell] = (out[channel * plane + cell] ?? 0) + pooled
    out[3 * plane + cell] = (out[3 * plane + cell] ?? 0) + pooled / 3
  })
  return out
}

function dummyDecode(latents: Float32Array, size: Size): Uint8Array {
  const width = size.width / CELL
  const plane = (size.height / CELL) * width
  const image = new Float32Array(size.width * size.height * 3).map((_, i) => {
    const channel = Math.floor(i / (size.width * size.height))
    const row = Math.floor((i / size.width) % size.height)
    const cell = Math.floor(row / CELL) * width + Math.floor((i % size.width) / CELL)
    const own = latents[channel * plane + cell] ?? NaN
    const mean = latents[3 * plane + cell] ?? NaN
    return (own / 4 + mean / 16) / SCALING_FACTOR
  })
  return nchwToRgb(image, size)
}
