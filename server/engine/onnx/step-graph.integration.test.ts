// The sampler's step as a graph, on provider cpu: what it gives is what the loop's own step gives.
import { expect, it } from 'vitest'
import { maxDifference } from '../../../lib/lcm/_util/compare.ts'
import { TorchNormal } from '../../../lib/lcm/noise.ts'
import { createSchedule, LCM_DEFAULTS } from '../../../lib/lcm/schedule.ts'
import { lcmStep, linearStep } from '../../../lib/lcm/step.ts'
import { openGraph, type TensorValue } from './runtime.ts'
import { STEP_PORTS, stepGraph } from './step-graph.ts'

const LENGTH = 4 * 6 * 5
const normal = new TorchNormal(3)
const [sample, modelOutput, noise, image] = [LENGTH, LENGTH, LENGTH, LENGTH].map((size) => normal.draw(size))
const tensor = (data: Float32Array = new Float32Array(), channels = 4): TensorValue => ({
  data,
  dims: [1, channels, 6, 5],
})
const factor = (value: number): TensorValue => ({ data: Float32Array.of(value), dims: [] })

it.each(['none', 'concat'] as const)('is lcmStep, with image latents %s', async (imageLatents) => {
  const isJoined = imageLatents === 'concat'
  const graph = await openGraph('step', { provider: 'cpu', threads: 1 }, stepGraph(imageLatents))
  const at = { schedule: createSchedule(LCM_DEFAULTS), timestep: 499, nextTimestep: 259 }
  const run = async (step: ReturnType<typeof linearStep>, z: TensorValue, wanted: string[]) => {
    const { onSample, onOutput, onNoise } = step
    const joined = tensor(Float32Array.from([...(sample ?? []), ...(image ?? [])]), 8)
    return graph.run(
      {
        [STEP_PORTS.sample]: isJoined ? joined : tensor(sample),
        [STEP_PORTS.output]: tensor(modelOutput),
        [STEP_PORTS.noise]: z,
        onSample: factor(onSample),
        onOutput: factor(onOutput),
        onNoise: factor(onNoise),
      },
      wanted,
    )
  }
  if (sample === undefined || modelOutput === undefined) throw new Error('no data')
  const expected = lcmStep({ ...at, sample, modelOutput, noise })
  const [latents, next] = await run(
    linearStep(at),
    tensor(noise),
    isJoined ? [STEP_PORTS.latents, STEP_PORTS.next] : [STEP_PORTS.latents],
  )
  expect(maxDifference(latents?.data as Float32Array, expected.prev)).toBeLessThan(1e-5)
  if (isJoined) {
    expect(next?.dims).toEqual([1, 8, 6, 5])
    expect(next?.data.slice(0, LENGTH)).toEqual(latents?.data)
    expect(next?.data.slice(LENGTH)).toEqual(image)
  }
  // One 0 for no noise.
  const none = { data: new Float32Array(1), dims: [1, 1, 1, 1] }
  const [denoised] = await run(linearStep({ ...at, nextTimestep: undefined }), none, [STEP_PORTS.latents])
  expect(maxDifference(denoised?.data as Float32Array, expected.denoised)).toBeLessThan(1e-5)
  await graph.release()
})
