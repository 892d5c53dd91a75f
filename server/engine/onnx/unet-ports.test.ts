import { describe, expect, it } from 'vitest'
import type { Manifest } from '../manifest.ts'
import { readManifest } from '../read-manifest.ts'
import { TOY_MODEL } from '../testing/models.ts'
import type { Graph, Port } from './runtime.ts'
import { bindUnet, type UnetFeed } from './unet-ports.ts'

const manifest = await readManifest(TOY_MODEL)
const size = { width: 64, height: 64 }

function graph(inputs: Port[], outputs: Port[]): Graph {
  const run = () => Promise.reject(new Error('not run here'))
  return { path: 'some/graph.onnx', inputs, outputs, run, runInto: run, release: () => Promise.resolve() }
}
const port = (name: string, type: string, shape: (number | string)[]): Port => ({ name, type, shape })
const latents = port('latents', 'float32', [1, 4, 8, 8])
const unetPorts = (changes: Record<string, Port | undefined> = {}): Port[] =>
  Object.values({
    sample: port('sample', 'float32', [1, 8, 8, 8]),
    timestep: port('timestep', 'float32', [1]),
    encoder_hidden_states: port('encoder_hidden_states', 'float32', [1, 24, 8]),
    timestep_cond: port('timestep_cond', 'float32', [1, 256]),
    ...changes,
  }).filter((p) => p !== undefined)
const feed: UnetFeed = {
  sample: new Float32Array(512),
  timestep: 699,
  prompt: { data: new Float32Array(192), dims: [1, 24, 8] },
  timestepCond: new Float32Array(256),
}

describe('bindUnet', () => {
  it.each([
    ['float32', [1], Float32Array.of(699)],
    ['float32', [], Float32Array.of(699)],
    ['float32', ['batch'], Float32Array.of(699)],
    ['int64', [], BigInt64Array.of(699n)],
    ['int64', ['B'], BigInt64Array.of(699n)],
    ['int32', [1], Int32Array.of(699)],
  ])('feeds a timestep of %s %j', (type, shape, data) => {
    const unet = graph(unetPorts({ timestep: port('timestep', type, shape) }), [latents])
    const { timestep } = bindUnet(unet, size, manifest).feed([feed], 1)
    expect(timestep).toEqual({ data, dims: shape.length === 0 ? [] : [1] })
  })

  it('tells what tensors on the device must be like, but of float16 ports', () => {
    const row = bindUnet(graph(unetPorts(), [latents]), size, manifest).deviceRow
    expect(row).toMatchObject({
      sampleDims: [1, 8, 8, 8],
      outputDims: [1, 4, 8, 8],
      outputName: 'latents',
    })
    expect(row?.feed(feed)['sample']).toEqual({ data: feed.sample, dims: [1, 8, 8, 8] })
    const half = { sample: port('sample', 'float16', [1, 8, 8, 8]) }
    expect(bindUnet(graph(unetPorts(half), [latents]), size, manifest).deviceRow).toBeUndefined()
    const halfOut = port('latents', 'float16', [1, 4, 8, 8])
    expect(bindUnet(graph(unetPorts(), [halfOut]), size, manifest).deviceRow).toBeUndefined()
  })

  it('leaves out the guidance embedding where there is none', () => {
    const plain: Manifest = { ...manifest, guidance: { embedding: false, dim: 256 } }
    const unet = graph(unetPorts({ timestep_cond: undefined }), [latents])
    expect(bindUnet(unet, size, plain).feed([{ ...feed, timestepCond: undefined }], 1)).not.toHaveProperty(
      'timestep_cond',
    )
  })

  it.each<[string, Record<string, Port | undefined>, string]>([
    ['another name', { timestep: port('t', 'float32', [1]) }, 'has inputs sample, t,'],
    ['an extra input', { mask: port('mask', 'float32', [1]) }, 'mask'],
    [
      'a missing guidance embedding',
      { timestep_cond: undefined },
      'expected sample, timestep, encoder_hidden_states, timestep_cond',
    ],
    [
      'channels that are not concatenated',
      { sample: port('sample', 'float32', [1, 4, 8, 8]) },
      'float32[1,4,8,8], expected float32|float16[1,8,8,8]',
    ],
    ['double precision', { sample: port('sample', 'float64', [1, 8, 8, 8]) }, 'float64'],
    ['another size', { sample: port('sample', 'float32', [1, 8, 8, 12]) }, '[1,8,8,12]'],
    [
      'another prompt length',
      { encoder_hidden_states: port('encoder_hidden_states', 'float32', [1, 77, 8]) },
      '[1,77,8]',
    ],
    ['a timestep per picture of two', { timestep: port('timestep', 'float32', [2]) }, 'float32[2]'],
  ])('refuses %s, naming file, found and expected', (_name, changes, words) => {
    const bind = () => bindUnet(graph(unetPorts(changes), [latents]), size, manifest)
    expect(bind).toThrow(words)
    expect(bind).toThrow('some/graph.onnx')
    expect(bind).toThrow(/correct manifest.json, or export the model again/)
  })
})

describe('the rows of a call', () => {
  const open = (changes: Record<string, Port | undefined> = {}, out: (number | string)[] = ['B', 4, 8, 8]) =>
    graph(
      unetPorts({
        sample: port('sample', 'float32', ['B', 8, 'h', 'w']),
        timestep: port('timestep', 'int64', ['B']),
        encoder_hidden_states: port('encoder_hidden_states', 'float32', ['B', 24, 8]),
        timestep_cond: port('timestep_cond', 'float32', ['B', 256]),
        ...changes,
      }),
      [port('latents', 'float32', out)],
    )
  const row = (value: number): UnetFeed => ({
    sample: new Float32Array(512).fill(value),
    timestep: 100 * value,
    prompt: { data: new Float32Array(192).fill(value), dims: [1, 24, 8] },
    timestepCond: new Float32Array(256).fill(value),
  })

  it('lie side by side, each with its own timestep, filled up with the first', () => {
    const unet = bindUnet(open(), size, manifest)
    expect(unet.alone).toBeUndefined()
    const feeds = unet.feed([row(1), row(2), row(3)], 4)
    expect(feeds.timestep).toEqual({ data: BigInt64Array.of(100n, 200n, 300n, 100n), dims: [4] })
    const shapes = { sample: [4, 8, 8, 8], encoder_hidden_states: [4, 24, 8], timestep_cond: [4, 256] }
    for (const [name, dims] of Object.entries(shapes)) {
      const { data, dims: found } = feeds[name] ?? { data: [], dims: [] }
      expect(found).toEqual(dims)
      const one = data.length / 4
      expect([0, 1, 2, 3].map((i) => [data[i * one], data[(i + 1) * one - 1]])).toEqual([
        [1, 1],
        [2, 2],
        [3, 3],
        [1, 1],
      ])
    }
  })

  it('come back one by one, without what filled up', () => {
    const unet = bindUnet(open(), size, manifest)
    const data = Float32Array.from({ length: 4 * 256 }, (_, i) => Math.floor(i / 256))
    const outputs = unet.read({ data, dims: [4, 4, 8, 8] }, 3)
    expect(outputs.map((output) => [output.length, output[0], output[255]])).toEqual([
      [256, 0, 0],
      [256, 1, 1],
      [256, 2, 2],
    ])
    expect(() => unet.read({ data: data.subarray(512), dims: [2, 4, 8, 8] }, 3)).toThrow('some/graph.onnx')
  })

  it('are one where the graph takes no more, and it says why', () => {
    const alone = (of: Graph) => bindUnet(of, size, manifest).alone
    expect(alone(graph(unetPorts(), [latents]))).toBe('its sample is for 1 row')
    expect(alone(open({ timestep: port('timestep', 'int64', []) }))).toBe('its timestep is one for all rows')
    expect(alone(open({ timestep: port('timestep', 'int64', [1]) }))).toBe('its timestep is for 1 row')
    expect(alone(open({}, [1, 4, 8, 8]))).toBe('its latents is for 1 row')
  })
})
