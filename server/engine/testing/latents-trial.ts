// A process that paints on provider webgpu with latents on the device and without, and tells what it found as JSON:
// a driver is named by the environment that a process is started with.
import { maxDifference } from '../../../lib/lcm/_util/compare.ts'
import { previewWant } from '../../../lib/protocol/preview.ts'
import { messageOf } from '../../../lib/std/errors.ts'
import { decodeImage, encodeImage } from '../codec.ts'
import type { Job } from '../engine.ts'
import { DeviceTensor } from '../onnx/runtime.ts'
import { openRenderer, type Renderer, type RenderOptions } from '../render.ts'

/** By the name of what was painted: the largest difference of a byte from the same with latents that come back. */
export interface LatentsTrial {
  readonly apart: Readonly<Record<string, number>>
  /** Values of a byte, in the picture of which it has fewest. */
  readonly values: number
  readonly reason: string | undefined
  readonly measured: string | undefined
  readonly lanes: number
  /** Denoising steps that were timed, of four. */
  readonly timed: number
  /** Of a picture whose second step somebody wants to see. */
  readonly previews: readonly number[]
  readonly cancelled: string
  readonly failed: string
  /** On the device while the model is open, and after. */
  readonly tensors: readonly [number, number]
}

const size = { width: 64, height: 64 }
const rgb = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 37 + Math.floor(i / 96) * 11) % 256)
const quiet: RenderOptions = { signal: { aborted: false }, wants: () => [], onStep: () => undefined }
const output = { codec: 'png', quality: 80 } as const

async function paint(renderer: Renderer, change: Partial<Job> = {}, options: Partial<RenderOptions> = {}) {
  const image = await encodeImage({ rgb, ...size }, { ...output, size })
  const params = { prompt: 'a house', strength: 0.8, seed: 7, steps: 4, guidanceScale: 4, ...size }
  const job: Job = { ...params, image, mode: 'live', output, previews: [], ...change }
  const work = { job, rendered: size, noiseFrom: undefined }
  const { image: painted, timings } = await renderer.render(work, { ...quiet, ...options })
  return { rgb: await decodeImage(painted, size), timings }
}

const failureOf = (run: Promise<unknown>): Promise<string> => run.then(() => 'nothing', messageOf)

/** Paints the same both ways, alone and together. */
async function bothWays(host: Renderer, device: Renderer) {
  const apart: Record<string, number> = {}
  let values = 256
  const compare = async (name: string, change: Partial<Job>, painted = paint(device, change)) => {
    const [expected, found] = [await paint(host, change), await painted]
    apart[name] = maxDifference(found.rgb, expected.rgb)
    values = Math.min(values, new Set(found.rgb).size)
    return found
  }
  await compare('1 step', { steps: 1, strength: 0.5 })
  await compare('2 steps', { steps: 2, strength: 0.6 })
  await compare('4 steps', { steps: 4, strength: 0.8 })
  const { timings } = await compare('from words', { image: undefined })
  const previews: number[] = []
  const shown = paint(device, {}, { wants: () => [previewWant({ everySteps: 2 })], onStep: keepIn(previews) })
  await compare('previewed', {}, shown)
  const together = [1, 2, 3].map((seed) => ({ seed, painted: paint(device, { seed }) }))
  for (const { seed, painted } of together) await compare(`together ${seed}`, { seed }, painted)
  return { apart, values, timed: timings.unetMs.length, previews }
}

const keepIn =
  (steps: number[]): RenderOptions['onStep'] =>
  ({ step, previews }) => {
    if (previews.length > 0) steps.push(step)
  }

/** Ends pictures while their latents are on the device. */
async function cutShort(device: Renderer) {
  const signal = { aborted: false }
  const onStep = ({ step }: { step: number }) => void (signal.aborted = step === 2)
  const cancelled = await failureOf(paint(device, {}, { signal, onStep }))
  const throwing = () => {
    throw new Error('the listener fails')
  }
  return { cancelled, failed: await failureOf(paint(device, {}, { onStep: throwing })) }
}

async function tryLatents(modelDir: string): Promise<LatentsTrial> {
  const config = { modelDir, provider: 'webgpu', threads: 1 }
  const host = await openRenderer(config)
  const device = await openRenderer({ ...config, latents: 'device', batching: 'always' })
  const { latents: reason, lanes } = await device.warmUp()
  const ends = await cutShort(device)
  const pictures = await bothWays(host, device)
  const open = DeviceTensor.count
  await device.release()
  const tensors = [open, DeviceTensor.count] as const
  const third = await openRenderer({ ...config, latents: 'measured' })
  const { latents: measured } = await third.warmUp()
  await Promise.all([third.release(), host.release()])
  return { ...pictures, ...ends, reason, measured, lanes, tensors }
}

const [, , modelDir = ''] = process.argv
process.stdout.write(JSON.stringify(await tryLatents(modelDir)))
