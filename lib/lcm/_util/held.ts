// A place for latents beside `dummyModels`, as one on a device is: nothing of what it holds can be read.
import type { HeldInput, HeldLatents, Models, PredictInput } from '../models.ts'
import type { LinearStep } from '../step.ts'

export interface Held {
  readonly models: Models
  /** What was asked of it, in order. */
  readonly asked: string[]
}

/** `models` that hold latents, by the formula a device computes. */
export function holding(models: Models): Held {
  const asked: string[] = []
  const run = async (input: PredictInput, step: LinearStep, noise?: Float32Array) => {
    const own = input.sample.subarray(0, (input.sample.length / input.channels) * models.latentChannels)
    const output = await models.predict(input)
    return own.map(
      (x, i) => step.onSample * x + step.onOutput * (output[i] ?? 0) + step.onNoise * (noise?.[i] ?? 0),
    )
  }
  const hold = async (): Promise<HeldLatents> => {
    let held: Float32Array | undefined
    const sampleOf = ({ sample = held, ...input }: HeldInput): PredictInput => {
      if (sample === undefined) throw new Error('nothing is held')
      return { ...input, sample }
    }
    return {
      async advance(input, step, noise) {
        asked.push('advance')
        const from = sampleOf(input)
        const next = await run(from, step, noise)
        // The image's latents go on.
        held = Float32Array.from([...next, ...from.sample.subarray(next.length)])
      },
      async handBack(input, step) {
        asked.push('handBack')
        const latents = await run(sampleOf({ ...input, sample: undefined }), step)
        held = undefined
        return latents
      },
      release: () => void asked.push('release'),
    }
  }
  return { models: { ...models, hold }, asked }
}
