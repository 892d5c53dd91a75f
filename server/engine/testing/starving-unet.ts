// A U-Net that opens like every other and asks for more memory than there are addresses when it runs: what a size is like
// that a device has no room for.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readOnnxHeader, type HeaderPort } from '../folder/onnx-header.ts'
import { floats, graph, model, node, port } from './tiny-onnx.ts'

/** 2^47 bytes of float32. */
const TOO_MANY = 2 ** 45

/** Puts one with the same ports into the place of `file`, which has a timestep of [1] float32 and one output. */
export async function starve(dir: string, file: string): Promise<void> {
  const { inputs, outputs } = readOnnxHeader(join(dir, file))
  const dims = outputs.slice(0, 1).flatMap(dimsOf)
  const zeros = new Float32Array(dims.reduce((product, dim) => product * dim, 1))
  const main = graph({
    inputs: inputs.map((one) => port(one.name, dimsOf(one))),
    outputs: [port('out_sample', dims)],
    initializers: [floats('zeros', dims, zeros)],
    nodes: [
      node('Constant', [[], ['many']], { attributes: { value_ints: { ints: [TOO_MANY] } } }),
      // Of an input, or it would be worked out when the graph is opened.
      node('Expand', [['timestep', 'many'], ['all']]),
      node('ReduceMax', [['all'], ['most']]),
      node('Add', [['zeros', 'most'], ['out_sample']]),
    ],
  })
  await writeFile(join(dir, file), model(main))
}

function dimsOf({ name, shape }: HeaderPort): number[] {
  return shape.map((dim) => {
    if (typeof dim === 'number') return dim
    throw new Error(`${name} has an open side`)
  })
}
