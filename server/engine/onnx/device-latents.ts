// Latents that stay on the device between steps: the U-Net writes its output into a tensor there, a small graph that is
// the sampler's step makes the next sample of it, and nothing is waited for until a step's result is read. Provider
// webgpu only. What it saves, and how that is measured: docs/bench.
import type { HeldInput, HeldLatents } from '../../../lib/lcm/models.ts'
import type { LinearStep } from '../../../lib/lcm/step.ts'
import { AppError } from '../../../lib/std/errors.ts'
import { orRelease } from './or-release.ts'
import {
  openGraph,
  openTensorMaker,
  type DeviceTensor,
  type Graph,
  type RuntimeOptions,
  type TensorMaker,
  type TensorValue,
} from './runtime.ts'
import { STEP_PORTS, stepGraph, tensorGraph } from './step-graph.ts'

/** A U-Net whose sample and output may be tensors on the device. */
export interface DeviceUnet {
  readonly sampleDims: readonly number[]
  readonly outputDims: readonly number[]
  /** One call of one row. */
  runInto(output: DeviceTensor, input: DeviceInput): Promise<void>
}

export type DeviceInput = Omit<HeldInput, 'sample'> & { readonly sample: Float32Array | DeviceTensor }

/** Times a run of the step's graph: the wait for the device is in those that are read. */
export type Timed = <T>(run: () => Promise<T>) => Promise<T>

/** Of one picture at a time: the U-Net's output, and two samples, of which a step reads one and writes the other. */
interface Tensors {
  readonly key: string
  readonly output: DeviceTensor
  readonly samples: readonly [DeviceTensor, DeviceTensor]
}

const NO_NOISE: TensorValue = { data: new Float32Array(1), dims: [1, 1, 1, 1] }

export class DeviceLatents {
  readonly #step: Graph
  readonly #maker: TensorMaker
  /** The output that is the U-Net's next sample. */
  readonly #next: string
  /** Tensors that no picture uses now. */
  #unused: Tensors[] = []

  private constructor(step: Graph, maker: TensorMaker, imageLatents: 'concat' | 'none') {
    this.#step = step
    this.#maker = maker
    this.#next = imageLatents === 'concat' ? STEP_PORTS.next : STEP_PORTS.latents
  }

  static async open(imageLatents: 'concat' | 'none', options: RuntimeOptions): Promise<DeviceLatents> {
    const { provider, threads } = options
    const runtime = { provider, threads }
    const maker = await openTensorMaker(tensorGraph(), runtime)
    const open = () => openGraph("the sampler's step", runtime, stepGraph(imageLatents))
    const step = await orRelease(maker, open)
    return new DeviceLatents(step, maker, imageLatents)
  }

  /** Of one picture. */
  hold(unet: DeviceUnet, timed: Timed): HeldLatents {
    let tensors: Tensors | undefined
    let held: DeviceTensor | undefined
    /** Runs the U-Net, and tells what the step needs. */
    const predict = async (input: HeldInput) => {
      const sample = input.sample ?? held
      if (sample === undefined) throw new AppError('internal', 'No latents are held; send the frame again')
      tensors ??= await this.#take(unet)
      await unet.runInto(tensors.output, { ...input, sample })
      const from = sample instanceof Float32Array ? { data: sample, dims: unet.sampleDims } : sample
      return { tensors, sample: from }
    }
    return {
      advance: async (input, step, noise) => {
        const { tensors: own, sample } = await predict(input)
        const next = own.samples[0] === held ? own.samples[1] : own.samples[0]
        const feeds = {
          sample,
          output: own.output,
          noise: { data: noise, dims: unet.outputDims },
          ...factors(step),
        }
        await timed(() => this.#step.runInto(next, feeds, this.#next))
        held = next
      },
      handBack: async (input, step) => {
        const { tensors: own, sample } = await predict({ ...input, sample: undefined })
        const feeds = { sample, output: own.output, noise: NO_NOISE, ...factors(step) }
        const [latents] = await timed(() => this.#step.run(feeds, [STEP_PORTS.latents]))
        held = undefined
        return latents?.data instanceof Float32Array ? latents.data : new Float32Array()
      },
      release: () => {
        if (tensors !== undefined) this.#unused.push(tensors)
        tensors = undefined
      },
    }
  }

  /** Before the last graph of the process is released: tensors do not outlive their device. */
  async release(): Promise<void> {
    for (const { output, samples } of this.#unused.splice(0)) {
      output.release()
      for (const sample of samples) sample.release()
    }
    await this.#step.release()
    await this.#maker.release()
  }

  async #take({ sampleDims, outputDims }: DeviceUnet): Promise<Tensors> {
    const key = `${sampleDims.join('x')} ${outputDims.join('x')}`
    const known = this.#unused.findIndex((one) => one.key === key)
    const [unused] = known < 0 ? [] : this.#unused.splice(known, 1)
    if (unused !== undefined) return unused
    const made: DeviceTensor[] = []
    const make = async (dims: readonly number[]) => {
      const length = dims.reduce((product, dim) => product * dim, 1)
      const tensor = await this.#maker.make({ like: { data: new Float32Array(length), dims } })
      made.push(tensor)
      return tensor
    }
    try {
      return {
        key,
        output: await make(outputDims),
        samples: [await make(sampleDims), await make(sampleDims)],
      }
    } catch (error) {
      for (const tensor of made) tensor.release()
      throw error
    }
  }
}

function factors(step: LinearStep): Record<string, TensorValue> {
  const scalar = (value: number) => ({ data: Float32Array.of(value), dims: [] })
  return {
    onSample: scalar(step.onSample),
    onOutput: scalar(step.onOutput),
    onNoise: scalar(step.onNoise),
  }
}
