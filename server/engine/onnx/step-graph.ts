// Two small ONNX graphs for a provider whose tensors can stay on it: one step of the sampler as the sum that
// `linearStep` of lib/lcm tells the factors of, and one that makes a tensor. Any size, float32.
import { ATTRIBUTE, GRAPH, MODEL, NODE, OPSET, TENSOR_TYPE, VALUE } from '../folder/onnx-fields.ts'
import { enclosed, integer } from './protobuf.ts'

/** Inputs beside the three factors: the U-Net's `sample` and its `output`, and `noise`, or one 0 where there is none. */
export const STEP_PORTS = {
  sample: 'sample',
  output: 'output',
  noise: 'noise',
  /** [1,C,h,w]. */
  latents: 'latents',
  /** What the U-Net's next sample is: the latents, and where `concat` the image's latents of this sample. */
  next: 'next',
} as const

/** @param imageLatents 'concat': the second half of the sample's channels is the image's, and is handed on. */
export function stepGraph(imageLatents: 'concat' | 'none'): Buffer {
  const { sample, output, noise, latents, next } = STEP_PORTS
  const isJoined = imageLatents === 'concat'
  const own = isJoined ? 'own' : sample
  return model({
    inputs: [
      ...FACTORS.map((name) => port(name, [])),
      port(sample, ['rows', 'inputs', 'height', 'width']),
      port(output, SHAPE),
      // One value stands for all.
      port(noise, ['z0', 'z1', 'z2', 'z3']),
    ],
    nodes: [
      ...(isJoined ? [node('Split', [sample], [own, 'image'], CHANNELS)] : []),
      node('Mul', [own, 'onSample'], ['a']),
      node('Mul', [output, 'onOutput'], ['b']),
      node('Mul', [noise, 'onNoise'], ['c']),
      node('Add', ['a', 'b'], ['ab']),
      node('Add', ['ab', 'c'], [latents]),
      ...(isJoined ? [node('Concat', [latents, 'image'], [next], CHANNELS)] : []),
    ],
    outputs: [port(latents, SHAPE), ...(isJoined ? [port(next, ['rows', 'inputs', 'height', 'width'])] : [])],
  })
}

/** Gives a tensor of the shape of its one input, `like`. */
export function tensorGraph(): Buffer {
  return model({
    inputs: [port('like', SHAPE)],
    nodes: [node('Add', ['like', 'like'], ['made'])],
    outputs: [port('made', SHAPE)],
  })
}

const FACTORS = ['onSample', 'onOutput', 'onNoise'] as const
const SHAPE = ['rows', 'channels', 'height', 'width'] as const
/** onnx.proto3: TensorProto.FLOAT. */
const FLOAT = 1
/** onnx.proto3: AttributeProto.INT. */
const INT = 2

const text = (field: number, content: string): Buffer[] => enclosed(field, [Buffer.from(content)])

/** AttributeProto { name: "axis", i: 1, type: INT }. */
const CHANNELS = [...text(ATTRIBUTE.name, 'axis'), integer(ATTRIBUTE.int, 1), integer(ATTRIBUTE.type, INT)]

/** NodeProto. */
function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attribute?: readonly Buffer[],
): Buffer[] {
  return [
    ...inputs.flatMap((name) => text(NODE.input, name)),
    ...outputs.flatMap((name) => text(NODE.output, name)),
    ...text(NODE.opType, operator),
    ...(attribute === undefined ? [] : enclosed(NODE.attribute, attribute)),
  ]
}

/** ValueInfoProto of a float32 tensor. */
function port(name: string, dims: readonly string[]): Buffer[] {
  const shape = dims.flatMap((dim) => enclosed(TENSOR_TYPE.dim, text(TENSOR_TYPE.dimName, dim)))
  const type = [integer(TENSOR_TYPE.element, FLOAT), ...enclosed(TENSOR_TYPE.shape, shape)]
  return [...text(VALUE.name, name), ...enclosed(VALUE.type, enclosed(VALUE.tensor, type))]
}

interface Parts {
  readonly inputs: readonly Buffer[][]
  readonly nodes: readonly Buffer[][]
  readonly outputs: readonly Buffer[][]
}

/** ModelProto. */
function model({ inputs, nodes, outputs }: Parts): Buffer {
  const graph = [
    ...nodes.flatMap((one) => enclosed(GRAPH.node, one)),
    ...text(GRAPH.name, 'step'),
    ...inputs.flatMap((one) => enclosed(GRAPH.input, one)),
    ...outputs.flatMap((one) => enclosed(GRAPH.output, one)),
  ]
  const opset = enclosed(MODEL.opset, [integer(OPSET.version, 17)])
  return Buffer.concat([integer(MODEL.irVersion, 8), ...enclosed(MODEL.graph, graph), ...opset])
}
