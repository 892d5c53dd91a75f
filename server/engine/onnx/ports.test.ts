import { describe, expect, it } from 'vitest'
import type { Manifest } from '../manifest.ts'
import { readManifest } from '../read-manifest.ts'
import { TOY_MODEL } from '../testing/models.ts'
import { bindImageDecoder, bindImageEncoder } from './ports.ts'
import type { Graph, Port } from './runtime.ts'
import { bindTextEncoder } from './text-ports.ts'

const manifest = await readManifest(TOY_MODEL)
const size = { width: 64, height: 64 }
const floats: Manifest = { ...manifest, image: { layout: 'float-nchw' } }

function graph(inputs: Port[], outputs: Port[]): Graph {
  const run = () => Promise.reject(new Error('not run here'))
  return { path: 'some/graph.onnx', inputs, outputs, run, runInto: run, release: () => Promise.resolve() }
}
const port = (name: string, type: string, shape: (number | string)[]): Port => ({ name, type, shape })
const latents = port('latents', 'float32', [1, 4, 8, 8])

describe('image graphs', () => {
  it('feed bytes or floats as the manifest says, and refuse the other', () => {
    const bytes = graph([port('image', 'uint8', [1, 64, 64, 3])], [latents])
    const rgb = new Uint8Array(64 * 64 * 3).fill(255)
    expect(bindImageEncoder(bytes, size, manifest).feed(rgb).image).toEqual({
      data: rgb,
      dims: [1, 64, 64, 3],
    })
    expect(() => bindImageEncoder(bytes, size, floats)).toThrow(
      'uint8[1,64,64,3], expected float32|float16[1,3,64,64]',
    )
    const nchw = graph([port('sample', 'float32', ['B', 3, 'h', 'w'])], [latents])
    expect(bindImageEncoder(nchw, size, floats).feed(rgb).sample?.data[0]).toBe(1)
  })

  it('take the mean of a posterior, and scale', () => {
    const moments = graph(
      [port('image', 'uint8', [1, 64, 64, 3])],
      [port('moments', 'float32', [1, 8, 8, 8])],
    )
    const half: Manifest = { ...manifest, latents: { ...manifest.latents, scalingFactor: 0.5 } }
    const output = { data: Float32Array.from({ length: 512 }, (_, i) => i), dims: [1, 8, 8, 8] }
    const read = bindImageEncoder(moments, size, half).read(output)
    expect(read).toHaveLength(256)
    expect(read[255]).toBe(127.5)
  })

  it('have a factor each where they are of two autoencoders', () => {
    const mixed = { ...floats, latents: { ...manifest.latents, scalingFactor: 0.5, decoderScalingFactor: 4 } }
    const encoder = graph([port('sample', 'float32', [1, 3, 64, 64])], [latents])
    const decoder = graph([latents], [port('sample', 'float32', [1, 3, 64, 64])])
    const ones = new Float32Array(256).fill(1)
    const read = bindImageEncoder(encoder, size, mixed).read({ data: ones, dims: [1, 4, 8, 8] })
    expect(read[0]).toBe(0.5)
    const fed = bindImageDecoder(decoder, size, mixed).feed(read)
    expect(fed['latents']?.data[0]).toBe(0.125)
  })

  it('draw from a posterior with noise, and refuse to where a graph gives only latents', () => {
    const sampled: Manifest = { ...manifest, latents: { ...manifest.latents, posterior: 'sample' } }
    const input = [port('image', 'uint8', [1, 64, 64, 3])]
    const moments = graph(input, [port('latent_parameters', 'float32', [1, 8, 8, 8])])
    const data = Float32Array.from({ length: 512 }, (_, i) => (i < 256 ? 3 : Math.log(4)))
    const noise = new Float32Array(256).fill(0.5)
    const read = bindImageEncoder(moments, size, sampled).read({ data, dims: [1, 8, 8, 8] }, noise)
    expect(read[255]).toBeCloseTo((3 + 2 * 0.5) * sampled.latents.scalingFactor, 6)
    expect(() => bindImageEncoder(graph(input, [latents]), size, sampled)).toThrow(
      'expected float32|float16[1,8,8,8]',
    )
  })

  it('refuse a decoded picture with values that are not finite', () => {
    const decoder = bindImageDecoder(
      graph([latents], [port('sample', 'float32', [1, 3, 64, 64])]),
      size,
      floats,
    )
    const data = new Float32Array(64 * 64 * 3)
    expect(decoder.read({ data, dims: [1, 3, 64, 64] })[0]).toBe(128)
    data[77] = Number.NaN
    expect(() => decoder.read({ data, dims: [1, 3, 64, 64] })).toThrow('not finite')
  })

  it('refuse an entirely black picture, but not an almost black one', () => {
    const bytes = bindImageDecoder(graph([latents], [port('image', 'uint8', [1, 64, 64, 3])]), size, manifest)
    const data = new Uint8Array(64 * 64 * 3)
    expect(() => bytes.read({ data, dims: [1, 64, 64, 3] })).toThrow('entirely black')
    data[9_000] = 1
    expect(bytes.read({ data, dims: [1, 64, 64, 3] })).toBe(data)
    const nchw = bindImageDecoder(graph([latents], [port('sample', 'float32', [1, 3, 64, 64])]), size, floats)
    expect(() => nchw.read({ data: new Float32Array(64 * 64 * 3).fill(-3), dims: [1, 3, 64, 64] })).toThrow(
      'entirely black',
    )
  })
})

describe('bindTextEncoder', () => {
  const output = port('last_hidden_state', 'float32', [1, 24, 8])
  const ids = port('input_ids', 'int64', [1, 24])

  it('feeds ids of the type and length the graph takes', () => {
    const values = Array.from({ length: 24 }, (_, i) => i)
    const wide = bindTextEncoder(graph([ids], [output]), 24, 'last')
    expect(wide.feed(values).input_ids).toEqual({ data: BigInt64Array.from(values, BigInt), dims: [1, 24] })
    const narrow = bindTextEncoder(graph([port('input_ids', 'int32', ['b', 'n'])], [output]), 24, 'last')
    expect(narrow.feed(values).input_ids).toEqual({ data: Int32Array.from(values), dims: [1, 24] })
  })

  it('reads the last hidden state, or of SDXL the last but one and the pooled embedding', () => {
    const states = [0, 1, 2, 10].map((i) => port(`hidden_states.${i}`, 'float32', ['b', 'n', 8]))
    const embeds = port('text_embeds', 'float32', ['b', 8])
    const all = graph([ids], [embeds, output, ...states.reverse()])
    expect(bindTextEncoder(all, 24, 'last').outputs).toEqual(['last_hidden_state'])
    expect(bindTextEncoder(all, 24, 'hidden').outputs).toEqual(['hidden_states.2'])
    expect(bindTextEncoder(all, 24, 'hidden+pooled').outputs).toEqual(['hidden_states.2', 'text_embeds'])
  })

  it('refuses another length, a second input, or an SDXL encoder without its hidden states', () => {
    expect(() => bindTextEncoder(graph([port('input_ids', 'int64', [1, 77])], [output]), 24, 'last')).toThrow(
      '[1,77]',
    )
    const two = [ids, port('attention_mask', 'int64', [1, 24])]
    expect(() => bindTextEncoder(graph(two, [output]), 24, 'last')).toThrow('input_ids, attention_mask')
    expect(() => bindTextEncoder(graph([ids], [output]), 24, 'hidden')).toThrow(
      'gives last_hidden_state, expected hidden_states.N',
    )
  })
})
