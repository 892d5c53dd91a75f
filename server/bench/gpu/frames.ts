// Whole frames: the bytes of a sketch in, the bytes of a picture out, through lib/lcm's loop and the codec. The prompt
// is embedded before, as it is for every frame but the first of a prompt.
import { join } from 'node:path'
import { img2img } from '../../../lib/lcm/img2img.ts'
import type { Models } from '../../../lib/lcm/models.ts'
import { createSchedule, LCM_DEFAULTS } from '../../../lib/lcm/schedule.ts'
import { messageOf } from '../../../lib/std/errors.ts'
import { DeviceLatents, type DeviceInput, type DeviceUnet } from '../../engine/onnx/device-latents.ts'
import { openGraph, type Feeds, type Graph } from '../../engine/onnx/runtime.ts'
import type { Outcome } from './figure.ts'
import type { FrameCodec } from './frame-codec.ts'
import type { GraphsAbout } from './graphs.ts'
import type { MeasureOptions } from './measure.ts'
import type { Latents } from './task.ts'
import { timeRuns, timesOf } from './timing.ts'

const TOKENS = 77
const GUIDANCE_DIM = 256
/** Sketches in turn, each with more on it than the one before. */
const SKETCHES = 30

export interface FrameOptions extends MeasureOptions {
  readonly about: GraphsAbout
  readonly steps: readonly number[]
  /** Frames begin and end as pixels: sharp, which reads and writes JPEG, need not be there. */
  readonly pixels: boolean
  /** Where latents are between steps; they stay on the device of provider webgpu alone. */
  readonly latents: Latents
}

/** Frames with TAESD at batch 1, for each number of steps in turn; `tell` takes each figure as soon as it is known. */
export async function measureFrames(
  options: FrameOptions,
  tell: (steps: number, outcome: Outcome) => Promise<void>,
): Promise<void> {
  const { about, clock, dir } = options
  const open = async () => {
    const startedMs = clock.now()
    const names = ['taesd_encoder', 'unet', 'taesd_decoder']
    const graphs = await Promise.all(names.map((name) => openGraph(join(dir, `${name}.b1.onnx`), options)))
    const latents = options.latents === 'host' ? undefined : await DeviceLatents.open('none', options)
    return { models: modelsOf(graphs, about, latents), openMs: clock.now() - startedMs }
  }
  const opened = await open().catch((error: unknown) => ({ failed: messageOf(error) }))
  for (const steps of options.steps) {
    const measure = () => ('failed' in opened ? opened : framesOf(opened, steps, options))
    await tell(steps, await attempt(measure))
  }
}

async function attempt(measure: () => Outcome | Promise<Outcome>): Promise<Outcome> {
  try {
    return await measure()
  } catch (error) {
    return { failed: messageOf(error) }
  }
}

async function framesOf(
  { models, openMs }: { readonly models: Models; readonly openMs: number },
  steps: number,
  options: FrameOptions,
): Promise<Outcome> {
  const { size } = options.about
  const schedule = createSchedule(LCM_DEFAULTS)
  const { sketches, decode, encode } = await codecOf(options)
  let next = 0
  const frame = async () => {
    const sketch = sketches[next++ % sketches.length] ?? new Uint8Array()
    const job = { prompt: '', size, steps, strength: 0.65, guidanceScale: 1, seed: 42 }
    const holding = { mayStay: () => true, onStep: () => undefined }
    const { rgb } = await img2img(models, schedule, { ...job, rgb: await decode(sketch) }, { holding })
    await encode(rgb)
  }
  const { firstMs, ms } = await timeRuns(frame, options)
  const times = timesOf(ms)
  return { openMs, firstMs, ms: times, perSecond: 1000 / times.p50 }
}

async function codecOf({ about, pixels }: FrameOptions): Promise<FrameCodec> {
  const { size } = about
  // Only here, so that a machine without sharp can measure all the rest.
  if (!pixels) return (await import('./frame-codec.ts')).jpegCodec(SKETCHES, size)
  return {
    sketches: [new Uint8Array(size.width * size.height * 3).fill(255)],
    decode: (sketch) => Promise.resolve(sketch),
    encode: () => Promise.resolve(),
  }
}

/** @param latents of models whose latents can stay on the device. */
function modelsOf(
  [encoder, unet, decoder]: readonly Graph[],
  { size, text }: GraphsAbout,
  latents: DeviceLatents | undefined,
): Models {
  const output = unet?.outputs[0]?.name
  if (encoder === undefined || unet === undefined || decoder === undefined || output === undefined)
    throw new RangeError('three graphs')
  const dims = [1, 4, size.height / 8, size.width / 8]
  const words = { data: new Float32Array(TOKENS * text).fill(0.1), dims: [1, TOKENS, text] as const }
  const floats = async (graph: Graph, feeds: Feeds) => {
    const [found] = await graph.run(feeds)
    return found?.data instanceof Float32Array ? found.data : new Float32Array()
  }
  const feeds = ({ sample, timestep, timestepCond }: DeviceInput): Feeds => ({
    sample: sample instanceof Float32Array ? { data: sample, dims } : sample,
    timestep: { data: Float32Array.of(timestep), dims: [1] },
    encoder_hidden_states: words,
    timestep_cond: { data: timestepCond ?? new Float32Array(GUIDANCE_DIM), dims: [1, GUIDANCE_DIM] },
  })
  const onDevice: DeviceUnet = {
    sampleDims: dims,
    outputDims: dims,
    runInto: (into, input) => unet.runInto(into, feeds(input), output),
  }
  return {
    latentChannels: 4,
    downsample: 8,
    imageLatents: 'none',
    timestepCondDim: GUIDANCE_DIM,
    encodePrompt: () => Promise.resolve(words),
    encodeImage: (rgb) => floats(encoder, { image: { data: rgb, dims: [1, size.height, size.width, 3] } }),
    predict: (input) => floats(unet, feeds(input)),
    hold: () => Promise.resolve(latents?.hold(onDevice, (run) => run())),
    async decodeImage(data) {
      const [found] = await decoder.run({ latents: { data, dims } })
      return found?.data instanceof Uint8Array ? found.data : new Uint8Array()
    },
  }
}
